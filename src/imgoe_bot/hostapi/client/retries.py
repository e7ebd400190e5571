"""Trying again: how often, and after what wait. It says nothing to any log."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from imgoe_bot.errors import HostBusy, HostError

BACKOFF_MAX_S = 5.0
NAME_TAKEN = 666

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


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When to send again what a host refused without storing it.

    Attributes:
        longest_s: a host that asks for a longer wait is not waited for.
    """

    backoff: Backoff
    longest_s: float

    @property
    def attempts(self) -> int:
        """Tries in all."""
        return self.backoff.attempts

    def wait_s(self, error: HostError, made: int) -> float | None:
        """Return the wait after an error and so many tries; None unless nothing was stored.

        That is so where the host's limit is reached and it says for how long, and where two
        uploads fought for a name. A gateway's 503 tells nothing of the host behind it.

        Source: design/API.md §2, the table of codes.
        """
        own_s = self.backoff.wait_s(made)
        if error.code == NAME_TAKEN:
            return own_s
        if not isinstance(error, HostBusy) or (error.status or 0) >= 500:
            return None
        asked_s = error.retry_after_s
        return max(asked_s, own_s) if asked_s is not None and asked_s <= self.longest_s else None


async def retried(
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
