"""A store that is away for a while is waited for: what it did not take is done again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from imgoe_bot.errors import StoreError

FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 5.0
WAITING_MAX = 1000
"""Calls that may wait at once: what is waited for is held in memory."""

Got = TypeVar("Got")

log = structlog.stdlib.get_logger(__name__)


class StoreOutage:
    """What everybody of a process knows of whether the store is there; one outage is one line.

    Args:
        waiting_max: how many calls may wait at once.
    """

    def __init__(self, *, waiting_max: int = WAITING_MAX) -> None:
        self._waiting_max = waiting_max
        self._waiting = 0

    @property
    def is_on(self) -> bool:
        """Whether somebody waits for the store right now."""
        return self._waiting > 0

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
            self._begin(error)
        try:
            return await self._repeat(call)
        finally:
            self._waiting -= 1

    def _begin(self, error: StoreError) -> None:
        if not self._waiting:
            log.warning("the database is away, waiting for it", error=repr(error))
        self._waiting += 1

    async def _repeat(self, call: Callable[[], Awaitable[Got]]) -> Got:
        wait_s = FIRST_WAIT_S
        while True:
            await asyncio.sleep(wait_s)
            try:
                return await call()
            except StoreError as error:
                if not error.retryable:
                    raise
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
