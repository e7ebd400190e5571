"""How far this machine's clock is from Discord's, whose time is in every id it gives.

Events bring ids that were given moments ago, so nothing is asked for it, and an id is told to a
millisecond; the answers' ``Date`` header only to a second. What an event took on its way is taken
for a difference too, so the least of the last minutes counts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from imgoe_bot.domain.ids import moment_of
from imgoe_bot.services.ports.clock import Clock

WINDOW = timedelta(minutes=5)
"""For how long a difference counts, and as long again while the next window fills."""
PROMPT = timedelta(seconds=60)
"""Among events of so long a time one came promptly; all that a resumed session replays may not."""
TOLERANCE = timedelta(seconds=5)
"""What nobody has to know of: events take as long on a bad day."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(slots=True)
class _Window:
    """Some minutes of events.

    Attributes:
        least: the least difference seen.
        is_prompt: whether one of them surely came at once.
    """

    begun: datetime
    least: timedelta
    is_prompt: bool = False


class DiscordTime:
    """Takes note of ids as they come, and tells Discord's time by them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._window: _Window | None = None
        self._before: _Window | None = None
        self._has_told = False

    def note(self, id_: int, *, is_prompt: bool = False) -> None:
        """Take note of an id that Discord gave just now.

        Args:
            id_: of a message or an interaction that the gateway brought.
            is_prompt: whether it can't be old: Discord forgets an interaction after 3 seconds.
        """
        now = self._clock.now()
        difference = now - moment_of(id_)
        window = self._window_at(now, difference)
        window.least = min(window.least, difference)
        window.is_prompt |= is_prompt or now - window.begun >= PROMPT
        if abs(difference) > TOLERANCE:
            self._tell()

    def _window_at(self, now: datetime, difference: timedelta) -> _Window:
        """Return the window of a moment; one that the clock has jumped out of is forgotten."""
        window = self._window
        age = now - window.begun if window else None
        if window is not None and age is not None and timedelta() <= age < WINDOW:
            return window
        is_next = age is not None and WINDOW <= age < 2 * WINDOW
        self._before = window if is_next else None
        self._window = _Window(now, difference)
        return self._window

    @property
    def ahead(self) -> timedelta:
        """By how much this machine's clock is ahead, as far as is known; negative: behind."""
        return min((each.least for each in self._windows), default=timedelta())

    @property
    def error(self) -> timedelta | None:
        """The same where it is surely more than 5 seconds, else None."""
        ahead = self.ahead
        is_sure = ahead < timedelta() or any(each.is_prompt for each in self._windows)
        return ahead if is_sure and abs(ahead) > TOLERANCE else None

    @property
    def _windows(self) -> list[_Window]:
        return [each for each in (self._before, self._window) if each is not None]

    def now(self) -> datetime:
        """Return the present time by Discord's clock, as far as it is known."""
        return self._clock.now() - self.ahead

    def _tell(self) -> None:
        error = self.error
        if error is None or self._has_told:
            return
        self._has_told = True
        log.warning(
            "this machine's clock is not Discord's: synchronise it (NTP)",
            ahead_s=round(error.total_seconds(), 1),
        )
