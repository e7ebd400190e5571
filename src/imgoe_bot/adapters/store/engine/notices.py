"""What the processes on one database tell each other: LISTEN and NOTIFY of PostgreSQL.

On SQLite there is one process, so what it tells stays in it.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

Callback = Callable[[str | None], None]
"""Takes what was told; None where something may have been missed."""

FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 5.0
"""Between a lost connection and the next one."""

LOOK_EVERY_S = 30.0
"""Between two looks whether the connection still stands: it says nothing when a network ends."""

LOOK_TIMEOUT_S = 10.0

log = structlog.stdlib.get_logger(__name__)


def notify(connection: Connection, channel: str, payload: str) -> None:
    """Tell the other processes something, once the connection's transaction is committed."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_notify(channel, payload)))


class Notices:
    """What this process is told, on a connection of its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._callbacks: dict[str, list[Callback]] = {}
        self._lost = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None

    def subscribe(self, channel: str, callback: Callback) -> None:
        """Be told what is told on a channel, here and elsewhere; to be called before ``open``.

        Args:
            channel: a plain word.
            callback: must not wait, and not fail.
        """
        self._callbacks.setdefault(channel, []).append(callback)

    def tell(self, channel: str, payload: str | None) -> None:
        """Tell this process; ``notify`` tells the others."""
        for callback in self._callbacks.get(channel, ()):
            callback(payload)

    def open(self) -> None:
        """Listen from now on, until ``close``, on whatever connection there can be."""
        if self._engine.dialect.name == "postgresql" and self._listening is None:
            self._listening = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """Stop listening."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait({self._listening})

    async def _listen(self) -> None:
        wait_s = FIRST_WAIT_S
        while True:
            try:
                async with self._connection() as connection:
                    wait_s = FIRST_WAIT_S
                    self._miss_nothing()
                    await self._until_lost(connection)
            except Exception as error:  # whatever a driver raises: nothing else hears the others
                log.warning("other processes are not heard for now", error=type(error).__name__)
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    def _miss_nothing(self) -> None:
        """Say that nothing was heard so far: what was known may be old."""
        for channel in self._callbacks:
            self.tell(channel, None)

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[Any]:  # asyncpg's own, which is untyped
        """Open a connection that listens; the pool lends no other one for it."""
        held = await self._engine.raw_connection()
        connection: Any = held.driver_connection
        held.detach()
        try:
            self._lost.clear()
            connection.add_termination_listener(self._ended)
            for channel in self._callbacks:
                await connection.add_listener(channel, self._heard)
            yield connection
        finally:
            with contextlib.suppress(Exception):  # it is over at any rate
                await connection.close(timeout=LOOK_TIMEOUT_S)

    def _ended(self, _connection: object) -> None:
        self._lost.set()

    def _heard(self, _connection: object, _pid: int, channel: str, payload: str) -> None:
        self.tell(channel, payload)

    async def _until_lost(self, connection: Any) -> None:
        """Wait until the connection has ended."""
        while not self._lost.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._lost.wait()
                    return
            await connection.execute("SELECT 1", timeout=LOOK_TIMEOUT_S)
