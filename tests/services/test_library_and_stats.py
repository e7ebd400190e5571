"""Who may see what in the library and its numbers, and what may be posted again."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest

from imgoe_bot.adapters.store import SqlLibraryStore
from imgoe_bot.domain.card import Card, PostedCard
from imgoe_bot.domain.guild import MANAGE_GUILD, MANAGE_MESSAGES, Actor
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, UploadId, UserId
from imgoe_bot.domain.library import (
    LAST_PAGE,
    Day,
    FailureKind,
    OwnerFilter,
    Page,
    Query,
    ShownPage,
)
from imgoe_bot.domain.post import MessageLocation
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import MediaTooLarge, NotAllowed, UploadNotFound
from imgoe_bot.services.reports.library import LibraryService
from imgoe_bot.services.reports.stats import StatsService
from tests.contracts.stores import (
    BEN,
    CARD,
    GUILD,
    NOW,
    add_uploaded,
    fresh_number,
    item,
    post,
    upload_of,
)
from tests.services.conftest import Office

OTHER = GuildId(7)
MEMBER = Actor(BEN, GUILD)
STRANGER = Actor(UserId(5), GUILD)
MANAGER = Actor(UserId(6), GUILD, frozenset({MANAGE_GUILD}))
SERVER = Query(whose=OwnerFilter.SERVER)


@dataclass(slots=True)
class FakeCardPoster:
    """Remembers what was posted and taken away; lets everybody post, or nobody."""

    is_open: bool = True
    lacks_thumbs: bool = False
    posted: dict[str, Card] = field(default_factory=dict[str, Card])
    removed: list[MessageLocation] = field(default_factory=list[MessageLocation])

    async def may_post(self, user_id: UserId, guild_id: GuildId, channel_id: ChannelId) -> bool:
        return self.is_open

    async def post(self, card: Card, *, nonce: str) -> PostedCard:
        self.posted[nonce] = card
        place = MessageLocation(card.post.channel_id, MessageId(fresh_number()))
        return PostedCard(place, lacks_thumbs=self.lacks_thumbs)

    async def remove(self, location: MessageLocation) -> None:
        self.removed.append(location)


@dataclass(slots=True)
class Sketch:
    """A painter that writes down what it was to draw."""

    drawn: list[Sequence[Day]] = field(default_factory=list[Sequence[Day]])

    async def paint(self, days: Sequence[Day]) -> bytes:
        self.drawn.append(days)
        return b"a picture"


@pytest.fixture
def card_poster() -> FakeCardPoster:
    return FakeCardPoster()


@pytest.fixture
def store(office: Office) -> SqlLibraryStore:
    return SqlLibraryStore(office.stores.database, vault=office.stores.vault)


@pytest.fixture
def library(office: Office, store: SqlLibraryStore, card_poster: FakeCardPoster) -> LibraryService:
    return LibraryService(
        store, posts=office.stores.posts, card_poster=card_poster, clock=office.clock
    )


@pytest.fixture
def stats(office: Office, store: SqlLibraryStore) -> StatsService:
    return StatsService(store, painter=Sketch(), clock=office.clock)


async def _keep(
    office: Office, *, guild_id: GuildId = GUILD, card: MessageLocation | None = None
) -> Upload:
    owner = replace(post(guild_id=guild_id), card=card)
    upload = upload_of(owner, item())
    await add_uploaded(office.stores, owner, upload)
    return upload


async def test_a_page_beyond_the_last_is_the_last(office: Office, library: LibraryService) -> None:
    for _ in range(6):
        await _keep(office)

    page = await library.page(MEMBER, Query(), number=99)
    first = await library.page(MEMBER, Query(), number=-3)

    assert (page.number, page.count, page.total, len(page.entries)) == (1, 2, 6, 1)
    assert (first.number, len(first.entries)) == (0, 5)


async def _keep_many(office: Office, count: int) -> list[UploadId]:
    """Keep many files of one post; return their ids, the newest first."""
    owner = post()
    uploads = [upload_of(owner, item(n, filename=f"{n}.png")) for n in range(count)]
    await add_uploaded(office.stores, owner, *uploads)
    return [upload.id for upload in uploads[::-1]]


def _shown(page: Page) -> ShownPage:
    return ShownPage(page.number, page.entries[0].upload.id, page.entries[-1].upload.id)


def _ids(page: Page) -> list[UploadId]:
    return [entry.upload.id for entry in page.entries]


async def test_beyond_a_thousand_pages_go_on_from_the_one_shown(
    office: Office, library: LibraryService
) -> None:
    ids = await _keep_many(office, 1013)

    async def turned(to: int, shown: Page | None = None) -> Page:
        beside = _shown(shown) if shown else None
        return await library.page(MEMBER, Query(), number=to, beside=beside)

    last_counted = await turned(199)
    beyond = await turned(200, last_counted)
    further = await turned(201, beyond)
    end = await turned(202, further)

    assert not last_counted.is_counted
    assert _ids(last_counted) == ids[995:1000]
    assert (_ids(beyond), beyond.has_older) == (ids[1000:1005], True)
    assert (_ids(further), _ids(end), end.has_older) == (ids[1005:1010], ids[1010:], False)
    assert _ids(await turned(201, end)) == ids[1005:1010]
    assert _ids(await turned(200, beyond)) == ids[1004:1009]
    assert _ids(await turned(200)) == ids[995:1000]


async def test_the_last_pages_are_found_from_the_end(
    office: Office, library: LibraryService
) -> None:
    ids = await _keep_many(office, 1002)

    last = await library.page(MEMBER, Query(), number=LAST_PAGE)
    before = await library.page(MEMBER, Query(), number=LAST_PAGE - 1, beside=_shown(last))

    assert (_ids(last), last.has_newer, last.has_older) == (ids[-5:], True, False)
    assert (_ids(before), before.has_older, before.number_from_end) == (ids[-10:-5], True, 1)


async def test_a_page_whose_neighbour_is_gone_is_found_by_its_number(
    office: Office, library: LibraryService
) -> None:
    ids = await _keep_many(office, 1013)
    beyond = await library.page(
        MEMBER, Query(), number=200, beside=ShownPage(199, ids[995], ids[999])
    )
    await office.stores.posts.mark_deleted(ids[1004], by=None, at=NOW)

    page = await library.page(MEMBER, Query(), number=201, beside=_shown(beyond))

    assert page.number == 199


async def test_an_empty_library_is_one_empty_page(library: LibraryService) -> None:
    page = await library.page(MEMBER, Query())

    assert (page.entries, page.count) == ((), 1)


@pytest.mark.parametrize(
    "actor",
    [
        MEMBER,
        Actor(BEN, GUILD, frozenset({MANAGE_MESSAGES})),
        Actor(BEN, None, frozenset({MANAGE_GUILD})),
    ],
)
async def test_everybodys_copies_need_manage_server_in_a_server(
    library: LibraryService, stats: StatsService, actor: Actor
) -> None:
    for asked in (
        library.page(actor, SERVER),
        library.export(actor, SERVER),
        stats.stats(actor, days=1, whose=OwnerFilter.SERVER),
    ):
        with pytest.raises(NotAllowed):
            await asked


async def test_a_manager_sees_their_own_server_only(
    office: Office, library: LibraryService
) -> None:
    here, there = await _keep(office), await _keep(office, guild_id=OTHER)

    found = await library.export(MANAGER, SERVER)

    assert [entry.upload.id for entry in found] == [here.id]
    assert (await library.get(MANAGER, here.id)).upload == here
    with pytest.raises(UploadNotFound):
        await library.get(MANAGER, there.id)


async def test_one_finds_ones_own_copies_of_all_servers_in_direct_messages(
    office: Office, library: LibraryService
) -> None:
    await _keep(office)
    await _keep(office, guild_id=OTHER)

    assert (await library.page(MEMBER, Query())).total == 1
    assert (await library.page(Actor(BEN, None), Query())).total == 2


async def test_a_guessed_id_shows_nothing_to_a_stranger(
    office: Office, library: LibraryService, card_poster: FakeCardPoster
) -> None:
    upload = await _keep(office)

    with pytest.raises(UploadNotFound):
        await library.get(STRANGER, upload.id)
    with pytest.raises(UploadNotFound):
        await library.post_again(STRANGER, upload.id, nonce="n")
    with pytest.raises(UploadNotFound):
        await library.get(MEMBER, UploadId("f" * 16))
    assert card_poster.posted == {}


async def test_posting_again_moves_the_card(
    office: Office, library: LibraryService, card_poster: FakeCardPoster
) -> None:
    upload = await _keep(office, card=CARD)

    place = await library.post_again(MEMBER, upload.id, nonce="press")

    assert card_poster.posted["press"].uploads == (upload,)
    assert card_poster.removed == [CARD]
    assert (await office.stores.posts.get_post(upload.post_id)).card == place


async def test_a_card_posted_again_is_looked_at_anew_and_has_no_thumbs_of_its_own(
    office: Office, library: LibraryService, card_poster: FakeCardPoster
) -> None:
    upload = await _keep(office, card=CARD)
    await office.stores.posts.note_thumbs_attached(upload.post_id)
    card_poster.lacks_thumbs = True

    await library.post_again(MEMBER, upload.id, nonce="press")

    assert not (await office.stores.posts.get_post(upload.post_id)).thumbs_attached
    assert ("preview", "ready", 0, None) in await office.states()


async def test_a_card_that_never_stood_anywhere_is_posted_all_the_same(
    office: Office, library: LibraryService, card_poster: FakeCardPoster
) -> None:
    upload = await _keep(office)

    await library.post_again(MEMBER, upload.id, nonce="press")

    assert card_poster.removed == []


async def test_who_may_not_write_there_posts_nothing_again(
    office: Office, library: LibraryService, card_poster: FakeCardPoster
) -> None:
    upload = await _keep(office, card=CARD)
    card_poster.is_open = False

    with pytest.raises(NotAllowed):
        await library.post_again(MEMBER, upload.id, nonce="press")

    assert (card_poster.posted, card_poster.removed) == ({}, [])


async def test_numbers_are_the_servers_for_who_manages_it_and_else_ones_own(
    office: Office, stats: StatsService
) -> None:
    await _keep(office)

    assert (await stats.stats(MANAGER, days=1)).files == 1
    assert (await stats.stats(MANAGER, days=1)).whose is OwnerFilter.SERVER
    assert (await stats.stats(MANAGER, days=1, whose=OwnerFilter.MINE)).files == 0
    assert (await stats.stats(MEMBER, days=1)).whose is OwnerFilter.MINE
    assert (await stats.stats(STRANGER, days=1)).files == 0


@pytest.mark.parametrize(("asked", "shown"), [(-1, 1), (0, 1), (1, 1), (7, 7), (9999, 365)])
async def test_every_day_of_the_period_is_there_today_last(
    stats: StatsService, asked: int, shown: int
) -> None:
    days = (await stats.stats(MEMBER, days=asked)).days

    assert len(days) == shown
    assert days[-1] == Day(date(2026, 5, 4))
    assert days[0].day == NOW.date() - timedelta(days=shown - 1)


async def test_failures_are_added_up_by_what_a_person_can_do_about_them(
    office: Office, stats: StatsService
) -> None:
    await office.mirror(files=2)
    for job in await office.stores.claim():
        await office.stores.jobs.finish_upload(job, None, MediaTooLarge(limit_bytes=1))

    assert (await stats.stats(MEMBER, days=1)).failures == ((FailureKind.FILE, 2),)


async def test_the_chart_is_painted_of_the_days_shown(
    office: Office, store: SqlLibraryStore
) -> None:
    painter = Sketch()
    service = StatsService(store, painter=painter, clock=office.clock)
    numbers = await service.stats(MEMBER, days=3)

    assert await service.chart(numbers) == b"a picture"

    assert painter.drawn == [numbers.days]
