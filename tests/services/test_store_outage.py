"""A database that is away is waited for, and one outage is one line in the log."""

import asyncio

import pytest
from structlog.testing import capture_logs

from imgoe_bot.errors import StaleWrite, StoreError, StoreFull, StoreReadOnly
from imgoe_bot.services.store_outage import StoreOutage


class Away:
    """Refuses until it is told that it is back."""

    def __init__(self) -> None:
        self.is_back = asyncio.Event()
        self._asked = asyncio.Semaphore(0)

    async def call(self) -> str:
        self._asked.release()
        if not self.is_back.is_set():
            raise StoreError(kind="OperationalError")
        return "stored"

    async def asked(self, times: int) -> None:
        """Wait until so many calls more were made."""
        async with asyncio.timeout(10):
            for _ in range(times):
                await self._asked.acquire()


async def test_a_call_is_repeated_until_the_database_is_back() -> None:
    away, outage = Away(), StoreOutage()

    waiting = asyncio.ensure_future(outage.outlast(away.call))
    await away.asked(2)
    assert outage.is_on
    away.is_back.set()

    assert await waiting == "stored"
    assert not outage.is_on


async def test_many_calls_that_wait_are_one_line() -> None:
    away, outage = Away(), StoreOutage()

    with capture_logs() as lines:
        waiting = [asyncio.ensure_future(outage.outlast(away.call)) for _ in range(14)]
        await away.asked(28)
        away.is_back.set()
        await asyncio.gather(*waiting)

    assert [line["event"] for line in lines] == ["the database is away, waiting for it"]


async def test_what_no_wait_cures_is_raised_at_once() -> None:
    async def stale() -> str:
        raise StaleWrite

    with pytest.raises(StaleWrite):
        await StoreOutage().outlast(stale)


async def test_no_more_calls_wait_than_memory_is_meant_for() -> None:
    away, outage = Away(), StoreOutage(waiting_max=2)
    waiting = [asyncio.ensure_future(outage.outlast(away.call)) for _ in range(2)]
    await away.asked(2)

    with pytest.raises(StoreError):
        await outage.outlast(away.call)

    away.is_back.set()
    await asyncio.gather(*waiting)


async def test_a_call_that_is_cancelled_waits_no_longer() -> None:
    away, outage = Away(), StoreOutage()
    waiting = asyncio.ensure_future(outage.outlast(away.call))
    await away.asked(1)

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert not outage.is_on


async def test_what_ails_it_is_said_once_each_and_known_until_it_is_over() -> None:
    outage, broken = StoreOutage(), iter([StoreFull(), StoreFull(), StoreReadOnly(), StoreFull()])

    async def write() -> None:
        for error in broken:
            raise error

    with capture_logs() as lines:
        for kind in (StoreFull, StoreFull, StoreReadOnly, StoreFull):
            with pytest.raises(kind):
                await outage.probe(write)
            assert isinstance(outage.trouble, kind)
        await outage.probe(write)

    assert outage.trouble is None
    assert [line["event"] for line in lines] == [
        "the database has no room: free space on its disk",
        "the database takes no writes: its folder or disk is read-only",
    ]
