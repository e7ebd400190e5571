"""How many of something there may be in any time of a given length."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most so many in any time of this length."""

    most: int
    period: timedelta

    def room_at(self, filled: datetime | None, *, now: datetime) -> datetime:
        """Return when there is room for one more.

        Args:
            filled: the time of the ``most``-th newest; None when there are fewer.
            now: the time of day.
        """
        return now if filled is None else max(now, filled + self.period)
