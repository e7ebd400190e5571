"""Transactions that are finished once begun.

SQLAlchemy throws a connection away when its statement is cancelled in mid-air, and aiosqlite keeps
the file locked until that connection is collected as garbage: a worker that is told to stop could
not give its leases back.
"""

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
Store = TypeVar("Store", bound=type[object])


def shielded(store: Store) -> Store:
    """Let every public coroutine method of a store end before a cancellation passes through."""
    for name, method in vars(store).copy().items():
        if inspect.iscoroutinefunction(method) and not name.startswith("_"):
            setattr(store, name, _finished(method))
    return store


def _finished(method: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    @functools.wraps(method)
    async def call(*args: P.args, **kwargs: P.kwargs) -> R:
        task = asyncio.ensure_future(method(*args, **kwargs))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_read_error)
            await asyncio.wait({task})
            if not task.cancelled():
                task.exception()  # looked at, as nobody else asks for it any more
            raise

    return call


def _read_error(task: asyncio.Future[Any]) -> None:
    """Take note of a failure that nobody waits for any more, lest asyncio logs a traceback."""
    if not task.cancelled():
        task.exception()
