"""Durations as the upload API writes them: strict ISO 8601 intervals, 5 minutes to 1 year.

A host takes anything it can't parse for 5 minutes and answers 200, so nothing that is not exactly
of the grammar leaves this process.
"""

import re
from datetime import timedelta

from imgoe_bot.errors import SettingsRejected

SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(days=365)

_INTERVAL = re.compile(
    r"P(?=[0-9T])"
    r"(?:(?P<years>[0-9]{1,6})Y)?(?:(?P<months>[0-9]{1,6})M)?"
    r"(?:(?P<weeks>[0-9]{1,6})W)?(?:(?P<days>[0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,8})H)?(?:(?P<minutes>[0-9]{1,8})M)?"
    r"(?:(?P<seconds>[0-9]{1,8})S)?)?"
)
_SECONDS_PER = {
    "years": 365 * 86_400,
    "months": 30 * 86_400,
    "weeks": 7 * 86_400,
    "days": 86_400,
    "hours": 3_600,
    "minutes": 60,
    "seconds": 1,
}


def parse_duration(text: str) -> timedelta:
    """Read ``P[nY][nM][nW][nD][T[nH][nM][nS]]``; a month counts 30 days, a year 365.

    Raises:
        SettingsRejected: ``not-an-interval``, ``too-short`` or ``too-long``.

    Source: design/API.md §1, expiration.
    """
    match = _INTERVAL.fullmatch(text)
    if match is None:
        raise SettingsRejected(setting="expiration", problem="not-an-interval")
    found = match.groupdict(default="0")
    seconds = sum(int(found[unit]) * size for unit, size in _SECONDS_PER.items())
    return check_duration(timedelta(seconds=seconds))


def check_duration(duration: timedelta) -> timedelta:
    """Return the duration when a host can keep it exactly.

    Raises:
        SettingsRejected: ``too-short``, ``too-long`` or ``not-whole-seconds``.
    """
    if duration < SHORTEST:
        raise SettingsRejected(setting="expiration", problem="too-short")
    if duration > LONGEST:
        raise SettingsRejected(setting="expiration", problem="too-long")
    if duration.microseconds:
        raise SettingsRejected(setting="expiration", problem="not-whole-seconds")
    return duration


def format_duration(duration: timedelta) -> str:
    """Write a duration in days, hours, minutes and seconds, which mean the same everywhere.

    Raises:
        SettingsRejected: as ``check_duration``.
    """
    check_duration(duration)
    minutes, seconds = divmod(duration.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    date = _amount(duration.days, "D")
    time = _amount(hours, "H") + _amount(minutes, "M") + _amount(seconds, "S")
    return f"P{date}T{time}" if time else f"P{date}"


def _amount(number: int, unit: str) -> str:
    return f"{number}{unit}" if number else ""
