"""Moments of a channel's history as people write them: a day, a month, how long ago, a message.

What has no zone is UTC: Discord tells nobody where a person's clock stands.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from imgoe_bot.domain.duration import parse_duration
from imgoe_bot.domain.ids import snowflake_at
from imgoe_bot.errors import SettingsRejected

LATEST = (1 << 63) - 1
"""The greatest id that the database can hold; Discord comes to it in 2084."""

_MONTH = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{1,2}))?")
_DOTTED = re.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})")
_MESSAGE = re.compile(
    r"(?:<?https?://(?:[a-z]+\.)?discord(?:app)?\.com/channels/(?P<guild>[0-9]{15,20})"
    r"/[0-9]{15,20}/)?(?P<message>[0-9]{15,19})>?"
)
_DATE_AND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]")
_STAMP = re.compile(r"<t:(?P<seconds>-?[0-9]{1,12})(?::[a-zA-Z])?>")


@dataclass(frozen=True, slots=True)
class Span:
    """What a text names, by Discord's ids: a day is all that was posted on it.

    Attributes:
        first: the smallest id within; not below 0.
        end: the smallest id after it; at least ``first``.
    """

    first: int
    end: int


def parse_span(text: str, *, setting: str, now: datetime, guild_id: int) -> Span:
    """Return what somebody names as an end of a range.

    Args:
        text: ``2024``, ``2024-05``, ``2024-05-31``, ``31.5.2024``, ``2024-05-31 18:00``,
            ``today``, ``yesterday``, ``30d`` back from now, a timestamp of Discord's, a message's
            link or id.
        setting: what it is called where it was asked for.
        now: Discord's time.
        guild_id: the server that a link has to lead into.

    Raises:
        SettingsRejected: it is none of these, or a message of another server.
    """
    written = text.strip()
    ways: tuple[Callable[[], Span | None], ...] = (
        lambda: _message(written, setting, guild_id),
        lambda: _stamp(written),
        lambda: _month(written),
        lambda: _day(written, now),
        lambda: _moment(written),
        lambda: _back(written, now),
    )
    try:
        found = next((span for way in ways if (span := way()) is not None), None)
    except (ValueError, OverflowError, OSError) as error:  # looks like one, but is no such day
        raise _refused(setting) from error
    if found is None:
        raise _refused(setting)
    return found


def _refused(setting: str) -> SettingsRejected:
    return SettingsRejected(setting=setting, problem="not-a-moment")


def _message(written: str, setting: str, guild_id: int) -> Span | None:
    found = _MESSAGE.fullmatch(written)
    if found is None:
        return None
    if found["guild"] is not None and int(found["guild"]) != guild_id:
        raise SettingsRejected(setting=setting, problem="bad-link")
    message_id = int(found["message"])
    return Span(min(message_id, LATEST - 1), min(message_id + 1, LATEST))


def _stamp(written: str) -> Span | None:
    found = _STAMP.fullmatch(written)
    return None if found is None else _at(datetime.fromtimestamp(int(found["seconds"]), UTC))


def _month(written: str) -> Span | None:
    """A year, or a month of one."""
    found = _MONTH.fullmatch(written)
    if found is None:
        return None
    year, month = int(found["year"]), found["month"]
    if month is None:
        return _days(date(year, 1, 1), date(year + 1, 1, 1))
    first = date(year, int(month), 1)
    return _days(first, (first + timedelta(days=31)).replace(day=1))


def _day(written: str, now: datetime) -> Span | None:
    ago = {"today": 0, "yesterday": 1}.get(written.casefold())
    if ago is not None:
        day = now.astimezone(UTC).date() - timedelta(days=ago)
        return _days(day, day + timedelta(days=1))
    dotted = _DOTTED.fullmatch(written)
    if dotted is not None:
        day = date(int(dotted["year"]), int(dotted["month"]), int(dotted["day"]))
        return _days(day, day + timedelta(days=1))
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return _days(day, day + timedelta(days=1))


def _moment(written: str) -> Span | None:
    if _DATE_AND_TIME.match(written) is None:
        return None
    moment = datetime.fromisoformat(written)
    return _at(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))


def _back(written: str, now: datetime) -> Span | None:
    try:
        return _at(now - parse_duration(written))
    except ValueError:
        return None


def _at(moment: datetime) -> Span:
    return Span(_id_at(moment), _id_at(moment))


def _days(first: date, after: date) -> Span:
    return Span(_id_at(_midnight(first)), _id_at(_midnight(after)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _id_at(moment: datetime) -> int:
    return max(0, min(snowflake_at(moment), LATEST))
