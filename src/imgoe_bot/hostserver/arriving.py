"""How bodies arrive: bounded in time, whoever sends them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from typing import TypeVar

from aiohttp import web

from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.options import Patience

PATIENCE = web.AppKey("patience", Patience)
Result = TypeVar("Result")


async def pieces(request: web.Request) -> AsyncGenerator[bytes]:
    """Yield a body's pieces as they come, uncopied.

    Raises:
        Fault: the next one keeps waiting, or all of them together come too slowly.
    """
    patience, loop = request.app[PATIENCE], asyncio.get_running_loop()
    begun, arrived_bytes = loop.time(), 0
    while True:
        deadline = patience.deadline_s(begun, now_s=loop.time(), arrived_bytes=arrived_bytes)
        try:
            async with asyncio.timeout_at(deadline):
                piece, is_chunk_end = await request.content.readchunk()  # joins nothing
        except TimeoutError as error:
            raise Fault(Reason.TOO_SLOW) from error
        if not piece and not is_chunk_end:
            return
        arrived_bytes += len(piece)
        yield piece


async def in_time(request: web.Request, reading: Awaitable[Result]) -> Result:
    """Return what reading a small body gives.

    Raises:
        Fault: it comes too slowly.
    """
    try:
        async with asyncio.timeout(request.app[PATIENCE].grace_s):
            return await reading
    except TimeoutError as error:
        raise Fault(Reason.TOO_SLOW) from error
