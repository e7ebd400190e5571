"""Durations as people write them: ``30m``, ``12h``, ``7d`` or ISO 8601 (``PT30M``, ``P7D``)."""

import re
from datetime import timedelta

_SHORT = re.compile(r"(?P<amount>[0-9]{1,6})\s*(?P<unit>[smhdw])", re.IGNORECASE)
_ISO = re.compile(
    r"P(?!$)(?:(?P<weeks>[0-9]{1,3})W)?(?:(?P<days>[0-9]{1,4})D)?"
    r"(?:T(?!$)(?:(?P<hours>[0-9]{1,5})H)?(?:(?P<minutes>[0-9]{1,6})M)?"
    r"(?:(?P<seconds>[0-9]{1,8})S)?)?",
    re.IGNORECASE,
)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_duration(text: str) -> timedelta:
    """Return a duration of whole seconds.

    Raises:
        ValueError: it is written in neither way. Months and years are not taken: they have no
            fixed length.
    """
    short = _SHORT.fullmatch(text.strip())
    if short:
        return timedelta(**{_UNITS[short["unit"].lower()]: int(short["amount"])})
    iso = _ISO.fullmatch(text.strip())
    if iso is None:
        raise ValueError("not a duration")
    return timedelta(**{unit: int(n) for unit, n in iso.groupdict().items() if n is not None})


def format_duration(duration: timedelta) -> str:
    """Return a duration the short way, in the largest unit that divides it: ``90m``, ``7d``."""
    seconds = int(duration.total_seconds())
    for unit, length in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds and seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
