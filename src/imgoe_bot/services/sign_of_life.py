"""When a bot of this database was connected last, as far as it wrote that down."""

from datetime import datetime

from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.notes import Notes

_NOTE = "health"


class SignOfLife:
    """A note renewed while a bot is connected; it tells since when none was.

    Both are this machine's time: what lies between them is told to some seconds.
    """

    def __init__(self, notes: Notes, clock: Clock) -> None:
        self._notes = notes
        self._clock = clock

    async def renew(self) -> None:
        """Write down that a bot is connected now; a small write."""
        now = self._clock.now()
        await self._notes.write(_NOTE, str(int(now.timestamp() * 1_000_000_000)))

    async def last(self) -> datetime | None:
        """Return when that was written last, None where it never was."""
        written_ns = await self._notes.find(_NOTE)
        if written_ns is None:
            return None
        return datetime.fromtimestamp(int(written_ns) / 1_000_000_000, self._clock.now().tzinfo)
