"""What is stored of an image host that moved, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest

from imgoe_bot.adapters.store import SqlBudgetStore, SqlHostMoveStore
from imgoe_bot.adapters.store.rows import sending_value
from imgoe_bot.domain.budget import Lane, LimitUse
from imgoe_bot.domain.claim_order import lane_of
from imgoe_bot.domain.guild import ApiKey, GuildSettings
from imgoe_bot.domain.host_move import HostMove, MoveCounts
from imgoe_bot.domain.ids import GuildId, PostId
from imgoe_bot.domain.job import Sending, Step
from imgoe_bot.domain.parking import host_subject
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.rate_limit import RateLimit
from imgoe_bot.domain.upload import DeleteLink, Stored, Upload
from imgoe_bot.errors import ConfigError
from imgoe_bot.services.settings.host_moves import HostMoveService
from tests.contracts.stores import (
    BEN,
    CARD,
    GUILD,
    HOST,
    LINK,
    NOW,
    Stores,
    item,
    post,
    slash_post,
    upload_of,
)
from tests.services.fakes import FakeClock

KEY = ApiKey("chv_a_key_that_is_long_enough")
NEW = "https://new.example/pics"
MOVE = HostMove(HOST, NEW)
DAY = timedelta(days=1)


@pytest.fixture
def moves(stores: Stores) -> SqlHostMoveStore:
    return SqlHostMoveStore(stores.database, vault=stores.vault, page=1)


@pytest.fixture
def service(moves: SqlHostMoveStore) -> HostMoveService:
    return HostMoveService(moves, clock=FakeClock())


async def _kept(stores: Stores, *uploads: Upload, card: bool = True) -> None:
    owner = replace(slash_post(), id=uploads[0].post_id, guild_id=uploads[0].guild_id)
    await stores.posts.add_uploaded(owner, *uploads)
    if card:
        await stores.posts.set_card(owner.id, CARD)


def _upload(owner: Post | None = None) -> Upload:
    return upload_of(owner or slash_post(), item())


async def _set(stores: Stores, host: str = HOST, guild_id: GuildId = GUILD) -> None:
    settings = GuildSettings(guild_id=guild_id, host_url=host)
    await stores.guilds.save_key(settings, KEY, actor_id=BEN, now=NOW)


async def _stored(stores: Stores, upload: Upload) -> Upload:
    return await stores.posts.get_upload(upload.id)


def _at(base: str) -> Stored:
    stored = _upload().stored
    return replace(
        stored,
        viewer_url=f"{base}/image/Ab1",
        url=f"{base}/images/cat.png",
        thumb_url=f"{base}/images/cat.th.png",
        delete_link=DeleteLink(LINK.replace(HOST, base)),
    )


async def _refreshed(stores: Stores) -> list[PostId]:
    claimed = await stores.claim(at=NOW + DAY, limit=100)
    return [job.post_id for job in claimed if job.step is Step.REFRESH]


async def test_addresses_delete_links_settings_and_keys_lead_to_the_new_place(
    stores: Stores, service: HostMoveService
) -> None:
    await _set(stores)
    one, two = _upload(), _upload()
    await _kept(stores, one)
    await _kept(stores, two)

    moved = await service.carry_out(MOVE, tell=lambda _: None)

    assert (moved.servers, moved.uploads, moved.links, moved.cards) == (1, 2, 2, 2)
    for upload in (one, two):
        found = await _stored(stores, upload)
        assert (found.host_url, found.stored) == (NEW, _at(NEW))
    settings = await stores.guilds.find_settings(GUILD)
    assert settings == GuildSettings(GUILD, NEW, KEY.fingerprint, 2)
    assert await stores.guilds.find_key(GUILD) == KEY
    lines = await stores.rows("SELECT actor_id, name, old, new FROM audit ORDER BY id DESC LIMIT 1")
    assert lines == [(0, "key", f"{HOST} {KEY.fingerprint}", f"{NEW} {KEY.fingerprint}")]
    assert sorted(await _refreshed(stores)) == sorted([one.post_id, two.post_id])


async def test_a_look_counts_the_same_and_changes_nothing(
    stores: Stores, service: HostMoveService
) -> None:
    await _set(stores)
    upload = _upload()
    await _kept(stores, upload)

    seen = await service.look(MOVE, tell=lambda _: None)

    assert await _stored(stores, upload) == replace(upload, stored=_at(HOST))
    assert await stores.guilds.find_key(GUILD) == KEY
    assert await _refreshed(stores) == []
    assert seen.samples == ((f"{HOST}/image/Ab1", f"{NEW}/image/Ab1"),)
    assert seen == await service.carry_out(MOVE, tell=lambda _: None)


@pytest.mark.parametrize("new", [f"{HOST}/b", "https://elsewhere.example", "http://host.example"])
async def test_a_second_time_nothing_is_left_to_move(
    stores: Stores, service: HostMoveService, new: str
) -> None:
    move = HostMove(HOST, new)
    await _set(stores)
    upload = _upload()
    await _kept(stores, upload)
    await service.carry_out(move, tell=lambda _: None)
    await _refreshed(stores)

    again = await service.carry_out(move, tell=lambda _: None)

    assert again == MoveCounts()
    assert (await _stored(stores, upload)).stored == _at(new)
    assert await _refreshed(stores) == []


async def test_one_that_was_ended_halfway_is_finished_by_the_next(
    stores: Stores, moves: SqlHostMoveStore, service: HostMoveService
) -> None:
    uploads = [_upload() for _ in range(3)]
    for upload in uploads:
        await _kept(stores, upload)
    move = HostMove(HOST, f"{HOST}/b")
    await moves.move_uploads(move, PostId(""), cards_at=lambda _: NOW)

    rest = await service.carry_out(move, tell=lambda _: None)

    assert rest.uploads == 2
    assert [(await _stored(stores, each)).stored for each in uploads] == [_at(move.new)] * 3


async def test_what_lies_elsewhere_stays_and_is_counted(
    stores: Stores, service: HostMoveService
) -> None:
    odd, foreign = _upload(), _upload()
    cdn = "https://cdn.example/cat.th.png"
    delete = DeleteLink("https://api.example/delete/1")
    odd = replace(odd, stored=replace(odd.stored, thumb_url=cdn, delete_link=delete))
    foreign = replace(foreign, host_url="https://host.example.evil", stored=_at("https://h.evil"))
    await _kept(stores, odd)
    await _kept(stores, foreign)

    moved = await service.carry_out(MOVE, tell=lambda _: None)

    assert (moved.uploads, moved.links, moved.links_elsewhere) == (1, 0, 1)
    assert moved.elsewhere == {"https://cdn.example": 1}
    found = (await _stored(stores, odd)).stored
    assert (found.thumb_url, found.delete_link, found.url) == (cdn, delete, _at(NEW).url)
    assert (await _stored(stores, foreign)).stored == foreign.stored


async def test_no_card_is_shown_anew_that_shows_nothing_of_it_and_none_where_none_stands(
    stores: Stores, service: HostMoveService
) -> None:
    deleted, cardless, both = _upload(), _upload(), slash_post()
    await _kept(stores, deleted)
    await stores.posts.mark_deleted(deleted.id, by=None, at=NOW)
    await _kept(stores, cardless, card=False)
    await _kept(stores, _upload(both), _upload(both))

    moved = await service.carry_out(MOVE, tell=lambda _: None)

    assert (moved.uploads, moved.cards) == (4, 1)
    assert await _refreshed(stores) == [both.id]


async def test_a_card_that_was_shown_anew_once_is_so_after_the_next_move_too(
    stores: Stores, service: HostMoveService
) -> None:
    upload = _upload()
    await _kept(stores, upload)
    await service.carry_out(MOVE, tell=lambda _: None)
    for job in await stores.claim(at=NOW + DAY):
        await stores.jobs.finish(job, None)

    await service.carry_out(HostMove(NEW, HOST), tell=lambda _: None)

    assert await _refreshed(stores) == [upload.post_id]


async def test_what_waits_for_the_old_place_and_its_budget_wait_for_the_new_one(
    stores: Stores, service: HostMoveService
) -> None:
    other = GuildId(GUILD + 1)
    await _set(stores)
    await _set(stores, "https://else.example", other)
    for guild_id in (GUILD, other):
        await stores.posts.add(post(guild_id=guild_id), [item()])
    budgets, budget = SqlBudgetStore(stores.database), (RateLimit(2, DAY),)
    await budgets.take(HOST, budget, Lane.PERSON, guild_id=GUILD, now=NOW)

    await service.carry_out(MOVE, tell=lambda _: None)

    lanes = await stores.rows("SELECT lane FROM job WHERE step = 'upload' ORDER BY guild_id")
    assert lanes == [(lane_of(Step.UPLOAD, NEW),), ("https://else.example",)]
    assert await budgets.used(NEW, budget, now=NOW) == (LimitUse(budget[0], 1),)
    assert await budgets.used(HOST, budget, now=NOW) == (LimitUse(budget[0], 0),)


async def test_with_another_secret_key_nothing_is_changed(stores: Stores, other: Stores) -> None:
    upload = _upload()
    await _kept(stores, upload)
    stranger = SqlHostMoveStore(other.database, vault=Stores(other.engine).vault)

    with pytest.raises(ConfigError, match="IMGOE_SECRET_KEY"):
        await stranger.move_uploads(MOVE, PostId(""), cards_at=lambda _: NOW)

    assert (await _stored(stores, upload)).stored == _at(HOST)


async def test_hosts_that_something_is_stored_of_are_named(
    stores: Stores, moves: SqlHostMoveStore
) -> None:
    await _kept(stores, _upload())
    await _set(stores, "https://else.example")

    assert await moves.known_hosts() == ("https://else.example", HOST)


async def test_files_on_their_way_are_looked_for_at_the_new_place_and_parked_ones_go_there(
    stores: Stores, service: HostMoveService
) -> None:
    await _set(stores)
    sent, parked = post(), post()
    for each in (sent, parked):
        await stores.posts.add(each, [item()])
    sending = Sending("key", HOST, KEY.fingerprint, "cat.png", 7, NOW)
    await stores.run(
        "UPDATE job SET sending = :sending WHERE post_id = :post AND step = 'upload'",
        sending=sending_value(sending),
        post=sent.id,
    )
    await stores.run(
        "UPDATE job SET state = 'parked', parked_on = :on "
        "WHERE post_id = :post AND step = 'upload'",
        on=str(host_subject(HOST)),
        post=parked.id,
    )
    await stores.run(
        "INSERT INTO orphan (host_url, guild_id, post_id, attachment_id, filename, sent_at, "
        "probable_url) VALUES (:host, 1, 'p', 1, 'cat.png', 0, :url)",
        host=HOST,
        url=f"{HOST}/images/cat.png",
    )

    await service.carry_out(MOVE, tell=lambda _: None)

    jobs = {job.post_id: job for job in await stores.claim(at=NOW)}
    assert jobs[sent.id].sending == replace(sending, host_url=NEW)
    assert jobs[parked.id].host_url == NEW
    assert jobs[parked.id].parked is None
    orphans = await stores.rows("SELECT host_url, probable_url FROM orphan")
    assert orphans == [(NEW, f"{NEW}/images/cat.png")]
