"""What a server may set, per server, category, channel and thread: one table of it all.

Values travel and rest as text, in the one form that ``Option.parse`` reads and ``Option.show``
writes. An inner place that sets nothing inherits from the outer one.
"""

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from imgoe_bot.domain import option_kinds as of
from imgoe_bot.domain.option_kinds import Option
from imgoe_bot.errors import SettingsRejected

EXPIRES_MIN = timedelta(minutes=5)
EXPIRES_MAX = timedelta(days=365)
GRACE_MAX = timedelta(days=30)
DIGEST_MAX = timedelta(days=1)


class Answer(StrEnum):
    """Where the answer to a mirrored message goes."""

    REPLY = "reply"
    THREAD = "thread"
    LOG = "log"
    REACTION = "reaction"
    SILENT = "silent"


class Layout(StrEnum):
    """How a card looks: embeds, or a gallery of Discord's newer components; AUTO goes by case."""

    AUTO = "auto"
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


class MessagePart(StrEnum):
    """Where in a message media is looked for."""

    ATTACHMENTS = "attachments"
    FORWARDS = "forwards"
    STICKERS = "stickers"
    COMPONENTS = "components"
    EMBEDS = "embeds"
    LINKS = "links"


class Kind(StrEnum):
    """What sort of media is kept."""

    IMAGE = "image"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Options:
    """Every option's value at one place; the defaults are what a new server has.

    Attributes:
        dm_digest: how long further links for a person are collected after a direct message.
        save_emoji: the reaction that saves a message where ``consent`` is react.
        delete_grace: how long a copy outlives its deleted source where ``on_delete`` is delete.
        max_size: in bytes; None leaves it to the operator's limit.
        only_users: whose posts are kept, by their ids; None for everybody's.
        not_users: whose posts are not kept; None for nobody's.
        person_files: uploads a person may make a day; None sets no limit. So for the other three.
        expires: how long the host keeps a copy; None for ever.
        title: template of the upload's title. So for description and tags.
    """

    answer: Answer = Answer.REPLY
    log_channel: int | None = None
    layout: Layout = Layout.AUTO
    delivery: Delivery = Delivery.DM
    dm_digest: timedelta = timedelta(minutes=1)
    consent: Consent = Consent.ANNOUNCE
    save_emoji: str = "💾"
    on_delete: OnDelete = OnDelete.KEEP
    delete_grace: timedelta = timedelta(0)
    sources: frozenset[MessagePart] = frozenset(MessagePart) - {
        MessagePart.EMBEDS,
        MessagePart.LINKS,
    }
    bots: bool = False
    kinds: frozenset[Kind] = frozenset(Kind)
    max_size: int | None = None
    keyword: str | None = None
    role: int | None = None
    only_users: frozenset[int] | None = None
    not_users: frozenset[int] | None = None
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


_ALL: tuple[Option[Any], ...] = (
    of.choice("answer", Answer),
    of.maybe(of.id_of("log_channel", of.ValueType.CHANNEL)),
    of.choice("layout", Layout),
    of.choice("delivery", Delivery),
    of.duration("dm_digest", least=timedelta(0), most=DIGEST_MAX, per_channel=False),
    of.choice("consent", Consent),
    of.text("save_emoji"),
    of.choice("on_delete", OnDelete),
    of.duration("delete_grace", least=timedelta(0), most=GRACE_MAX),
    of.set_of("sources", MessagePart),
    of.flag("bots"),
    of.set_of("kinds", Kind),
    of.maybe(of.size("max_size")),
    of.maybe(of.text("keyword")),
    of.maybe(of.id_of("role", of.ValueType.ROLE)),
    of.maybe(of.users("only_users")),
    of.maybe(of.users("not_users")),
    of.choice("spoilers", Treatment),
    of.choice("nsfw", Treatment),
    of.maybe(of.text("title")),
    of.maybe(of.text("description")),
    of.maybe(of.text("tags")),
    of.maybe(of.text("album")),
    of.maybe(of.duration("expires", least=EXPIRES_MIN, most=EXPIRES_MAX)),
    of.maybe(of.number("person_files")),
    of.maybe(of.size("person_bytes", per_channel=False)),
    of.maybe(of.number("guild_files")),
    of.maybe(of.size("guild_bytes", per_channel=False)),
    of.maybe(of.id_of("uploaders", of.ValueType.ROLE, per_channel=False)),
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


def check_meant(name: str, text: str) -> None:
    """Check that a value which a person typed is hardly a slip, such as a size without its unit.

    Raises:
        SettingsRejected: no such option, or a value that lets nothing through or may mean another.
    """
    doubt = get_option(name).doubt(text.strip())
    if doubt is not None:
        raise SettingsRejected(setting=name, problem=doubt.problem, meant=doubt.meant)


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


def layout_for(asked: Layout, *, files: int, reachable: bool) -> Layout:
    """Return how a card is made: EMBED or GALLERY.

    Args:
        asked: what the place says.
        files: how many files the card is about.
        reachable: whether Discord could load the host's pictures lately; a gallery without them
            shows nothing, an embed still shows its text.
    """
    if asked is not Layout.AUTO:
        return asked
    return Layout.GALLERY if files > 1 and reachable else Layout.EMBED


def shown(options: Options) -> dict[str, str]:
    """Return every value as text, in the order of ``OPTIONS``."""
    return {name: OPTIONS[name].show(getattr(options, name)) for name in OPTIONS}
