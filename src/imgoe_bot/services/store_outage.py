"""A store that is away for a while is waited for: what it did not take is done again."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from imgoe_bot.errors import StoreBroken, StoreError, StoreFull, StoreReadOnly

FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 5.0
STOPPING_S = 8.0
"""How long the end of a process is put off for what was done and isn't stored yet."""
WAITING_MAX = 1000
"""Calls that may wait at once: what is waited for is held in memory."""

Got = TypeVar("Got")

_LINES: dict[type[StoreError], str] = {
    StoreFull: "the database has no room: free space on its disk",
    StoreReadOnly: "the database takes no writes: its folder or disk is read-only",
    StoreBroken: "the database can't be used: its disk fails or its file is damaged; if that stays "
    "so, put a backup in its place",
}

log = structlog.stdlib.get_logger(__name__)


def outage_line(error: StoreError) -> str:
    """Return, for the operator, what ails the database and what to do about it."""
    line = _LINES.get(type(error), "the database is away, waiting for it")
    return line


class StoreOutage:
    """What everybody of a process knows of whether the store is there; one outage is one line.

    Args:
        waiting_max: how many calls may wait at once.
    """

    def __init__(self, *, waiting_max: int = WAITING_MAX) -> None:
        self._waiting_max = waiting_max
        self._waiting = 0
        self._back_at = -math.inf
        self._trouble: StoreError | None = None
        self._told: set[type[StoreError]] = set()

    @property
    def is_on(self) -> bool:
        """Whether somebody waits for the store right now."""
        return self._waiting > 0

    @property
    def trouble(self) -> StoreError | None:
        """What the store failed by when it was last asked; None while it works."""
        return self._trouble

    async def probe(self, call: Callable[[], Awaitable[None]]) -> None:
        """Do a small write, and take note of whether the store takes it.

        Raises:
            StoreError: it does not.
        """
        try:
            await call()
        except StoreError as error:
            self._note(error)
            raise
        self._over()

    async def last(self, call: Callable[[], Awaitable[None]]) -> None:
        """Do what is better done before the end of a process, unless the store is away by then.

        Raises:
            StoreError: it is, or did not take it.
        """
        if self._trouble is not None:
            raise self._trouble
        await call()

    async def outlast(
        self, call: Callable[[], Awaitable[Got]], *, at_any_rate: bool = False
    ) -> Got:
        """Do something to the store, again and again until it is there.

        Waits double from 0.1 to 5 seconds, without an end.

        Args:
            call: safe to repeat where it failed; it is awaited anew each time.
            at_any_rate: whether to wait even where too many do.

        Raises:
            StoreError: one that no wait cures, or too many wait already.
        """
        try:
            return await call()
        except StoreError as error:
            is_full = self._waiting >= self._waiting_max and not at_any_rate
            if not error.retryable or is_full:
                raise
            self._note(error)
        self._waiting += 1
        try:
            return await self._repeat(call)
        finally:
            self._waiting -= 1

    async def keep(self, call: Callable[[], Awaitable[Got]]) -> Got:
        """Store what was done outside: ``outlast`` at any rate, also 8 s beyond a cancellation.

        Args:
            call: stores the outcome; safe to repeat where it failed, also if it did not fail at all
                and only its answer was lost.

        Raises:
            StoreError: one that no wait cures, such as StaleWrite.
        """
        storing = asyncio.ensure_future(self.outlast(call, at_any_rate=True))
        try:
            return await asyncio.shield(storing)
        except asyncio.CancelledError:
            await asyncio.wait({storing}, timeout=STOPPING_S)
            if storing.cancel() or storing.exception():
                log.error("what was done could not be stored before the end")
            raise

    def _note(self, error: StoreError) -> None:
        """Take note of a failure; one outage is one line, and one more for each new ailment."""
        back_for_s = asyncio.get_running_loop().time() - self._back_at
        if self._trouble is None and back_for_s > LONGEST_WAIT_S:  # else it was not back for good
            self._told.clear()
        if type(error) not in self._told:
            log.warning(outage_line(error), error=repr(error))
        self._told.add(type(error))
        self._trouble = error

    def _over(self) -> None:
        if self._trouble is not None:
            self._trouble = None
            self._back_at = asyncio.get_running_loop().time()

    async def _repeat(self, call: Callable[[], Awaitable[Got]]) -> Got:
        wait_s = FIRST_WAIT_S
        while True:
            await asyncio.sleep(wait_s)
            try:
                got = await call()
            except StoreError as error:
                if not error.retryable:
                    raise
                self._note(error)
            else:
                self._over()
                return got
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
