"""Servers that have to be caught up: asked for by whoever notices, taken by who looks at them."""

import asyncio
from dataclasses import dataclass, field

from imgoe_bot.domain.ids import GuildId

FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 300.0


@dataclass(slots=True)
class CatchUpQueue:
    """A queue without doubles; a server that failed comes again after a wait that grows.

    Attributes:
        first_wait_s: the wait after the first failure.
    """

    first_wait_s: float = FIRST_WAIT_S
    _due: dict[GuildId, None] = field(default_factory=dict[GuildId, None])
    _busy: set[GuildId] = field(default_factory=set[GuildId])
    _again: set[GuildId] = field(default_factory=set[GuildId])
    _waits_s: dict[GuildId, float] = field(default_factory=dict[GuildId, float])
    _later: dict[GuildId, asyncio.TimerHandle] = field(
        default_factory=dict[GuildId, asyncio.TimerHandle]
    )
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def ask(self, guild_id: GuildId) -> None:
        """Have a server caught up soon; one that waits after a failure goes on waiting.

        So does one that is at it and is about to fail.
        """
        if guild_id in self._busy:
            self._again.add(guild_id)
        elif guild_id not in self._later:
            self._add(guild_id)

    def ask_now(self, guild_id: GuildId) -> None:
        """Have a server caught up at once: something has changed that may cure its failure."""
        self._waits_s.pop(guild_id, None)
        self._stop_waiting(guild_id)
        self._add(guild_id)

    def _add(self, guild_id: GuildId) -> None:
        self._due[guild_id] = None
        self._changed.set()

    async def take(self) -> GuildId:
        """Return the next server, when there is one; nobody else is given it until ``done``."""
        while True:
            free = next((id_ for id_ in self._due if id_ not in self._busy), None)
            if free is not None:
                del self._due[free]
                self._again.discard(free)
                self._busy.add(free)
                return free
            self._changed.clear()
            await self._changed.wait()

    async def settled(self) -> None:
        """Wait until there is no server to catch up, but for those that wait after a failure."""
        while self._due or self._busy:
            self._changed.clear()
            await self._changed.wait()

    def done(self, guild_id: GuildId, *, complete: bool) -> None:
        """Give a server back.

        Args:
            guild_id: what ``take`` returned.
            complete: False has it taken again, 2 seconds later, then 4, 5 minutes at most.
        """
        self._busy.discard(guild_id)
        self._changed.set()
        if complete:
            self._waits_s.pop(guild_id, None)
            if guild_id in self._again:
                self._add(guild_id)
            return
        wait_s = self._waits_s.get(guild_id, self.first_wait_s)
        self._waits_s[guild_id] = min(2 * wait_s, LONGEST_WAIT_S)
        self._stop_waiting(guild_id)
        loop = asyncio.get_running_loop()
        self._later[guild_id] = loop.call_later(wait_s, self._wait_is_over, guild_id)

    def _wait_is_over(self, guild_id: GuildId) -> None:
        self._later.pop(guild_id, None)
        self.ask(guild_id)

    def _stop_waiting(self, guild_id: GuildId) -> None:
        timer = self._later.pop(guild_id, None)
        if timer is not None:
            timer.cancel()
