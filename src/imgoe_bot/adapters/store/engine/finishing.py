"""What was begun is finished, whoever waits for it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Got = TypeVar("Got")


async def finished(work: Coroutine[Any, Any, Got]) -> Got:
    """Do something to its end; a caller that is cancelled meanwhile is let go then, and not before.

    A worker that is told to stop gives its leases back after what it stored under them.
    """
    task = asyncio.ensure_future(work)
    task.add_done_callback(_look_at_error)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


def _look_at_error(task: asyncio.Future[Any]) -> None:
    """Take note of a failure that nobody waits for any more, lest asyncio logs a traceback."""
    if not task.cancelled():
        task.exception()
