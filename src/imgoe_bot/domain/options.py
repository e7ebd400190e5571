"""What a server may set, per server, category, channel and thread: one table of it all.

Values travel and rest as text, in the one form that ``Option.parse`` reads and ``Option.show``
writes. An inner place that sets nothing inherits from the outer one.
"""

import contextlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from imgoe_bot.domain.duration import format_duration, parse_duration
from imgoe_bot.errors import SettingsRejected

T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)

NONE = "none"
TEXT_MAX_CHARS = 200
EXPIRES_MIN = timedelta(minutes=5)
EXPIRES_MAX = timedelta(days=365)
GRACE_MAX = timedelta(days=30)
DIGEST_MAX = timedelta(hours=24)


class Answer(StrEnum):
    """Where the answer to a mirrored message goes."""

    REPLY = "reply"
    THREAD = "thread"
    LOG = "log"
    REACTION = "reaction"
    SILENT = "silent"


class Layout(StrEnum):
    """How a card looks: embeds, or a gallery of Discord's newer components."""

    EMBED = "embed"
    GALLERY = "gallery"


class Delivery(StrEnum):
    """How the uploader gets the delete links."""

    DM = "dm"
    BUTTON = "button"


class Consent(StrEnum):
    """When a person's posts are kept."""

    ANNOUNCE = "announce"
    OPT_IN = "opt-in"
    REACT = "react"
    ASK = "ask"


class OnDelete(StrEnum):
    """What becomes of a copy whose source message is deleted."""

    KEEP = "keep"
    DELETE = "delete"
    HOLD = "hold"


class Treatment(StrEnum):
    """What becomes of spoilers, or of what is posted in age-restricted channels."""

    KEEP = "keep"
    REFUSE = "refuse"


class From(StrEnum):
    """Where in a message media is looked for."""

    ATTACHMENTS = "attachments"
    FORWARDS = "forwards"
    STICKERS = "stickers"
    EMBEDS = "embeds"


class Form(StrEnum):
    """What sort of text an option takes; what it is explained and offered by."""

    CHOICE = "choice"
    SET = "set"
    TEXT = "text"
    CHANNEL = "channel"
    ROLE = "role"
    NUMBER = "number"
    SIZE = "size"
    DURATION = "duration"


class Kind(StrEnum):
    """What sort of media is kept."""

    IMAGE = "image"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Options:
    """Every option's value at one place; the defaults are what a new server has.

    Attributes:
        save_emoji: the reaction that saves a message where ``consent`` is react.
        dm_digest: how long delete links are collected into one direct message; 0 sends at once.
        delete_grace: how long a copy outlives its deleted source where ``on_delete`` is delete.
        max_size: in bytes; None leaves it to the operator's limit.
        person_files: uploads a person may make a day; None sets no limit. So for the other three.
        expires: how long the host keeps a copy; None for ever.
        title: template of the upload's title. So for description and tags.
    """

    answer: Answer = Answer.REPLY
    log_channel: int | None = None
    layout: Layout = Layout.EMBED
    delivery: Delivery = Delivery.DM
    dm_digest: timedelta = timedelta(0)
    consent: Consent = Consent.ANNOUNCE
    save_emoji: str = "💾"
    on_delete: OnDelete = OnDelete.KEEP
    delete_grace: timedelta = timedelta(0)
    sources: frozenset[From] = frozenset({From.ATTACHMENTS, From.FORWARDS, From.STICKERS})
    bots: bool = False
    kinds: frozenset[Kind] = frozenset(Kind)
    max_size: int | None = None
    keyword: str | None = None
    role: int | None = None
    spoilers: Treatment = Treatment.KEEP
    nsfw: Treatment = Treatment.KEEP
    title: str | None = None
    description: str | None = None
    tags: str | None = None
    album: str | None = None
    expires: timedelta | None = None
    person_files: int | None = None
    person_bytes: int | None = None
    guild_files: int | None = None
    guild_bytes: int | None = None
    uploaders: int | None = None


@dataclass(frozen=True, slots=True)
class Option(Generic[T]):
    """How one option is read and written.

    Attributes:
        name: the field of ``Options``, and what people type.
        parse: text to value; raises ValueError.
        show: value to text, such that ``parse(show(value)) == value``.
        form: what sort of text it takes.
        choices: what a CHOICE is one of, and what a SET lists with commas; else empty.
        per_channel: False when it holds for the whole server only.
        optional: whether ``none`` is taken besides.
    """

    name: str
    parse: Callable[[str], T]
    show: Callable[[T], str]
    form: Form
    choices: tuple[str, ...] = ()
    per_channel: bool = True
    optional: bool = False


def _choice(name: str, kind: type[Choice]) -> Option[Choice]:
    choices = tuple(each.value for each in kind)
    return Option(name, kind, lambda value: value.value, Form.CHOICE, choices)


def _flag(name: str) -> Option[bool]:
    choices = ("on", "off")
    return Option(name, _parse_flag, lambda on: "on" if on else "off", Form.CHOICE, choices)


def _parse_flag(text: str) -> bool:
    if text not in ("on", "off"):
        raise ValueError("neither on nor off")
    return text == "on"


def _set(name: str, kind: type[Choice]) -> Option[frozenset[Choice]]:
    def parse(text: str) -> frozenset[Choice]:
        return frozenset(kind(part.strip()) for part in text.split(","))

    def show(values: frozenset[Choice]) -> str:
        return ",".join(each.value for each in kind if each in values)

    return Option(name, parse, show, Form.SET, tuple(each.value for each in kind))


