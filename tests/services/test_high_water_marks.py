"""A channel's mark passes nothing that was not decided and stored."""

import asyncio

import pytest
from sqlalchemy import Engine

from imgoe_bot.domain.ids import ChannelId, MessageId
from imgoe_bot.errors import StoreError
from imgoe_bot.services.mirroring.high_water_marks import HighWaterMarks
from imgoe_bot.services.store_outage import StoreOutage
from tests.contracts.stores import GUILD, statements_asked
from tests.services.conftest import Office

PHOTOS = ChannelId(77)


@pytest.fixture
def marks(office: Office) -> HighWaterMarks:
    return HighWaterMarks(office.stores.rules, outage=StoreOutage())


async def _see(marks: HighWaterMarks, number: int) -> None:
    async with marks.observing(GUILD, PHOTOS, MessageId(number)) as observation:
        observation.counts = True


async def _fail(marks: HighWaterMarks, number: int) -> None:
    async with marks.observing(GUILD, PHOTOS, MessageId(number)) as observation:
        observation.counts = True
        raise StoreError(kind="OperationalError")


def _catch_up(marks: HighWaterMarks, *, to: int) -> bool:
    begun = marks.begin(GUILD, PHOTOS)
    return marks.finish(GUILD, PHOTOS, MessageId(to), begun=begun)


async def _mark(marks: HighWaterMarks) -> int:
    return (await marks.stored(GUILD)).get(PHOTOS, 0)


async def test_a_live_message_moves_no_mark_before_its_channel_was_read(
    marks: HighWaterMarks,
) -> None:
    await _see(marks, 10)

    assert await _mark(marks) == 0
    assert marks.is_behind(PHOTOS)
    assert marks.came_live(PHOTOS, MessageId(10))


async def test_once_the_channel_was_read_what_came_live_meanwhile_counts(
    marks: HighWaterMarks,
) -> None:
    await _see(marks, 10)

    assert _catch_up(marks, to=9)

    assert await _mark(marks) == 10
    await _see(marks, 11)
    assert await _mark(marks) == 11


async def test_a_new_session_holds_every_channel(marks: HighWaterMarks) -> None:
    _catch_up(marks, to=9)

    marks.hold_all()
    await _see(marks, 20)

    assert await _mark(marks) == 9


async def test_a_mark_stays_below_what_is_under_way(marks: HighWaterMarks) -> None:
    _catch_up(marks, to=9)

    async with marks.observing(GUILD, PHOTOS, MessageId(10)) as observation:
        observation.counts = True
        await _see(marks, 11)
        assert await _mark(marks) == 9

    assert await _mark(marks) == 11


async def test_a_mark_stays_below_what_failed_until_that_was_read(marks: HighWaterMarks) -> None:
    _catch_up(marks, to=9)
    with pytest.raises(StoreError):
        await _fail(marks, 10)

    await _see(marks, 11)
    assert await _mark(marks) == 9
    assert not marks.came_live(PHOTOS, MessageId(10))

    begun = marks.begin(GUILD, PHOTOS)
    marks.read_to(GUILD, PHOTOS, MessageId(10), begun=begun)
    assert await _mark(marks) == 10
    marks.finish(GUILD, PHOTOS, MessageId(11), begun=begun)
    assert await _mark(marks) == 11


async def test_what_was_read_before_a_new_session_does_not_end_the_hold(
    marks: HighWaterMarks,
) -> None:
    begun = marks.begin(GUILD, PHOTOS)
    marks.hold_all()
    await _see(marks, 20)

    assert not marks.finish(GUILD, PHOTOS, MessageId(9), begun=begun)

    assert await _mark(marks) == 0
    assert _catch_up(marks, to=19)
    assert await _mark(marks) == 20


async def test_a_failure_while_a_channel_is_read_has_it_read_once_more(
    marks: HighWaterMarks,
) -> None:
    begun = marks.begin(GUILD, PHOTOS)
    with pytest.raises(StoreError):
        await _fail(marks, 10)
    marks.read_to(GUILD, PHOTOS, MessageId(12), begun=begun)

    assert await _mark(marks) == 9
    assert not marks.finish(GUILD, PHOTOS, MessageId(12), begun=begun)


async def test_only_the_channels_of_an_unavailable_server_are_held(marks: HighWaterMarks) -> None:
    other = type(GUILD)(GUILD + 1)
    _catch_up(marks, to=9)

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


async def test_of_a_channel_that_can_never_be_read_no_more_is_noted_than_memory_is_meant_for(
    office: Office,
) -> None:
    marks = HighWaterMarks(office.stores.rules, outage=StoreOutage(), came_live_max=2)

    for number in range(10, 20):
        await _see(marks, number)

    assert sum(marks.came_live(PHOTOS, MessageId(number)) for number in range(10, 20)) == 2
    assert _catch_up(marks, to=19)
    assert await _mark(marks) == 19


async def test_what_asks_for_nothing_moves_a_mark_without_the_store(
    marks: HighWaterMarks, office: Office
) -> None:
    _catch_up(marks, to=9)

    with statements_asked(Engine) as asked:
        marks.pass_over(GUILD, PHOTOS, MessageId(10))

    assert not asked
    assert await _mark(marks) == 10
    assert await office.stores.rules.seen(GUILD) == {}


async def test_what_asks_for_nothing_passes_nothing_that_is_under_way(
    marks: HighWaterMarks,
) -> None:
    _catch_up(marks, to=9)

    async with marks.observing(GUILD, PHOTOS, MessageId(10)) as observation:
        observation.counts = True
        marks.pass_over(GUILD, PHOTOS, MessageId(11))
        assert await _mark(marks) == 9

    assert await _mark(marks) == 11


async def test_what_asks_for_nothing_moves_no_mark_of_a_channel_that_is_held(
    marks: HighWaterMarks,
) -> None:
    _catch_up(marks, to=9)
    marks.hold_all()

    marks.pass_over(GUILD, PHOTOS, MessageId(20))

    assert await _mark(marks) == 9
    assert marks.came_live(PHOTOS, MessageId(20))


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
