"""Sizes, durations, dates and ages in the words of the API."""

from datetime import UTC, datetime

_AGES = (
    ("year", 365 * 86_400),
    ("month", 30 * 86_400),
    ("week", 7 * 86_400),
    ("day", 86_400),
    ("hour", 3_600),
    ("minute", 60),
)


def format_size(size_bytes: int) -> str:
    """Return a size as people read it, thousand-based: ``3 MB``, ``19.8 KB``."""
    size, unit = float(size_bytes), "B"
    for bigger in ("KB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, bigger
    return f"{round(size, 1):g} {unit}"


def format_duration(duration_s: int) -> str:
    """Return ``01:13``, or ``1:02:03`` from an hour on."""
    minutes, seconds = divmod(duration_s, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def format_date(at_s: int) -> str:
    """Return a moment in UTC as the API writes it."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d %H:%M:%S")


def format_age(age_s: float) -> str:
    """Return how long ago something was, in the largest unit it fills: ``3 days ago``."""
    for unit, unit_s in _AGES:
        if age_s >= unit_s:
            count = int(age_s // unit_s)
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "moments ago"
