"""Ranges are given to readers as they fall due, whatever the store does."""

import asyncio
from datetime import timedelta

import pytest

from imgoe_bot.domain.history import Gap, HistoryRange, ParkReason, RangeReason, wait_after
from imgoe_bot.domain.ids import ChannelId, MessageId
from imgoe_bot.services.mirroring.history_queue import HistoryQueue, QueueOptions
from imgoe_bot.services.ports.history import Shards
from imgoe_bot.services.store_outage import StoreOutage
from tests.contracts.stores import GUILD
from tests.services.conftest import Office

ALL = Shards()


def _gap(channel: int, after: int = 0) -> Gap:
    return Gap(GUILD, ChannelId(channel), MessageId(after), MessageId(10), RangeReason.SESSION)


@pytest.fixture
def queue(office: Office) -> HistoryQueue:
    made = HistoryQueue(
        office.stores.history,
        outage=StoreOutage(),
        clock=office.clock,
        options=QueueOptions(lease=timedelta(seconds=60), poll_s=0.05),
    )
    made.begin()
    return made


async def _open(office: Office, *gaps: Gap) -> None:
    await office.stores.history.note([], gaps, at=office.clock.now())


async def _take(queue: HistoryQueue) -> HistoryRange:
    async with asyncio.timeout(10):
        return await queue.take(ALL)


async def _is_empty(queue: HistoryQueue) -> bool:
    try:
        async with asyncio.timeout(0.3):
            await queue.take(ALL)
    except TimeoutError:
        return True
    return False


async def test_nothing_is_taken_before_the_servers_have_come(office: Office) -> None:
    queue = HistoryQueue(office.stores.history, outage=StoreOutage(), clock=office.clock)
    await _open(office, _gap(1))

    assert await _is_empty(queue)
    queue.begin()
    assert (await _take(queue)).gap.channel_id == 1


async def test_nothing_more_is_taken_before_the_end(office: Office, queue: HistoryQueue) -> None:
    waiting = asyncio.create_task(_is_empty(queue))
    await asyncio.sleep(0)

    queue.take_no_more()
    await _open(office, _gap(1))
    queue.begin()

    assert await waiting


async def test_what_another_process_opened_is_noticed(office: Office, queue: HistoryQueue) -> None:
    waiting = asyncio.create_task(_take(queue))
    await asyncio.sleep(0.2)

    await _open(office, _gap(1))

    assert (await waiting).gap.channel_id == 1


async def test_pages_of_several_channels_are_read_in_turn(
    office: Office, queue: HistoryQueue
) -> None:
    await _open(office, _gap(1), _gap(2))
    order: list[int] = []
    for number in range(1, 5):
        range_ = await _take(queue)
        order.append(range_.gap.channel_id)
        office.clock.move(timedelta(seconds=1))
        await queue.store_page(range_, [], after=MessageId(number), ended=False)

    assert order == [1, 2, 1, 2]


async def test_waits_grow_with_failures_and_never_end(office: Office, queue: HistoryQueue) -> None:
    await _open(office, _gap(1))
    for attempts in range(12):
        range_ = await _take(queue)
        assert range_.attempts == attempts
        await queue.try_later(range_)
        office.clock.move(wait_after(attempts + 1) - timedelta(milliseconds=1))
        assert not await office.stores.history.has_due(now=office.clock.now())
        office.clock.move(timedelta(milliseconds=1))

    assert wait_after(12) == timedelta(minutes=5)


async def test_a_parked_range_comes_back_when_its_server_is_let_go(
    office: Office, queue: HistoryQueue
) -> None:
    await _open(office, _gap(1))
    await queue.park(await _take(queue), ParkReason.ACCESS)
    assert await _is_empty(queue)

    await queue.unpark(GUILD)

    assert (await _take(queue)).gap.channel_id == 1


async def test_a_store_that_fails_for_a_while_ends_no_reading(
    office: Office, queue: HistoryQueue
) -> None:
    await _open(office, _gap(1))
    await office.stores.run("ALTER TABLE history_range RENAME TO history_away")
    waiting = asyncio.create_task(_take(queue))
    await asyncio.sleep(0.3)
    assert not waiting.done()

    await office.stores.run("ALTER TABLE history_away RENAME TO history_range")

    assert (await waiting).gap.channel_id == 1


async def test_a_clean_end_gives_back_what_is_being_read(
    office: Office, queue: HistoryQueue
) -> None:
    await _open(office, _gap(1))
    await _take(queue)
    keeping = asyncio.create_task(queue.keep_leases())
    await asyncio.sleep(0)
    keeping.cancel()
    await asyncio.wait([keeping])

    assert (await _take(queue)).gap.channel_id == 1


async def test_what_a_range_waits_for_may_come_before_it_is_stored_as_waiting(
    queue: HistoryQueue, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _open(office, _gap(1))
    range_ = await _take(queue)
    is_back, store, park = asyncio.Event(), office.stores.history, office.stores.history.park

    async def late(range_: HistoryRange, reason: ParkReason, *, before: MessageId | None) -> None:
        await is_back.wait()
        await park(range_, reason, before=before)

    monkeypatch.setattr(store, "park", late)
    parking = asyncio.create_task(queue.park(range_, ParkReason.AWAY))
    await asyncio.sleep(0)

    await queue.unpark(GUILD)
    is_back.set()
    await parking

    assert (await _take(queue)).gap == range_.gap
