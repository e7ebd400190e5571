"""Marks move forward only; ranges are opened without doubles, read in order, never forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest

from imgoe_bot.domain.history import Gap, HistoryRange, Mark, ParkReason, RangeReason
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.errors import StaleWrite
from imgoe_bot.services.ports.history import NewPost, Progress, Shards
from tests.contracts.stores import GUILD, LEASE, NOW, Stores, item, post

HERE, THERE = ChannelId(1), ChannelId(2)
LATER = NOW + timedelta(seconds=1)
ALL = Shards()


def _gap(after: int, before: int | None, *, channel: ChannelId = HERE) -> Gap:
    end = None if before is None else MessageId(before)
    return Gap(GUILD, channel, MessageId(after), end, RangeReason.SESSION)


async def _open(stores: Stores, *gaps: Gap) -> None:
    await stores.history.note([], gaps, at=NOW)


async def _left(stores: Stores, guild_id: GuildId = GUILD) -> list[tuple[int, int, int | None]]:
    found = await stores.history.open_ranges(guild_id)
    return [(each.left.channel_id, each.left.after, each.left.before) for each in found]


async def _claim(
    stores: Stores, owner: str = "reader", *, seconds: float = 0, shards: Shards = ALL
) -> HistoryRange | None:
    now = NOW + timedelta(seconds=seconds)
    return await stores.history.claim(owner=owner, now=now, lease=LEASE, shards=shards)


async def _claimed(stores: Stores, owner: str = "reader", *, seconds: float = 0) -> HistoryRange:
    range_ = await _claim(stores, owner, seconds=seconds)
    assert range_ is not None
    return range_


def _progress(after: int, *, ended: bool = False) -> Progress:
    return Progress(MessageId(after), ended, LATER)


async def test_marks_move_forward_and_never_back(stores: Stores) -> None:
    low, high = (MessageId(number) for number in (1 << 60, (1 << 60) + 1))
    elsewhere = Mark(GuildId(2), ChannelId(3), high)
    await stores.history.note([Mark(GUILD, THERE, low), elsewhere], [], at=NOW)

    for message_id in (low, high, low):
        await stores.history.note([Mark(GUILD, HERE, message_id)], [], at=NOW)

    assert await stores.history.marks(GUILD) == {HERE: high, THERE: low}
    assert (await stores.history.all_marks())[GUILD] == {HERE: high, THERE: low}
    assert (await stores.history.all_marks()).keys() == {GUILD, GuildId(2)}


async def test_of_several_marks_each_moves_forward_by_itself(stores: Stores) -> None:
    low, high = MessageId(1), MessageId(2)
    await stores.history.note([Mark(GUILD, HERE, high), Mark(GUILD, THERE, low)], [], at=NOW)

    await stores.history.note([Mark(GUILD, HERE, low), Mark(GUILD, THERE, high)], [], at=NOW)

    assert await stores.history.marks(GUILD) == {HERE: high, THERE: high}


async def test_nothing_to_note_is_fine(stores: Stores) -> None:
    await stores.history.note([], [], at=NOW)

    assert await stores.history.marks(GUILD) == {}
    assert not await _left(stores)


@pytest.mark.parametrize(
    ("there", "gap", "left"),
    [
        ([], (0, 10), [(0, 10)]),
        ([(0, 10)], (0, 10), [(0, 10)]),
        ([(0, 10)], (2, 8), [(0, 10)]),
        ([(0, 10)], (5, 20), [(0, 20)]),
        ([(0, 10)], (9, 20), [(0, 20)]),
        ([(0, 10)], (10, 20), [(0, 10), (10, 20)]),
        ([(0, 10)], (5, None), [(0, None)]),
        ([(0, None)], (5, 20), [(0, None)]),
        ([(10, 20)], (0, 15), [(0, 11), (10, 20)]),
        ([(10, 20)], (0, 11), [(0, 11), (10, 20)]),
        ([(10, 20)], (0, 5), [(0, 5), (10, 20)]),
        ([(10, 20)], (0, 30), [(0, 11), (10, 30)]),
        ([(10, 20)], (0, None), [(0, 11), (10, None)]),
        ([(0, 10), (20, 30)], (5, 25), [(0, 10), (9, 21), (20, 30)]),
        ([(0, 10), (20, None)], (5, 25), [(0, 10), (9, 21), (20, None)]),
        ([(0, 10), (20, 30)], (5, 40), [(0, 10), (9, 21), (20, 40)]),
    ],
)
async def test_a_range_covers_what_no_other_one_does(
    stores: Stores,
    there: list[tuple[int, int | None]],
    gap: tuple[int, int | None],
    left: list[tuple[int, int | None]],
) -> None:
    await _open(stores, _gap(0, 1_000, channel=THERE))
    for each in there:
        await _open(stores, _gap(*each))

    await _open(stores, _gap(*gap))

    assert await _left(stores) == [*((HERE, *each) for each in left), (THERE, 0, 1_000)]


async def test_a_gap_and_the_mark_beyond_it_are_stored_together(stores: Stores) -> None:
    await stores.history.note([Mark(GUILD, HERE, MessageId(9))], [_gap(0, 10)], at=NOW)

    assert await stores.history.marks(GUILD) == {HERE: 9}
    assert await _left(stores) == [(HERE, 0, 10)]


async def test_the_range_that_has_waited_longest_is_taken_first_and_by_one_alone(
    stores: Stores, other: Stores
) -> None:
    await stores.history.note([], [_gap(0, 10, channel=THERE)], at=LATER)
    await stores.history.note([], [_gap(0, 10)], at=NOW)

    first = await _claimed(stores, "a", seconds=2)
    second = await _claimed(other, "b", seconds=2)

    assert (first.gap.channel_id, second.gap.channel_id) == (HERE, THERE)
    assert (first.owner, first.start, first.attempts) == ("a", 0, 0)
    assert await _claim(other, "b", seconds=2) is None


async def test_what_is_not_due_yet_is_not_taken(stores: Stores) -> None:
    await stores.history.note([], [_gap(0, 10)], at=LATER)

    assert await _claim(stores) is None
    assert not await stores.history.has_due(now=NOW)
    assert await stores.history.has_due(now=LATER)
    assert await _claim(stores, seconds=1) is not None


async def test_of_one_channel_the_oldest_range_is_read_first(stores: Stores) -> None:
    await _open(stores, _gap(20, 30))
    await _open(stores, _gap(0, 10))

    first = await _claimed(stores)

    assert first.gap.after == 0
    assert await _claim(stores) is None
    await stores.history.store_page(first, [], _progress(9, ended=True))
    assert (await _claimed(stores)).gap.after == 20


async def test_a_reader_that_died_is_followed_by_another(stores: Stores) -> None:
    await _open(stores, _gap(0, 10))
    dead = await _claimed(stores, "dead")
    until = LEASE.total_seconds()

    assert await _claim(stores, "heir", seconds=until) is None
    heir = await _claimed(stores, "heir", seconds=until + 1)

    assert heir.gap == dead.gap
    with pytest.raises(StaleWrite):
        await stores.history.store_page(dead, [], _progress(5))
    await stores.history.store_page(heir, [], _progress(5))


async def test_a_lease_that_is_renewed_lasts(stores: Stores) -> None:
    await _open(stores, _gap(0, 10))
    await _claimed(stores)

    await stores.history.extend("reader", until=NOW + 3 * LEASE)

    assert await _claim(stores, "heir", seconds=2 * LEASE.total_seconds()) is None


async def test_a_clean_stop_gives_ranges_back(stores: Stores) -> None:
    await _open(stores, _gap(0, 10))
    await _claimed(stores)

    await stores.history.release("reader")

    assert (await _claimed(stores, "next")).gap.after == 0


async def test_only_the_servers_of_a_shard_are_taken(stores: Stores) -> None:
    await _open(stores, _gap(0, 10))
    ours, others = (GUILD >> 22) % 3, ((GUILD >> 22) + 1) % 3

    assert await _claim(stores, shards=Shards(3, frozenset({others}))) is None
    assert await _claim(stores, shards=Shards(3, frozenset({ours, others}))) is not None


async def test_a_page_is_stored_with_how_far_it_goes(stores: Stores) -> None:
    await _open(stores, _gap(0, 10))
    new = NewPost(post(), (item(),))

    await stores.history.store_page(await _claimed(stores), [new], _progress(5))

    assert await _left(stores) == [(HERE, 5, 10)]
    assert len(await stores.claim()) == 1
    again = await _claimed(stores, seconds=1)
    assert (again.gap.after, again.start) == (5, 0)


async def test_a_page_that_is_read_twice_stores_each_message_once(stores: Stores) -> None:
    new = NewPost(post(), (item(),))
    for _ in range(2):
        await _open(stores, _gap(0, 10))
        await stores.history.store_page(
            await _claimed(stores, seconds=1),
            [replace(new, post=replace(new.post, id=post().id))],
            _progress(9, ended=True),
        )

    assert await stores.rows("SELECT count(*) FROM post") == [(1,)]
    assert await stores.rows("SELECT count(*) FROM job WHERE step = 'upload'") == [(1,)]


async def test_a_page_of_a_lost_lease_stores_nothing(stores: Stores) -> None:
    await _open(stores, _gap(0, 10))
    stale = replace(await _claimed(stores), owner="somebody else")

    with pytest.raises(StaleWrite):
        await stores.history.store_page(stale, [NewPost(post(), (item(),))], _progress(5))

    assert await stores.rows("SELECT count(*) FROM post") == [(0,)]


async def test_a_range_that_ends_goes(stores: Stores) -> None:
    await _open(stores, _gap(0, 10))

    await stores.history.store_page(await _claimed(stores), [], _progress(9, ended=True))

    assert not await _left(stores)
    assert await stores.history.marks(GUILD) == {}


async def test_a_range_without_an_end_moves_the_mark_to_where_it_ended(stores: Stores) -> None:
    await _open(stores, _gap(0, None))

    await stores.history.store_page(await _claimed(stores), [], _progress(9, ended=True))

    assert not await _left(stores)
    assert await stores.history.marks(GUILD) == {HERE: 9}


async def test_a_range_that_was_lengthened_while_its_last_page_was_read_goes_on(
    stores: Stores,
) -> None:
    await _open(stores, _gap(0, 10))
    range_ = await _claimed(stores)
    await _open(stores, _gap(9, 20))

    await stores.history.store_page(range_, [], _progress(9, ended=True))

    assert await _left(stores) == [(HERE, 9, 20)]
    assert (await _claimed(stores, seconds=1)).gap.before == 20


async def test_failures_are_counted_until_a_page_is_read(stores: Stores) -> None:
    await _open(stores, _gap(0, 10))
    await stores.history.put_off(await _claimed(stores), until=LATER)
    assert await _claim(stores) is None

    second = await _claimed(stores, seconds=1)
    assert second.attempts == 1
    ((shown,),) = [await stores.history.open_ranges(GUILD)]
    assert shown.retry_at == LATER
    await stores.history.store_page(second, [], _progress(5))

    assert (await _claimed(stores, seconds=1)).attempts == 0


async def test_a_parked_range_waits_until_it_is_let_go(stores: Stores) -> None:
    await _open(stores, _gap(0, 10))
    await stores.history.park(await _claimed(stores), ParkReason.ACCESS)

    assert await _claim(stores, seconds=9_999_999) is None
    assert await stores.history.parked() == {GUILD}
    assert (await stores.history.open_ranges(GUILD))[0].parked is ParkReason.ACCESS
    assert not await stores.history.unpark(GuildId(2), [ParkReason.ACCESS], at=NOW)
    assert not await stores.history.unpark(GUILD, [ParkReason.PAUSED], at=NOW)
    assert await stores.history.unpark(GUILD, [ParkReason.ACCESS, ParkReason.AWAY], at=NOW)
    assert (await _claimed(stores)).gap.after == 0
    assert not await stores.history.parked()


@pytest.mark.parametrize(("before", "end"), [(None, 7), (10, 10)])
async def test_a_pause_ends_a_range_without_an_end(
    stores: Stores, before: int | None, end: int
) -> None:
    await _open(stores, _gap(0, before))

    await stores.history.park(await _claimed(stores), ParkReason.PAUSED, before=MessageId(7))

    assert await _left(stores) == [(HERE, 0, end)]


async def test_a_range_nobody_wants_any_more_is_dropped(stores: Stores) -> None:
    await _open(stores, _gap(0, 10))

    await stores.history.drop(await _claimed(stores))

    assert not await _left(stores)


async def test_a_range_without_an_end_is_given_one_while_it_is_read(stores: Stores) -> None:
    await _open(stores, _gap(0, None), _gap(0, 50, channel=THERE))
    range_ = await _claimed(stores)

    await stores.history.end_at(GUILD, {HERE: MessageId(20), THERE: MessageId(20)})

    assert await _left(stores) == [(HERE, 0, 20), (THERE, 0, 50)]
    await stores.history.store_page(range_, [], _progress(19, ended=True))
    assert await _left(stores) == [(HERE, 19, 20), (THERE, 0, 50)]
