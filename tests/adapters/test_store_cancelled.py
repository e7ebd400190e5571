"""What is cancelled while the database is away ends in no traceback of its own."""

import asyncio
import gc

import pytest

from imgoe_bot.adapters.store.engine.shielding import shielded
from imgoe_bot.errors import StoreClosed
from imgoe_bot.services.store_outage import StoreOutage


@shielded
class _Away:
    """A store that fails once it is told to."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.fail = asyncio.Event()

    async def call(self) -> None:
        """Fail with what no wait cures, once it is told to."""
        self.asked.set()
        await self.fail.wait()
        raise StoreClosed


@pytest.mark.parametrize("way", ["store", "keep"])
async def test_a_call_that_fails_after_it_was_cancelled_leaves_no_unread_error(way: str) -> None:
    unread: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unread.append(context))
    away = _Away()
    work = StoreOutage().keep(away.call) if way == "keep" else away.call()
    calling = asyncio.ensure_future(work)
    await away.asked.wait()

    calling.cancel()
    await asyncio.sleep(0)
    away.fail.set()
    await asyncio.wait({calling})
    assert calling.cancelled()
    del calling, work  # whose frames hold what failed
    gc.collect()

    assert not unread
