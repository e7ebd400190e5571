"""The wall clock."""

from datetime import UTC, datetime


class WallClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """Return the present time, aware."""
        return datetime.now(UTC)
