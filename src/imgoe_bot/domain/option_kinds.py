"""How one option is read and written: a choice, a set, a text, ids, a number, a size, a time."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from imgoe_bot.domain.duration import format_duration, parse_duration

T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)

NONE = "none"
NOBODY = "nobody"
USERS_MAX = 20
TEXT_MAX_CHARS = 200


class ValueType(StrEnum):
    """What sort of text an option takes; what it is explained and offered by."""

    CHOICE = "choice"
    SET = "set"
    TEXT = "text"
    CHANNEL = "channel"
    ROLE = "role"
    USERS = "users"
    NUMBER = "number"
    SIZE = "size"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a value that can be read is hardly what a person means.

    Attributes:
        problem: a short machine word for it.
        meant: what they probably mean, the likeliest first.
    """

    problem: str
    meant: tuple[str, ...] = ()


def _no_doubt(_: str, /) -> Doubt | None:
    return None


@dataclass(frozen=True, slots=True)
class Option(Generic[T]):
    """How one option is read and written.

    Attributes:
        name: the field of ``Options``, and what people type.
        parse: text to value; raises ValueError.
        show: value to text, such that ``parse(show(value)) == value``.
        value_type: what sort of text it takes.
        choices: what a CHOICE is one of, and what a SET lists with commas; else empty.
        per_channel: False when it holds for the whole server only.
        optional: whether ``none`` is taken besides.
        doubt: tells of a text that a person typed why it is hardly what they mean.
    """

    name: str
    parse: Callable[[str], T]
    show: Callable[[T], str]
    value_type: ValueType
    choices: tuple[str, ...] = ()
    per_channel: bool = True
    optional: bool = False
    doubt: Callable[[str], Doubt | None] = _no_doubt


def choice(name: str, kind: type[Choice]) -> Option[Choice]:
    """One of an enum's values."""
    choices = tuple(each.value for each in kind)
    return Option(name, kind, lambda value: value.value, ValueType.CHOICE, choices)


def flag(name: str) -> Option[bool]:
    """On or off."""
    choices = ("on", "off")
    return Option(name, _parse_flag, lambda on: "on" if on else "off", ValueType.CHOICE, choices)


def _parse_flag(text: str) -> bool:
    if text not in ("on", "off"):
        raise ValueError("neither on nor off")
    return text == "on"


def set_of(name: str, kind: type[Choice]) -> Option[frozenset[Choice]]:
    """Some of an enum's values, with commas; at least one."""

    def parse(text: str) -> frozenset[Choice]:
        return frozenset(kind(part.strip()) for part in text.split(","))

    def show(values: frozenset[Choice]) -> str:
        return ",".join(each.value for each in kind if each in values)

    return Option(name, parse, show, ValueType.SET, tuple(each.value for each in kind))


def maybe(option: Option[T]) -> Option[T | None]:
    """The same option, which may also be ``none``."""

    def parse(text: str) -> T | None:
        return None if text == NONE else option.parse(text)

    def show(value: T | None) -> str:
        return NONE if value is None else option.show(value)

    return Option(
        option.name,
        parse,
        show,
        option.value_type,
        option.choices,
        per_channel=option.per_channel,
        optional=True,
        doubt=option.doubt,
    )


def text(name: str) -> Option[str]:
    """One line of text."""
    return Option(name, _parse_text, str, ValueType.TEXT)


def _parse_text(text: str) -> str:
    if not 0 < len(text) <= TEXT_MAX_CHARS or not text.isprintable():
        raise ValueError("empty, too long or not one line")
    return text


def id_of(name: str, value_type: ValueType, *, per_channel: bool = True) -> Option[int]:
    """A channel or role: an id, or a mention of one."""
    return Option(name, _parse_id, str, value_type, per_channel=per_channel)


def _parse_id(text: str) -> int:
    found = re.fullmatch(r"(?:<(?:#|@&)?)?([0-9]{15,21})>?", text)
    if found is None:
        raise ValueError("neither an id nor a mention")
    return int(found[1])


