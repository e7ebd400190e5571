"""Backfills as use cases: begun, changed, let wait, and told of once at the end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from imgoe_bot.domain.backfill import Backfill, BackfillState, WaitReason
from imgoe_bot.domain.backfill_requests import BackfillRequest
from imgoe_bot.domain.budget import Lane
from imgoe_bot.domain.guild import MANAGE_GUILD, SERVER, Actor
from imgoe_bot.domain.history import BackfillId
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, UserId, snowflake_at
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.rate_limit import RateLimit
from imgoe_bot.errors import (
    BackfillEnded,
    BackfillNotFound,
    ImgoeError,
    KeyMissing,
    KeyRejected,
    NotAllowed,
)
from imgoe_bot.services.backfilling.backfills import BackfillService
from imgoe_bot.services.backfilling.gate import BackfillGate
from imgoe_bot.services.ports.backfill import Load
from tests.contracts.stores import BEN, GUILD, HOST, NOW, item, post, upload_of
from tests.flows.kit import eventually
from tests.services.conftest import Office

MODERATOR = Actor(UserId(7), GUILD, frozenset({MANAGE_GUILD}))
ELSEWHERE = Actor(UserId(7), GuildId(GUILD + 1), frozenset({MANAGE_GUILD}))
REQUEST = BackfillRequest(place_id=ChannelId(77), asked=MessageId(snowflake_at(NOW)))
IDLE = Load(0, 0, host_fails=False, live_due=False)


def _service(office: Office) -> BackfillService:
    return BackfillService(office.stores.backfills, guilds=office.guilds, clock=office.clock)


@pytest.fixture
def service(office: Office) -> BackfillService:
    return _service(office)


async def test_only_who_manages_the_server_may_begin_one(service: BackfillService) -> None:
    with pytest.raises(NotAllowed):
        await service.begin(replace(MODERATOR, permissions=frozenset()), REQUEST)


async def test_one_that_keeps_nothing_needs_no_key(empty_office: Office) -> None:
    service = _service(empty_office)

    with pytest.raises(KeyMissing):
        await service.begin(MODERATOR, REQUEST)
    assert (await service.begin(MODERATOR, replace(REQUEST, dry_run=True))).dry_run


async def test_one_rests_and_goes_on_at_a_moderators_word(service: BackfillService) -> None:
    begun = await service.begin(MODERATOR, REQUEST)

    for _ in range(2):
        paused = await service.pause(MODERATOR, begun.id)
        assert paused.waits is WaitReason.PAUSED
    for _ in range(2):
        assert (await service.resume(MODERATOR, begun.id)).waits is None


async def test_one_that_was_cancelled_can_not_be_resumed(service: BackfillService) -> None:
    begun = await service.begin(MODERATOR, REQUEST)
    cancelled = await service.cancel(MODERATOR, begun.id)
    assert (cancelled.state, cancelled.ended_at) == (BackfillState.CANCELLED, NOW)

    for act in (service.pause, service.resume, service.cancel):
        with pytest.raises(BackfillEnded) as refused:
            await act(MODERATOR, begun.id)
        assert (refused.value.backfill, refused.value.state) == (begun.id, "cancelled")
    assert (await service.begin(MODERATOR, REQUEST)).id != begun.id


async def test_a_number_of_another_server_is_none_here(service: BackfillService) -> None:
    begun = await service.begin(MODERATOR, REQUEST)

    for act in (service.pause, service.resume, service.cancel):
        with pytest.raises(BackfillNotFound):
            await act(ELSEWHERE, begun.id)
    with pytest.raises(BackfillNotFound):
        await service.get(ELSEWHERE.guild_id or GUILD, begun.id)
    with pytest.raises(BackfillNotFound):
        await service.get(GUILD, BackfillId(begun.id + 1))
    assert await service.get(GUILD, begun.id) == begun


async def test_those_that_go_on_are_listed_first(service: BackfillService) -> None:
    begun = [await service.begin(MODERATOR, _of(place)) for place in (1, 2, 3)]
    await service.cancel(MODERATOR, begun[2].id)

    listed = await service.of_guild(GUILD)

    assert [each.id for each in listed] == [begun[1].id, begun[0].id, begun[2].id]


def _of(place: int) -> BackfillRequest:
    return replace(REQUEST, place_id=ChannelId(place))


def _gate(office: Office) -> BackfillGate:
    return BackfillGate(guilds=office.guilds, quotas=office.quotas(), budgets=office.budgets())


async def test_nothing_keeps_one_back_where_nothing_is_short(office: Office) -> None:
    assert await _gate(office).obstacle(GUILD, IDLE, author_id=BEN, files=10) is None


async def test_one_waits_for_a_key(empty_office: Office) -> None:
    assert await _gate(empty_office).obstacle(GUILD, IDLE) is WaitReason.KEY


async def test_one_waits_for_a_host_that_fails(office: Office) -> None:
    failing = replace(IDLE, host_fails=True)

    assert await _gate(office).obstacle(GUILD, failing) is WaitReason.HOST


@pytest.mark.parametrize(
    ("option", "value", "waits"),
    [
        ("guild_files", "2", WaitReason.QUOTA),
        ("guild_files", "3", None),
        ("person_files", "2", WaitReason.QUOTA),
        ("guild_bytes", "5 GB", WaitReason.QUOTA),
        ("guild_bytes", "50 GB", None),
    ],
)
async def test_one_waits_for_a_quota_that_is_used_up(
    office: Office, option: str, value: str, waits: WaitReason | None
) -> None:
    await office.options.set(MODERATOR, SERVER, option, value)
    for _ in range(2):
        owner = post()
        await office.stores.posts.add_uploaded(owner, upload_of(owner, item()))

    assert await _gate(office).obstacle(GUILD, IDLE, author_id=BEN) is waits


async def test_more_than_a_day_allows_goes_as_far_as_it_does(office: Office) -> None:
    await office.options.set(MODERATOR, SERVER, "guild_files", "2")

    assert await _gate(office).obstacle(GUILD, IDLE, files=5) is None


async def test_half_of_a_budget_is_left_to_others(office: Office) -> None:
    office.budget = (RateLimit(4, timedelta(hours=1)),)
    budgets, gate = office.budgets(), _gate(office)

    for waits in (None, None, WaitReason.BUSY):
        assert await gate.obstacle(GUILD, IDLE) is waits
        async with budgets.slot(HOST, Lane.PERSON, guild_id=GUILD):
            pass


@pytest.mark.parametrize(
    ("load", "files", "room"),
    [
        (IDLE, 1, True),
        (IDLE, 9, True),
        (replace(IDLE, open_files=1), 1, True),
        (replace(IDLE, open_files=2), 1, False),
        (replace(IDLE, held_files=1), 1, False),
        (replace(IDLE, live_due=True), 1, False),
    ],
)
async def test_what_is_live_and_what_is_begun_goes_first(
    office: Office, load: Load, files: int, room: bool
) -> None:
    assert await _gate(office).has_room(GUILD, load, author_id=BEN, files=files) is room


async def test_where_quotas_are_set_one_file_goes_after_the_other(office: Office) -> None:
    await office.options.set(MODERATOR, SERVER, "guild_files", "20")
    one_open = replace(IDLE, open_files=1)

    assert not await _gate(office).has_room(GUILD, one_open, author_id=BEN, files=1)


async def _backfilled(office: Office, service: BackfillService) -> tuple[Backfill, Post]:
    """Store a post of a backfill, with the job of its one file."""
    backfill = await service.begin(MODERATOR, REQUEST)
    owner = replace(post(), backfill_id=backfill.id)
    await office.stores.posts.add(owner, [item()])
    return backfill, owner


async def test_a_file_of_a_backfill_is_kept_without_a_card_or_delete_links(
    office: Office, service: BackfillService
) -> None:
    await _backfilled(office, service)

    async with office.working():
        await _ended(office, "announce")

    assert [(step, state) for step, state, _, _ in await office.states()] == [
        ("upload", "done"),
        ("announce", "done"),
    ]
    assert office.messenger.direct_messages == []


@pytest.mark.parametrize("failure", [KeyRejected(host=HOST, code=100), None])
async def test_a_file_that_the_day_or_the_key_lets_not_through_is_tried_again(
    office: Office, service: BackfillService, failure: ImgoeError | None
) -> None:
    if failure is None:
        await office.options.set(MODERATOR, SERVER, "guild_files", "1")
        owner = post()
        await office.stores.posts.add_uploaded(owner, upload_of(owner, item()))
    else:
        office.host.failures = [failure]
    await _backfilled(office, service)

    async with office.working(patience=timedelta(days=7)):
        await _has_failed(office)
        assert ("upload", "dead") not in {
            (step, state) for step, state, *_ in await office.states()
        }
        await office.options.set(MODERATOR, SERVER, "guild_files", "9")
        office.clock.move(timedelta(minutes=6))
        await _ended(office, "announce")

    assert office.host.uploads == 1


async def _has_failed(office: Office) -> None:
    async def has_failed() -> bool:
        rows = await office.stores.rows("SELECT count(*) FROM job WHERE failing_since IS NOT NULL")
        return rows == [(1,)]

    await eventually(has_failed)


async def _ended(office: Office, step: str) -> None:
    async def has_ended() -> bool:
        return any(each[:2] == (step, "done") for each in await office.states())

    await eventually(has_ended)


async def test_whoever_takes_no_direct_messages_is_tried_once(
    office: Office, service: BackfillService
) -> None:
    office.messenger.dms_open = False
    await _summed_up(office, service)

    async with office.working():
        await _ended(office, "deliver")

    assert len(office.messenger.backfilled) == 1


async def test_a_person_is_told_how_many_files_were_kept(
    office: Office, service: BackfillService
) -> None:
    owner = await _summed_up(office, service)

    async with office.working():
        await _ended(office, "deliver")

    assert office.messenger.backfilled == [(owner, 1)]
    assert office.messenger.direct_messages == []


async def _summed_up(office: Office, service: BackfillService) -> Post:
    """Let a backfill end that has kept one file, and is to be told of."""
    request = replace(REQUEST, summary=True)
    backfill = await service.begin(MODERATOR, request)
    await office.stores.backfills.open(backfill.id, [], at=NOW)
    owner = replace(post(), backfill_id=backfill.id)
    await office.stores.posts.add(owner, [item()])
    async with office.working():
        await _ended(office, "announce")
    await office.stores.backfills.finish(now=NOW)
    return await office.stores.posts.get_post(owner.id)
