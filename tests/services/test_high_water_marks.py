"""A channel's mark passes nothing that was not decided and stored, or that no range covers."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from imgoe_bot.domain.history import RangeReason
from imgoe_bot.domain.ids import ChannelId, MessageId, snowflake_at
from imgoe_bot.errors import StoreError
from imgoe_bot.services.mirroring.channel_progress import SPANS_MAX, MissedPart
from imgoe_bot.services.mirroring.high_water_marks import HighWaterMarks
from imgoe_bot.services.mirroring.history_queue import HistoryQueue
from imgoe_bot.services.store_outage import StoreOutage
from tests.contracts.stores import GUILD, NOW, statements_asked
from tests.flows.kit import eventually
from tests.services.conftest import Office
from tests.services.fakes import FakeClock

PHOTOS = ChannelId(77)
CHANNELS = 50


@pytest.fixture
def marks(office: Office) -> HighWaterMarks:
    outage = StoreOutage()
    queue = HistoryQueue(office.stores.history, outage=outage, clock=FakeClock())
    return HighWaterMarks(office.stores.history, queue=queue, outage=outage)


async def _see(marks: HighWaterMarks, number: int) -> None:
    async with marks.observing(GUILD, PHOTOS, MessageId(number)) as observation:
        observation.counts = True


async def _fail(marks: HighWaterMarks, number: int) -> None:
    async with marks.observing(GUILD, PHOTOS, MessageId(number)) as observation:
        observation.counts = True
        raise StoreError(kind="OperationalError")


async def _cover(
    marks: HighWaterMarks, *, to: int | None, after: int = 0, begun: int | None = None
) -> bool:
    part = MissedPart(
        PHOTOS,
        begun=marks.begin(GUILD, PHOTOS) if begun is None else begun,
        after=MessageId(after),
        until=None if to is None else MessageId(to),
        reason=RangeReason.SESSION,
    )
    return await marks.cover(GUILD, [part])


async def _mark(marks: HighWaterMarks) -> int:
    return (await marks.stored(GUILD)).get(PHOTOS, 0)


async def _ranges(office: Office) -> list[tuple[int, int | None]]:
    """Return what is still to be read of the channel: after which message, before which."""
    found = await office.stores.history.open_ranges(GUILD)
    return [(each.left.after, each.left.before) for each in found]


async def test_a_live_message_moves_no_mark_before_what_was_missed_is_stored(
    marks: HighWaterMarks,
) -> None:
    await _see(marks, 10)

    assert await _mark(marks) == 0
    assert marks.is_behind(PHOTOS)


async def test_what_was_missed_becomes_a_range_and_marks_move_past_it(
    marks: HighWaterMarks, office: Office
) -> None:
    await _see(marks, 10)

    assert await _cover(marks, after=4, to=9)

    assert await _ranges(office) == [(4, 10)]
    assert await office.stores.history.marks(GUILD) == {PHOTOS: 9}
    assert await _mark(marks) == 10
    await _see(marks, 11)
    assert await _mark(marks) == 11


async def test_a_channel_that_is_not_behind_costs_no_range_and_no_statement(
    marks: HighWaterMarks, office: Office
) -> None:
    with statements_asked(Engine) as asked:
        assert await _cover(marks, after=9, to=9)

    assert not asked
    assert not await _ranges(office)
    await _see(marks, 10)
    assert await _mark(marks) == 10


async def test_what_nobody_told_of_is_read_to_the_end(
    marks: HighWaterMarks, office: Office
) -> None:
    marks.hold_unheard(GUILD, PHOTOS)

    assert await _cover(marks, after=4, to=None)

    assert await _ranges(office) == [(4, None)]
    assert not marks.unheard(GUILD)


async def test_a_new_session_holds_every_channel(marks: HighWaterMarks) -> None:
    await _cover(marks, to=9)

    marks.hold_all()
    await _see(marks, 20)

    assert await _mark(marks) == 9


async def test_a_mark_stays_below_what_is_under_way(marks: HighWaterMarks) -> None:
    await _cover(marks, to=9)

    async with marks.observing(GUILD, PHOTOS, MessageId(10)) as observation:
        observation.counts = True
        await _see(marks, 11)
        assert await _mark(marks) == 9

    assert await _mark(marks) == 11


async def test_a_mark_stays_below_what_failed_until_a_range_covers_it(
    marks: HighWaterMarks, office: Office
) -> None:
    await _cover(marks, after=9, to=9)
    with pytest.raises(StoreError):
        await _fail(marks, 10)

    await _see(marks, 11)
    assert await _mark(marks) == 0

    await marks.write()
    assert await _ranges(office) == [(9, 11)]
    assert await _mark(marks) == 11


async def test_what_fails_one_after_the_other_becomes_one_range(
    marks: HighWaterMarks, office: Office
) -> None:
    await _cover(marks, after=9, to=9)
    for number in range(10, 1010):
        with pytest.raises(StoreError):
            await _fail(marks, number)

    await marks.write()

    assert await _ranges(office) == [(9, 1010)]


async def test_what_fails_far_apart_is_read_again_without_what_lies_between(
    marks: HighWaterMarks, office: Office
) -> None:
    days = [snowflake_at(NOW - timedelta(days=400 - day)) for day in (0, 30, 399)]
    for message_id in days:
        marks.fail(GUILD, PHOTOS, MessageId(message_id))
        marks.fail(GUILD, PHOTOS, MessageId(message_id + 5))

    await marks.write()

    assert await _ranges(office) == [(each - 1, each + 6) for each in days]


async def test_what_fails_in_many_places_becomes_few_ranges(
    marks: HighWaterMarks, office: Office
) -> None:
    for day in range(400):
        marks.fail(GUILD, PHOTOS, MessageId(snowflake_at(NOW - timedelta(days=day))))

    await marks.write()

    ranges = await _ranges(office)
    assert len(ranges) <= SPANS_MAX
    assert ranges[0][0] < snowflake_at(NOW - timedelta(days=399))
    assert (ranges[-1][1] or 0) > snowflake_at(NOW)


async def test_what_fails_while_a_range_is_stored_gets_one_too(
    marks: HighWaterMarks, office: Office
) -> None:
    await _cover(marks, after=9, to=9)
    with pytest.raises(StoreError):
        await _fail(marks, 10)
    writing = asyncio.create_task(marks.write())
    await asyncio.sleep(0)
    with pytest.raises(StoreError):
        await _fail(marks, 12)
    await writing
    assert await _mark(marks) == 0

    await marks.write()

    ((after, before),) = await _ranges(office)
    assert (after, before) == (9, 13)
    assert await _mark(marks) == 12


async def test_what_was_known_before_a_new_session_does_not_end_the_hold(
    marks: HighWaterMarks,
) -> None:
    begun = marks.begin(GUILD, PHOTOS)
    marks.hold_all()
    await _see(marks, 20)

    assert not await _cover(marks, to=9, begun=begun)

    assert await _mark(marks) == 9
    assert await _cover(marks, after=9, to=19)
    assert await _mark(marks) == 20


async def test_only_the_channels_of_an_unavailable_server_are_held(marks: HighWaterMarks) -> None:
    other = type(GUILD)(GUILD + 1)
    await _cover(marks, to=9)

    marks.hold_guild(other)
    assert not marks.is_held(PHOTOS)
    marks.hold_guild(GUILD)
    assert marks.is_held(PHOTOS)


async def test_a_message_of_a_channel_that_is_not_mirrored_leaves_nothing_behind(
    marks: HighWaterMarks,
) -> None:
    async with marks.observing(GUILD, PHOTOS, MessageId(10)):
        pass

    assert not marks.is_behind(PHOTOS)
    assert await _mark(marks) == 0


async def test_a_new_channel_is_held_by_nothing(marks: HighWaterMarks) -> None:
    marks.begin_new(GUILD, PHOTOS)

    await _see(marks, 10)

    assert await _mark(marks) == 10


async def test_what_asks_for_nothing_moves_a_mark_without_the_store(
    marks: HighWaterMarks, office: Office
) -> None:
    await _cover(marks, after=9, to=9)

    with statements_asked(Engine) as asked:
        marks.pass_over(GUILD, PHOTOS, MessageId(10))

    assert not asked
    assert await _mark(marks) == 10
    assert await office.stores.history.marks(GUILD) == {}


async def test_what_asks_for_nothing_passes_nothing_that_is_under_way(
    marks: HighWaterMarks,
) -> None:
    await _cover(marks, to=9)

    async with marks.observing(GUILD, PHOTOS, MessageId(10)) as observation:
        observation.counts = True
        marks.pass_over(GUILD, PHOTOS, MessageId(11))
        assert await _mark(marks) == 9

    assert await _mark(marks) == 11


async def test_what_asks_for_nothing_moves_no_mark_of_a_channel_that_is_held(
    marks: HighWaterMarks,
) -> None:
    await _cover(marks, to=9)
    marks.hold_all()

    marks.pass_over(GUILD, PHOTOS, MessageId(20))

    assert await _mark(marks) == 9


async def test_where_a_channel_begins_holds_before_it_is_stored(marks: HighWaterMarks) -> None:
    beginning = asyncio.create_task(marks.begin_at(GUILD, {PHOTOS: MessageId(10)}))
    await asyncio.sleep(0)

    assert not beginning.done()
    assert marks.beginning_of(PHOTOS) == 10
    await beginning
    assert await _mark(marks) == 10


async def test_a_look_that_ends_for_nothing_forgets_no_beginning(marks: HighWaterMarks) -> None:
    async with marks.observing(GUILD, PHOTOS, MessageId(9)):
        await marks.begin_at(GUILD, {PHOTOS: MessageId(10)})

    assert marks.beginning_of(PHOTOS) == 10


def _move_many(marks: HighWaterMarks, *, up_to: int) -> None:
    for channel in range(1, CHANNELS + 1):
        marks.begin_new(GUILD, ChannelId(channel))
        for message in range(1, up_to + 1):
            marks.pass_over(GUILD, ChannelId(channel), MessageId(message))


@asynccontextmanager
async def _at_work(marks: HighWaterMarks) -> AsyncGenerator[None]:
    task = asyncio.create_task(marks.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_all_that_moved_is_written_by_one_statement(
    office: Office, marks: HighWaterMarks
) -> None:
    _move_many(marks, up_to=5)

    with statements_asked(Engine) as asked:
        await marks.write()
        await marks.write()

    assert len([each for each in asked if each.startswith("INSERT")]) == 1
    assert await office.stores.history.marks(GUILD) == {
        ChannelId(channel): MessageId(5) for channel in range(1, CHANNELS + 1)
    }


async def test_marks_are_written_while_it_runs_and_once_more_at_its_end(
    office: Office, marks: HighWaterMarks
) -> None:
    async def written() -> bool:
        return await office.stores.history.marks(GUILD) == {PHOTOS: 5}

    marks.begin_new(GUILD, PHOTOS)
    async with _at_work(marks):
        marks.pass_over(GUILD, PHOTOS, MessageId(5))
        await eventually(written)
        marks.pass_over(GUILD, PHOTOS, MessageId(6))

    assert await office.stores.history.marks(GUILD) == {PHOTOS: 6}


async def test_a_write_that_fails_for_good_forgets_no_mark(
    office: Office, marks: HighWaterMarks
) -> None:
    marks.begin_new(GUILD, PHOTOS)
    marks.pass_over(GUILD, PHOTOS, MessageId(5))
    before = await marks.stored(GUILD)
    await office.stores.database.close()

    with pytest.raises(StoreError):
        await marks.write()

    assert before == {PHOTOS: 5}
    with pytest.raises(StoreError):
        await marks.write()


async def test_what_failed_is_written_twice_at_once_and_its_channel_is_mirrored_no_more(
    marks: HighWaterMarks, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks.fail(GUILD, PHOTOS, MessageId(10))
    first, second = asyncio.Event(), asyncio.Event()
    note, gates = office.stores.history.note, [first, second]

    async def slow(*args: Any, **options: Any) -> None:
        gate = gates.pop(0)
        await note(*args, **options)
        await gate.wait()

    monkeypatch.setattr(office.stores.history, "note", slow)
    writes = [asyncio.create_task(marks.write()) for _ in range(2)]
    await eventually(lambda: not gates)

    first.set()
    await writes[0]
    async with marks.observing(GUILD, PHOTOS, MessageId(11)):
        pass  # a rule that rests
    second.set()
    await writes[1]

    assert await _ranges(office) == [(9, 11)]