def users(name: str) -> Option[frozenset[int]]:
    """Some people: ids or mentions, with commas or spaces; ``nobody`` when all were forgotten."""
    return Option(name, _parse_users, _show_users, ValueType.USERS)


def _parse_users(text: str) -> frozenset[int]:
    if text == NOBODY:
        return frozenset()
    found = frozenset(map(_parse_user, re.split(r"\s*,\s*|\s+", text)))
    if len(found) > USERS_MAX:
        raise ValueError("too many")
    return found


def _parse_user(text: str) -> int:
    found = re.fullmatch(r"<@!?([1-9][0-9]{14,20})>|([1-9][0-9]{14,20})", text)
    if found is None:
        raise ValueError("neither an id nor a mention of a person")
    return int(found[1] or found[2])


def _show_users(ids: frozenset[int]) -> str:
    return ",".join(map(str, sorted(ids))) or NOBODY


def without_user(text: str, user_id: int) -> str:
    """Return a stored list of people without one of them."""
    if text == NONE:
        return text
    return _show_users(_parse_users(text) - {user_id})


def number(name: str, *, per_channel: bool = False) -> Option[int]:
    """A whole number, of which a person means one or more."""
    return Option(
        name, _parse_number, str, ValueType.NUMBER, per_channel=per_channel, doubt=_doubt_number
    )


def _doubt_number(text: str) -> Doubt | None:
    return Doubt("too-little") if re.fullmatch("0+", text) else None


def _parse_number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError("no whole number")
    return int(text)


def size(name: str, *, per_channel: bool = True) -> Option[int]:
    """A size in bytes; ``10mb`` is 10 million."""
    return Option(
        name, _parse_size, _show_size, ValueType.SIZE, per_channel=per_channel, doubt=_doubt_size
    )


SIZE_MIN_BYTES = 1000
"""Below this hardly any picture passes."""

BARE_MIN_BYTES = 10**6
"""Who writes so many without a unit means bytes."""

_SIZE = re.compile(r"([0-9]{1,12})\s*([kmg]?b)?")
_SIZES = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}


def _parse_size(text: str) -> int:
    found = _SIZE.fullmatch(text.lower())
    if found is None:
        raise ValueError("no size such as 10mb")
    return int(found[1]) * _SIZES[found[2] or ""]


def _doubt_size(text: str) -> Doubt | None:
    found = _SIZE.fullmatch(text.lower())
    if found is None:
        return None
    amount, unit = int(found[1]), found[2]
    if amount == 0:
        return Doubt("too-little")
    likely = f"{amount}mb" if amount < 1000 else f"{amount}kb"
    if unit is None and amount < BARE_MIN_BYTES:
        return Doubt("no-unit", (likely,))
    return Doubt("too-little", (likely,)) if _parse_size(text) < SIZE_MIN_BYTES else None


def _show_size(size_bytes: int) -> str:
    for unit in ("gb", "mb", "kb"):
        if size_bytes and size_bytes % _SIZES[unit] == 0:
            return f"{size_bytes // _SIZES[unit]}{unit}"
    return f"{size_bytes}b"


def duration(
    name: str, *, least: timedelta, most: timedelta, per_channel: bool = True
) -> Option[timedelta]:
    """A duration within bounds."""

    def parse(text: str) -> timedelta:
        duration = parse_duration(text)
        if not least <= duration <= most:
            raise ValueError("out of range")
        return duration

    def doubt(text: str) -> Doubt | None:
        if not re.fullmatch("[0-9]{1,6}", text):
            return None
        units = "s" if not int(text) else "mhd"
        return Doubt("no-unit", tuple(f"{text}{unit}" for unit in units if parses(f"{text}{unit}")))

    def parses(text: str) -> bool:
        return least <= parse_duration(text) <= most

    return Option(
        name, parse, format_duration, ValueType.DURATION, per_channel=per_channel, doubt=doubt
    )
