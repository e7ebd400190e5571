"""How bodies arrive: bounded in time, whoever sends them."""

import asyncio
from collections.abc import AsyncGenerator

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.options import RequestTimeouts

TIMEOUTS = web.AppKey("timeouts", RequestTimeouts)
# What aiohttp raises, in all, for a body that isn't what it claims to be.
UNREADABLE = (
    ValueError,
    AssertionError,
    LookupError,
    RecursionError,
    HttpProcessingError,
    web.HTTPException,
    web.RequestPayloadError,
)


def media_type(request: web.Request) -> str:
    """Return what a body claims to be; empty when it claims nothing.

    ``request.content_type`` asks the email package, which takes longer than the database.
    """
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()


async def pieces(request: web.Request) -> AsyncGenerator[bytes]:
    """Yield a body's pieces as they come: each is all that is there by then.

    Not each of its chunks, which may be a single byte: nobody else would be answered while they are
    gone through.

    Raises:
        Fault: the next one keeps waiting, or all of them together come too slowly.
    """
    timeouts, loop = request.app[TIMEOUTS], asyncio.get_running_loop()
    begun, arrived_bytes = loop.time(), 0
    while not request.content.at_eof():
        deadline = timeouts.deadline_s(begun, now_s=loop.time(), arrived_bytes=arrived_bytes)
        try:
            async with asyncio.timeout_at(deadline):
                piece = await request.content.readany()
        except TimeoutError as error:
            raise Fault(Reason.TOO_SLOW) from error
        arrived_bytes += len(piece)
        yield piece
