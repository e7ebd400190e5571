"""Use case: count what was stored, and draw it."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Protocol

from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.library import (
    Day,
    OwnerFilter,
    Scope,
    Stats,
    Tally,
    every_day,
    failure_kinds_of,
    scope_of,
    usual_owner_filter,
)
from imgoe_bot.services.ports.clock import Clock

DAYS_MAX = 365
TOP_CHANNELS = 5


class StatsStore(Protocol):
    """Counts copies and failures."""

    async def tally(self, scope: Scope, *, since: datetime, channels: int) -> Tally:
        """Return what was counted since then, with this many channels at most."""
        ...


class Painter(Protocol):
    """Draws charts."""

    async def paint(self, days: Sequence[Day]) -> bytes:
        """Return a PNG of files and bytes a day, which are at least one and in order."""
        ...


class StatsService:
    """Numbers for those who may see them."""

    def __init__(self, store: StatsStore, *, painter: Painter, clock: Clock) -> None:
        self._store = store
        self._painter = painter
        self._clock = clock

    async def stats(self, actor: Actor, *, days: int, whose: OwnerFilter | None = None) -> Stats:
        """Return the numbers of the last days, today (UTC) included.

        Args:
            actor: who asks.
            days: 1 to ``DAYS_MAX``; beyond, the nearest of them.
            whose: None means the server's for who manages it, else the actor's own.

        Raises:
            NotAllowed: the server's, without the Manage Server permission.
        """
        whose = whose or usual_owner_filter(actor)
        today = self._clock.now().date()
        first = today - timedelta(days=max(1, min(days, DAYS_MAX)) - 1)
        tally = await self._store.tally(
            scope_of(actor, whose),
            since=datetime.combine(first, time(), UTC),
            channels=TOP_CHANNELS,
        )
        return Stats(
            whose=whose,
            days=every_day(tally.days, first=first, last=today),
            channels=tally.channels,
            failures=failure_kinds_of(tally.failures),
        )

    async def chart(self, stats: Stats) -> bytes:
        """Return the picture of some days as PNG."""
        return await self._painter.paint(stats.days)
