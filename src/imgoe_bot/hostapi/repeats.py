"""Trying again: how often, and after what wait. It says nothing to any log."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from imgoe_bot.errors import HostError

BACKOFF_MAX_S = 5.0

Got = TypeVar("Got")


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double, each with as much chance on top as the first is long.

    Attributes:
        attempts: tries in all; the first is made in any case.
        first_s: the wait before the second.
    """

    attempts: int
    first_s: float

    def wait_s(self, made: int) -> float:
        """Return the wait after so many tries, 5 seconds at most."""
        chance_s = random.uniform(0, self.first_s)  # noqa: S311  # keeps callers apart, no secret
        return min(BACKOFF_MAX_S, self.first_s * 2.0 ** (made - 1) + chance_s)


async def repeated(
    call: Callable[[], Awaitable[Got]],
    *,
    attempts: int,
    wait_s: Callable[[HostError, int], float | None],
) -> Got:
    """Call until it succeeds, or there is nothing to wait for, or it was tried often enough.

    Args:
        call: what to do.
        attempts: tries in all; the first is made in any case.
        wait_s: when to try again, by the error and the number of tries made; None for never.

    Raises:
        HostError: the last try's.
    """
    for made in range(1, attempts):
        try:
            return await call()
        except HostError as error:
            wait = wait_s(error, made)
            if wait is None:
                raise
        await asyncio.sleep(wait)
    return await call()
