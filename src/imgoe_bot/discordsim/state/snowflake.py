"""Ids that tell their time, as Discord makes them.

Source: https://discord.com/developers/docs/reference#snowflakes
"""

from collections.abc import Callable

DISCORD_EPOCH_MS = 1_420_070_400_000


class Snowflakes:
    """Gives out unique, rising ids.

    Args:
        clock: the present, in Unix seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        """Return an id greater than every one before, even when the clock stands still."""
        made = (int(self._clock() * 1000) - DISCORD_EPOCH_MS) << 22
        self._last = max(made, self._last + 1)
        return self._last


def created_at(snowflake: int) -> float:
    """Return the moment inside an id, in Unix seconds."""
    return ((snowflake >> 22) + DISCORD_EPOCH_MS) / 1000