def _maybe(option: Option[T]) -> Option[T | None]:
    """The same option, which may also be ``none``."""

    def parse(text: str) -> T | None:
        return None if text == NONE else option.parse(text)

    def show(value: T | None) -> str:
        return NONE if value is None else option.show(value)

    return Option(
        option.name,
        parse,
        show,
        option.form,
        option.choices,
        per_channel=option.per_channel,
        optional=True,
    )


def _text(name: str) -> Option[str]:
    return Option(name, _parse_text, str, Form.TEXT)


def _parse_text(text: str) -> str:
    if not 0 < len(text) <= TEXT_MAX_CHARS or not text.isprintable():
        raise ValueError("empty, too long or not one line")
    return text


def _id(name: str, form: Form, *, per_channel: bool = True) -> Option[int]:
    """A channel or role: an id, or a mention of one."""
    return Option(name, _parse_id, str, form, per_channel=per_channel)


def _parse_id(text: str) -> int:
    found = re.fullmatch(r"(?:<(?:#|@&)?)?([0-9]{15,21})>?", text)
    if found is None:
        raise ValueError("neither an id nor a mention")
    return int(found[1])


def _number(name: str, *, per_channel: bool = False) -> Option[int]:
    return Option(name, _parse_number, str, Form.NUMBER, per_channel=per_channel)


def _parse_number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError("no whole number")
    return int(text)


def _size(name: str, *, per_channel: bool = True) -> Option[int]:
    return Option(name, _parse_size, _show_size, Form.SIZE, per_channel=per_channel)


_SIZES = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}


def _parse_size(text: str) -> int:
    found = re.fullmatch(r"([0-9]{1,12})\s*([kmg]?b)?", text.lower())
    if found is None:
        raise ValueError("no size such as 10mb")
    return int(found[1]) * _SIZES[found[2] or ""]


def _show_size(size_bytes: int) -> str:
    for unit in ("gb", "mb", "kb"):
        if size_bytes and size_bytes % _SIZES[unit] == 0:
            return f"{size_bytes // _SIZES[unit]}{unit}"
    return str(size_bytes)


def _duration(name: str, *, least: timedelta, most: timedelta) -> Option[timedelta]:
    def parse(text: str) -> timedelta:
        duration = parse_duration(text)
        if not least <= duration <= most:
            raise ValueError("out of range")
        return duration

    return Option(name, parse, format_duration, Form.DURATION)


_ALL: tuple[Option[Any], ...] = (
    _choice("answer", Answer),
    _maybe(_id("log_channel", Form.CHANNEL)),
    _choice("layout", Layout),
    _choice("delivery", Delivery),
    _duration("dm_digest", least=timedelta(0), most=DIGEST_MAX),
    _choice("consent", Consent),
    _text("save_emoji"),
    _choice("on_delete", OnDelete),
    _duration("delete_grace", least=timedelta(0), most=GRACE_MAX),
    _set("sources", From),
    _flag("bots"),
    _set("kinds", Kind),
    _maybe(_size("max_size")),
    _maybe(_text("keyword")),
    _maybe(_id("role", Form.ROLE)),
    _choice("spoilers", Treatment),
    _choice("nsfw", Treatment),
    _maybe(_text("title")),
    _maybe(_text("description")),
    _maybe(_text("tags")),
    _maybe(_text("album")),
    _maybe(_duration("expires", least=EXPIRES_MIN, most=EXPIRES_MAX)),
    _maybe(_number("person_files")),
    _maybe(_size("person_bytes", per_channel=False)),
    _maybe(_number("guild_files")),
    _maybe(_size("guild_bytes", per_channel=False)),
    _maybe(_id("uploaders", Form.ROLE, per_channel=False)),
)

OPTIONS: Mapping[str, Option[Any]] = {option.name: option for option in _ALL}
"""Every option by name, in the order people see them."""

DEFAULTS = Options()


def get_option(name: str) -> Option[Any]:
    """Return an option.

    Raises:
        SettingsRejected: there is none of that name.
    """
    if name not in OPTIONS:
        raise SettingsRejected(setting=name, problem="unknown")
    return OPTIONS[name]


def normalise(name: str, text: str) -> str:
    """Return a value in the form it is stored in.

    Raises:
        SettingsRejected: no such option, or not a value of it.
    """
    option = get_option(name)
    try:
        return option.show(option.parse(text.strip()))
    except ValueError as error:
        raise SettingsRejected(setting=name, problem="bad-value") from error


def resolve(layers: Iterable[Mapping[str, str]]) -> Options:
    """Return the values in force where these layers meet.

    Args:
        layers: stored texts by option name, outermost place first: server, category, channel,
            thread. What another version stored and this one does not know is passed over.
    """
    values: dict[str, object] = {}
    for layer in layers:
        for name, text in layer.items():
            if name in OPTIONS:
                with contextlib.suppress(ValueError):
                    values[name] = OPTIONS[name].parse(text)
    return Options(**values)  # type: ignore[arg-type]  # each option parses to its field's type


def shown(options: Options) -> dict[str, str]:
    """Return every value as text, in the order of ``OPTIONS``."""
    return {name: OPTIONS[name].show(getattr(options, name)) for name in OPTIONS}


def field_names() -> tuple[str, ...]:
    """Return the fields of ``Options``; the table above must name each once."""
    return tuple(each.name for each in fields(Options))
