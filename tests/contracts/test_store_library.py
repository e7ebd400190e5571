"""Searching, counting and forgetting, on SQLite and on PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from imgoe_bot.adapters.store import SqlChoiceStore, SqlLibraryStore, SqlPersonStore
from imgoe_bot.domain.choices import EVERYWHERE, PersonChoice
from imgoe_bot.domain.ids import ChannelId, GuildId, UploadId, UserId
from imgoe_bot.domain.job import Step
from imgoe_bot.domain.library import Query, Scope
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.privacy import Holdings
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import EmptyMedia, StaleWrite, UploadNotFound
from tests.contracts.stores import (
    BEN,
    CARD,
    GUILD,
    HOST,
    NOW,
    Stores,
    add_uploaded,
    item,
    post,
    rule,
    upload_of,
)

ADA = UserId(1_200_000_000_000_000_009)
BENS = Scope(user_id=BEN, guild_id=GUILD)
EVERYBODYS = Scope(user_id=None, guild_id=GUILD)


@pytest.fixture
def library(stores: Stores) -> SqlLibraryStore:
    return SqlLibraryStore(stores.database, vault=stores.vault)


@pytest.fixture(params=["read", "indexed"])
def searched(stores: Stores, request: pytest.FixtureRequest) -> SqlLibraryStore:
    """A library that reads through so few uploads, and one that asks its index all the same."""
    few = 1000 if request.param == "read" else 0
    return SqlLibraryStore(stores.database, vault=stores.vault, few=few)


@pytest.fixture
def people(stores: Stores) -> SqlPersonStore:
    return SqlPersonStore(stores.database, vault=stores.vault, claims=stores.claims)


@pytest.fixture
def choices(stores: Stores) -> SqlChoiceStore:
    return SqlChoiceStore(stores.database, secret_key=bytes(32))


async def _keep(
    stores: Stores,
    filename: str = "cat.png",
    *,
    owner: Post | None = None,
    age: timedelta = timedelta(0),
    tags: tuple[str, ...] = (),
) -> Upload:
    """Store an upload whose direct message has been sent."""
    owner = owner or post()
    upload = upload_of(owner, item(filename=filename))
    upload = replace(upload, created_at=NOW - age, tags=tags)
    await add_uploaded(stores, owner, upload)
    for job in await stores.claim():
        await stores.jobs.finish(job, None)
    return upload


async def _names(library: SqlLibraryStore, query: Query, scope: Scope = BENS) -> list[str]:
    found = await library.find(scope, query, limit=10)
    assert await library.count(scope, query) == len(found)
    return [entry.upload.filename for entry in found]


async def test_entries_come_newest_first_in_pages(stores: Stores, library: SqlLibraryStore) -> None:
    for n in range(5):
        await _keep(stores, f"{n}.png", age=timedelta(hours=n))

    pages = [await library.find(BENS, Query(), limit=2, offset=start) for start in (0, 2, 4)]

    assert [[e.upload.filename for e in page] for page in pages] == [
        ["0.png", "1.png"],
        ["2.png", "3.png"],
        ["4.png"],
    ]


async def _keep_of(stores: Stores, owner: UserId, number: int) -> Upload:
    made = replace(post(), author_id=owner)
    upload = upload_of(made, item(filename=f"{number}.png"))
    await add_uploaded(stores, made, upload)
    return upload


async def test_what_two_processes_store_in_the_same_second_has_places_of_its_own(
    stores: Stores, other: Stores, library: SqlLibraryStore
) -> None:
    for n in range(10):
        await asyncio.gather(_keep_of(stores, BEN, n), _keep_of(other, ADA, n))

    found = await library.find(BENS, Query(), limit=100)

    assert [entry.upload.uploader_id for entry in found] == [BEN] * 10
    assert await stores.rows("SELECT count(DISTINCT place) FROM upload") == [(20,)]


async def test_uploads_at_the_same_place_are_still_shown_to_none_but_their_owner(
    stores: Stores, library: SqlLibraryStore
) -> None:
    """As beyond the last place of a second."""
    mine = await _keep_of(stores, BEN, 1)
    await _keep_of(stores, ADA, 2)
    await stores.run("UPDATE upload SET place = 7")

    found = await library.find(BENS, Query(), limit=10)

    assert [entry.upload.id for entry in found] == [mine.id]


async def test_an_entry_comes_back_whole(stores: Stores, library: SqlLibraryStore) -> None:
    owner = replace(post(), nsfw=True)
    upload = await _keep(stores, owner=owner, tags=("summer", "sea side"))

    entry = await library.get(upload.id)

    assert entry.upload == upload
    assert (entry.channel_id, entry.message_id) == (owner.channel_id, owner.message_id)
    assert entry.hides_thumb


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(), ["cat.png", "50%_off.png", "old.png"]),
        (Query(search="CAT"), ["cat.png"]),
        (Query(search="%_"), ["50%_off.png"]),
        (Query(search="_"), ["50%_off.png"]),
        (Query(tag="SEA side"), ["cat.png"]),
        (Query(tag="sea"), []),
        (Query(tag="%"), []),
        (Query(channel_id=ChannelId(77)), ["cat.png", "50%_off.png"]),
        (Query(channel_id=ChannelId(88)), ["old.png"]),
        (Query(channel_id=ChannelId(8)), []),
        (Query(since=date(2026, 5, 4)), ["cat.png", "50%_off.png"]),
        (Query(since=date(2026, 5, 5)), []),
        (Query(search="png", channel_id=ChannelId(99), since=date(2026, 1, 1)), ["old.png"]),
    ],
)
async def test_a_query_finds_what_fits_it(
    stores: Stores, searched: SqlLibraryStore, query: Query, found: list[str]
) -> None:
    thread = replace(post(), channel_id=ChannelId(99), parent_ids=(ChannelId(88), ChannelId(66)))
    await _keep(stores, "cat.png", tags=("summer", "sea side"))
    await _keep(stores, "50%_off.png", age=timedelta(minutes=1))
    await _keep(stores, "old.png", owner=thread, age=timedelta(days=3))

    assert await _names(searched, query) == found


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ÄPFEL", ["Äpfel.png"]),
        ("写真", ["夏の写真.jpg"]),
        ("真", ["夏の写真.jpg"]),
        ("gf", ["abcabgfe.gif"]),
        ("G", ["夏の写真.jpg", "Äpfel.png", "abcabgfe.gif"]),
        ("abce", []),
        ("cab", ["abcabgfe.gif"]),
        ('"', []),
        ("a b", []),
    ],
)
async def test_a_search_finds_any_piece_of_a_name_in_any_script(
    stores: Stores, searched: SqlLibraryStore, search: str, found: list[str]
) -> None:
    await _keep(stores, "夏の写真.jpg")
    await _keep(stores, "Äpfel.png", age=timedelta(hours=1))
    await _keep(stores, "abcabgfe.gif", age=timedelta(hours=2))

    assert await _names(searched, Query(search=search)) == found


async def test_a_search_stays_in_its_scope(stores: Stores, searched: SqlLibraryStore) -> None:
    other = GuildId(2)
    await _keep(stores, "his-cat.png")
    await _keep(stores, "her-cat.png", owner=replace(post(), author_id=ADA))
    await _keep(stores, "far-cat.png", owner=post(guild_id=other), age=timedelta(hours=1))
    cats = Query(search="cat")

    assert await _names(searched, cats) == ["his-cat.png"]
    assert sorted(await _names(searched, cats, EVERYBODYS)) == ["her-cat.png", "his-cat.png"]
    assert await _names(searched, cats, Scope(BEN, None)) == ["his-cat.png", "far-cat.png"]
    assert await _names(searched, cats, Scope(ADA, other)) == []


async def test_no_more_than_a_thousand_are_counted(
    stores: Stores, searched: SqlLibraryStore
) -> None:
    owner = post()
    await add_uploaded(stores, owner, *(upload_of(owner, item(n)) for n in range(1003)))

    for query in (Query(), Query(search="cat"), Query(search="p")):
        assert await searched.count(BENS, query) == 1001
    assert await searched.count(BENS, Query(search="dog")) == 0


async def test_pages_begin_where_they_are_told_to_from_either_end(
    stores: Stores, searched: SqlLibraryStore
) -> None:
    kept = [await _keep(stores, f"{n}.png", age=timedelta(hours=9 - n)) for n in range(6)]
    png = Query(search="png")

    async def found(**options: Any) -> list[str]:
        entries = await searched.find(BENS, png, limit=2, **options)
        return [entry.upload.filename for entry in entries]

    assert await found(start=kept[3].id) == ["3.png", "2.png"]
    assert await found(start=kept[3].id, offset=1) == ["2.png", "1.png"]
    assert await found(start=kept[3].id, offset=1, oldest_first=True) == ["4.png", "5.png"]
    assert await found(oldest_first=True) == ["0.png", "1.png"]
    await stores.posts.mark_deleted(kept[3].id, by=BEN, at=NOW)
    assert await found(start=kept[3].id) == []
    assert await found(offset=2) == ["2.png", "1.png"]


async def test_a_search_finds_nothing_that_is_deleted_or_being_erased(
    stores: Stores, searched: SqlLibraryStore, people: SqlPersonStore
) -> None:
    gone = await _keep(stores, "gone.png")
    await _keep(stores, "erased.png", owner=replace(post(), author_id=ADA))
    await _keep(stores, "stays.png")

    await stores.posts.mark_deleted(gone.id, by=BEN, at=NOW)
    await people.order_erasure(ADA, at=NOW)

    assert await _names(searched, Query(search="png"), EVERYBODYS) == ["stays.png"]


async def test_what_is_stored_while_its_post_is_being_erased_is_not_listed(
    stores: Stores, library: SqlLibraryStore, people: SqlPersonStore
) -> None:
    owner = post()
    await stores.posts.add(owner, [item()])
    (job,) = await stores.claim()
    await people.order_erasure(BEN, at=NOW)

    await stores.jobs.finish_upload(job, upload_of(owner, item()), None)

    assert await _names(library, Query()) == []


async def test_an_erasure_is_taken_out_of_every_count(
    stores: Stores, library: SqlLibraryStore, people: SqlPersonStore
) -> None:
    await _keep(stores)
    await _keep(stores, owner=replace(post(), author_id=ADA))
    await people.order_erasure(BEN, at=NOW)
    (job,) = await stores.claim()

    await people.erase(job, now=NOW, with_links=True)

    tally = await library.tally(EVERYBODYS, since=NOW, channels=5)
    assert [day.files for day in tally.days] == [1]
    assert tally.channels == ((ChannelId(77), 1),)
    assert (BEN,) not in await stores.rows("SELECT user_id FROM tally")
    assert await stores.rows("SELECT * FROM tally WHERE files < 1") == []


async def test_an_erased_name_leaves_no_piece_in_the_index(
    stores: Stores, people: SqlPersonStore
) -> None:
    await _keep(stores, "secret.png")
    await people.order_erasure(BEN, at=NOW)
    (job,) = await stores.claim()
    await people.erase(job, now=NOW, with_links=True)

    if stores.engine.dialect.name == "sqlite":
        await stores.run("CREATE VIRTUAL TABLE words USING fts5vocab(upload_search, 'row')")
        assert await stores.rows("SELECT term FROM words") == []
    else:
        assert await stores.rows("SELECT folded_name FROM upload") == []


async def test_in_direct_messages_days_of_all_servers_are_added_up(
    stores: Stores, library: SqlLibraryStore
) -> None:
    await _keep(stores)
    await _keep(stores, owner=post(guild_id=GuildId(2)))

    tally = await library.tally(Scope(BEN, None), since=NOW, channels=5)

    assert [day.files for day in tally.days] == [2]
    assert tally.channels == ((ChannelId(77), 2),)


async def test_a_scope_keeps_people_and_servers_apart(
    stores: Stores, library: SqlLibraryStore
) -> None:
    other = GuildId(2)
    await _keep(stores, "his.png")
    await _keep(stores, "hers.png", owner=replace(post(), author_id=ADA), age=timedelta(hours=1))
    await _keep(stores, "there.png", owner=post(guild_id=other), age=timedelta(hours=2))

    assert await _names(library, Query()) == ["his.png"]
    assert await _names(library, Query(), EVERYBODYS) == ["his.png", "hers.png"]
    assert await _names(library, Query(), Scope(BEN, None)) == ["his.png", "there.png"]
    assert await _names(library, Query(), Scope(None, other)) == ["there.png"]


async def test_what_is_deleted_is_listed_no_more_but_still_counted(
    stores: Stores, library: SqlLibraryStore
) -> None:
    gone, stays = await _keep(stores, "gone.png"), await _keep(stores, "stays.png")
    await stores.posts.mark_deleted(gone.id, by=BEN, at=NOW)

    tally = await library.tally(BENS, since=NOW - timedelta(days=1), channels=5)

    assert await _names(library, Query()) == [stays.filename]
    with pytest.raises(UploadNotFound):
        await library.get(gone.id)
    assert [day.files for day in tally.days] == [2]


async def test_what_never_was_is_not_found(library: SqlLibraryStore) -> None:
    with pytest.raises(UploadNotFound):
        await library.get(UploadId("0" * 16))


async def test_a_tally_counts_by_day_by_channel_and_by_error(
    stores: Stores, library: SqlLibraryStore
) -> None:
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    elsewhere = replace(post(), channel_id=ChannelId(5))
    await _keep(stores, age=NOW - midnight)
    await _keep(stores, age=NOW - midnight + timedelta(microseconds=1))
    await _keep(stores, owner=elsewhere)
    await _keep(stores, age=timedelta(days=30))
    broken = post()
    await stores.posts.add(broken, [item()])
    (job,) = await stores.claim()
    await stores.jobs.finish_upload(job, None, EmptyMedia())

    tally = await library.tally(BENS, since=midnight - timedelta(days=1), channels=2)

    days = {day.day: (day.files, day.size_bytes) for day in tally.days}
    assert days == {
        date(2026, 5, 3): (1, 5_000_000_000),
        date(2026, 5, 4): (2, 10_000_000_000),
    }
    assert tally.channels == ((ChannelId(77), 2), (ChannelId(5), 1))
    assert tally.failures == (("EmptyMedia", 1),)


async def test_nothing_is_tallied_of_others(stores: Stores, library: SqlLibraryStore) -> None:
    await _keep(stores)

    tally = await library.tally(Scope(ADA, GUILD), since=NOW - timedelta(days=1), channels=5)

    assert (tally.days, tally.channels, tally.failures) == ((), (), ())


async def test_the_last_word_counts_and_one_for_everywhere_goes_over_all(
    choices: SqlChoiceStore,
) -> None:
    await choices.choose(BEN, GUILD, PersonChoice.IN, at=NOW)
    await choices.choose(BEN, EVERYWHERE, PersonChoice.OUT, at=NOW)
    assert await choices.find(BEN, GUILD) is PersonChoice.OUT
    assert await choices.find(BEN, GuildId(2)) is PersonChoice.OUT

    await choices.choose(BEN, GUILD, PersonChoice.IN, at=NOW)

    assert await choices.find(BEN, GUILD) is PersonChoice.IN
    assert await choices.of_person(BEN) == {EVERYWHERE: PersonChoice.OUT, GUILD: PersonChoice.IN}
    assert await choices.find(ADA, GUILD) is None


async def test_a_person_is_told_how_much_there_is_in_all_servers(
    stores: Stores, people: SqlPersonStore
) -> None:
    await _keep(stores)
    await _keep(stores, owner=post(guild_id=GuildId(2)))
    gone = await _keep(stores)
    await stores.posts.mark_deleted(gone.id, by=BEN, at=NOW)
    await stores.posts.note_dms(BEN, closed_until=NOW)

    held = await people.holdings(BEN)

    assert held == Holdings(2, 10_000_000_000, (HOST,), erasing=0, dms_closed_until=NOW)
    assert len(await people.entries(BEN)) == 3
    assert await people.holdings(ADA) == Holdings()


async def test_an_erasure_is_one_job_a_post_however_often_it_is_ordered(
    stores: Stores, people: SqlPersonStore, library: SqlLibraryStore
) -> None:
    await _keep(stores)
    await stores.posts.add(post(), [item(), item(1)])
    hers = await _keep(stores, "hers.png", owner=replace(post(), author_id=ADA))

    assert await people.order_erasure(BEN, at=NOW) == 2
    assert await people.order_erasure(BEN, at=NOW) == 2

    assert (await people.holdings(BEN)).erasing == 2
    assert await _names(library, Query(), EVERYBODYS) == [hers.filename]
    assert [job.step for job in await stores.claim()] == [Step.ERASE, Step.ERASE]


async def test_an_erased_post_leaves_no_row_and_others_theirs(
    stores: Stores, people: SqlPersonStore
) -> None:
    await _keep(stores)
    hers = await _keep(stores, owner=replace(post(), author_id=ADA))
    await stores.posts.mark_deleted(hers.id, by=BEN, at=NOW)
    await stores.posts.note_dms(BEN, closed_until=NOW)
    await stores.rules.add(rule())
    await people.order_erasure(BEN, at=NOW)
    (job,) = await stores.claim()

    assert await people.erase(job, now=NOW, with_links=True)

    assert await stores.rows("SELECT author_id FROM post") == [(ADA,)]
    assert await stores.rows("SELECT uploader_id, deleted_by FROM upload") == [(ADA, 0)]
    assert await stores.rows("SELECT created_by FROM mirror_rule") == [(0,)]
    assert await stores.rows("SELECT * FROM person") == []
    assert await stores.rows("SELECT step FROM job ORDER BY id") == [("deliver",)]
    assert await people.holdings(BEN) == Holdings()


async def test_an_erasure_drops_the_looks_at_cards(stores: Stores, people: SqlPersonStore) -> None:
    upload = await _keep(stores)
    await stores.posts.set_card(upload.post_id, CARD, preview_at=NOW + timedelta(seconds=10))

    await people.order_erasure(BEN, at=NOW)

    assert await stores.rows("SELECT step FROM job") == [("erase",)]


async def test_an_erasure_waits_for_work_under_way_and_erases_it_after(
    stores: Stores, people: SqlPersonStore
) -> None:
    await stores.posts.add(post(), [item()])
    (upload_job,) = await stores.claim("first")
    await people.order_erasure(BEN, at=NOW)
    (job,) = await stores.claim("second")

    assert await people.is_worked_on(job, now=NOW)
    assert not await people.erase(job, now=NOW)
    assert await stores.rows("SELECT count(*) FROM post") == [(1,)]
    await stores.jobs.finish_upload(upload_job, None, EmptyMedia())

    assert await people.erase(job, now=NOW)
    assert await stores.rows("SELECT count(*) FROM job") == [(0,)]


async def test_work_whose_worker_is_gone_holds_no_erasure_up(
    stores: Stores, people: SqlPersonStore
) -> None:
    await stores.posts.add(post(), [item()])
    await stores.claim("killed")
    later = NOW + timedelta(hours=1)

    await people.order_erasure(BEN, at=later)

    assert await stores.rows("SELECT step FROM job") == [("erase",)]


async def test_who_lost_the_lease_erases_nothing(stores: Stores, people: SqlPersonStore) -> None:
    await _keep(stores)
    await people.order_erasure(BEN, at=NOW)
    (job,) = await stores.claim("slow")
    await stores.claim("quick", at=NOW + timedelta(hours=1))

    with pytest.raises(StaleWrite):
        await people.erase(job, now=NOW)

    assert await stores.rows("SELECT count(*) FROM post") == [(1,)]


async def test_an_upload_that_ends_after_its_post_was_erased_is_refused(
    stores: Stores, people: SqlPersonStore
) -> None:
    """Its worker then takes the copy off the host again: see Steps.upload."""
    owner = post()
    await stores.posts.add(owner, [item()])
    (upload_job,) = await stores.claim("slow")
    later = NOW + timedelta(hours=1)
    await people.order_erasure(BEN, at=later)
    (job,) = await stores.claim("quick", at=later)
    await people.erase(job, now=later)

    with pytest.raises(StaleWrite):
        await stores.jobs.finish_upload(upload_job, upload_of(owner, item()), None)


async def test_a_link_handed_over_meanwhile_is_not_erased_unused(
    stores: Stores, people: SqlPersonStore
) -> None:
    """Two of a person's posts share a copy; the first one erased leaves the link to the second."""
    first = await _keep(stores)
    owner = post()
    sharing = upload_of(owner, item(), link=None)
    await add_uploaded(stores, owner, sharing)
    await people.order_erasure(BEN, at=NOW)
    jobs = {job.post_id: job for job in await stores.claim()}

    assert await stores.posts.leave_copy(first, by=BEN, at=NOW)

    assert not await people.erase(jobs[owner.id], now=NOW)
    assert (await stores.posts.get_upload(sharing.id)).stored.delete_link is not None
    await stores.posts.mark_deleted(sharing.id, by=None, at=NOW)
    assert await people.erase(jobs[owner.id], now=NOW)
