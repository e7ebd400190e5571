"""The time of day, as the use cases ask for it."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time of day."""

    def now(self) -> datetime:
        """Return the present time, aware, in UTC."""
        ...
