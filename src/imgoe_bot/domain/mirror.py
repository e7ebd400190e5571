"""Which messages are mirrored: pure decisions about plain facts, each with its reasons."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from imgoe_bot.domain.ids import (
    AttachmentId,
    ChannelId,
    GuildId,
    MessageId,
    RuleId,
    UserId,
    snowflake_at,
)
from imgoe_bot.domain.media import kind_of
from imgoe_bot.domain.options import DEFAULTS, Consent, From, Options, Treatment


class Skip(StrEnum):
    """Why a message, or one thing in it, is not mirrored."""

    OWN = "own"
    NO_RULE = "no-rule"
    OLD = "old"
    PAUSED = "paused"
    MIRROR = "mirror"
    BOT = "bot"
    ROLE = "role"
    ONLY_USERS = "only-users"
    NOT_USERS = "not-users"
    KEYWORD = "keyword"
    NSFW = "nsfw"
    OPTED_OUT = "opted-out"
    NOT_OPTED_IN = "not-opted-in"
    NOT_SAVED = "not-saved"
    NOT_ASKED = "not-asked"
    NO_MEDIA = "no-media"
    SOURCE = "source"
    KIND = "kind"
    VOICE = "voice"
    ANIMATION = "animation"
    SIZE = "size"
    SPOILER = "spoiler"


SAID = frozenset({Skip.VOICE, Skip.ANIMATION, Skip.SIZE})
"""What a person would expect to be kept: left out, it is said so."""


class PersonChoice(StrEnum):
    """What a person said about being mirrored."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class MirrorRule:
    """A channel, category or whole server whose media is kept.

    Attributes:
        channel_id: where; the server's own id stands for all of it.
        paused: whether it rests for now.
        lacks: the permission for want of which it rests, as ``NotAllowed.needs`` has it; None when
            a moderator paused it.
    """

    id: RuleId
    guild_id: GuildId
    channel_id: ChannelId
    created_by: UserId
    created_at: datetime
    paused: bool = False
    lacks: str | None = None

    @property
    def is_server_wide(self) -> bool:
        """Whether it stands for the whole server."""
        return int(self.channel_id) == int(self.guild_id)


@dataclass(frozen=True, slots=True)
class AttachmentFacts:
    """What Discord declares of one thing in a message that may be media.

    Attributes:
        id: of the attachment or sticker; made from its address where Discord gives none.
        size_bytes: None where Discord doesn't say.
        source: where in the message it stands.
        forwarded: whether it stands in a message that this one forwards.
        voice: whether it is a voice message.
        animation: whether it is a vector animation (Lottie), which no host takes.
    """

    id: AttachmentId
    position: int
    filename: str
    size_bytes: int | None
    content_type: str | None = None
    spoiler: bool = False
    source: From = From.ATTACHMENTS
    forwarded: bool = False
    voice: bool = False
    animation: bool = False


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What ``decide`` needs to know of one message.

    Attributes:
        channel_ids: the channel it stands in, then its parents: thread, channel, category.
        author_role_ids: empty where Discord didn't say.
        is_mirror: whether it is the answer of some imgoe_bot, ours or another.
        locale: the server's preferred language, by Discord's code.
    """

    guild_id: GuildId
    channel_ids: tuple[ChannelId, ...]
    message_id: MessageId
    author_id: UserId
    author_is_bot: bool
    author_is_us: bool
    nsfw: bool
    locale: str = "en-US"
    text: str = ""
    author_role_ids: frozenset[int] = frozenset()
    is_mirror: bool = False
    attachments: tuple[AttachmentFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else bears on a decision.

    Attributes:
        options: in force where the message stands.
        choice: what its author said about being mirrored, None when nothing.
        saved: whether its author asked for this very message, by reaction or button. Its place has
            to be mirrored all the same, and not to rest.
    """

    options: Options = DEFAULTS
    choice: PersonChoice | None = None
    saved: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """One thing in a message that is not kept, and why."""

    attachment: AttachmentFacts
    reason: Skip


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a message.

    Attributes:
        rule: the nearest rule, None when there is none.
        keep: what to keep.
        left: what is left out of a message that was looked into.
        skip: why nothing is kept; None when something is.
        passed: the checks that had nothing against it, in their order.
    """

    rule: MirrorRule | None = None
    keep: tuple[AttachmentFacts, ...] = ()
    left: tuple[Left, ...] = ()
    skip: Skip | None = None
    passed: tuple[Skip, ...] = ()

    @property
    def said(self) -> tuple[Left, ...]:
        """What was left out and deserves a word."""
        return tuple(left for left in self.left if left.reason in SAID)


def find_rule(
    channel_ids: Iterable[ChannelId], rules: Iterable[MirrorRule], *, guild_id: GuildId
) -> MirrorRule | None:
    """Return the rule of the nearest place.

    Args:
        channel_ids: the channel and what it stands in: thread, channel, category.
        rules: the server's.
        guild_id: the server; its own rule is the last to be asked.
    """
    by_channel = {rule.channel_id: rule for rule in rules}
    line = (*channel_ids, ChannelId(guild_id))
    return next((by_channel[id_] for id_ in line if id_ in by_channel), None)


def decide(facts: MessageFacts, rules: Iterable[MirrorRule], around: Circumstances) -> Decision:
    """Decide whether and what to keep of a message, and say why."""
    rule = find_rule(facts.channel_ids, rules, guild_id=facts.guild_id)
    passed: list[Skip] = []
    for reason, holds in _objections(facts, rule, around):
        if holds:
            return Decision(rule=rule, skip=reason, passed=tuple(passed))
        passed.append(reason)
    return replace(_judge(facts, around.options), rule=rule, passed=tuple(passed))


def _judge(facts: MessageFacts, options: Options) -> Decision:
    """Decide on each thing in a message that nothing as a whole speaks against."""
    judged = [(each, _objection_to(each, options)) for each in facts.attachments]
    keep = _each_once(each for each, reason in judged if reason is None)
    ids = {each.id for each in keep}
    left = (Left(each, reason) for each, reason in judged if reason is not None)
    return Decision(
        keep=keep,
        left=tuple(each for each in left if each.attachment.id not in ids),
        skip=None if keep else Skip.NO_MEDIA,
    )


def _each_once(found: Iterable[AttachmentFacts]) -> tuple[AttachmentFacts, ...]:
    """Return what is found, once where it stands in several places: a link and its preview."""
    first: dict[AttachmentId, AttachmentFacts] = {}
    for each in found:
        first.setdefault(each.id, each)
    return tuple(first.values())


def _objections(
    facts: MessageFacts, rule: MirrorRule | None, around: Circumstances
) -> Iterable[tuple[Skip, bool]]:
    """Every reason against the whole message, in the order they are looked at."""
    options, saved = around.options, around.saved
    yield Skip.OWN, facts.author_is_us
    yield Skip.MIRROR, facts.is_mirror
    yield Skip.NO_RULE, rule is None
    yield Skip.OLD, rule is not None and _is_older(facts, rule) and not saved
    yield Skip.PAUSED, rule is not None and rule.paused
    yield Skip.BOT, facts.author_is_bot and not options.bots
    yield Skip.ROLE, not (options.role is None or options.role in facts.author_role_ids or saved)
    only, left_out = options.only_users, options.not_users or frozenset()
    yield Skip.ONLY_USERS, not (only is None or facts.author_id in only or saved)
    yield Skip.NOT_USERS, facts.author_id in left_out
    yield Skip.KEYWORD, not (_has_keyword(facts.text, options.keyword) or saved)
    yield Skip.NSFW, facts.nsfw and options.nsfw is Treatment.REFUSE
    yield Skip.OPTED_OUT, around.choice is PersonChoice.OUT
    agreed = saved or around.choice is PersonChoice.IN
    yield Skip.NOT_OPTED_IN, options.consent is Consent.OPT_IN and not agreed
    yield Skip.NOT_SAVED, options.consent is Consent.REACT and not saved
    yield Skip.NOT_ASKED, options.consent is Consent.ASK and not agreed


def _is_older(facts: MessageFacts, rule: MirrorRule) -> bool:
    """Tell a message from before the rule: only an edit brings it up again."""
    return facts.message_id < snowflake_at(rule.created_at)


def _has_keyword(text: str, keyword: str | None) -> bool:
    return keyword is None or keyword.casefold() in text.casefold()


def _objection_to(attachment: AttachmentFacts, options: Options) -> Skip | None:
    """Return why one thing in a message is not kept, None when it is."""
    kind = kind_of(filename=attachment.filename, content_type=attachment.content_type)
    too_large = options.max_size is not None and (attachment.size_bytes or 0) > options.max_size
    objections = (
        (Skip.SOURCE, not _is_looked_for(attachment, options.sources)),
        (Skip.VOICE, attachment.voice),
        (Skip.ANIMATION, attachment.animation),
        (Skip.KIND, kind is None or kind not in options.kinds),
        (Skip.SIZE, too_large),
        (Skip.SPOILER, attachment.spoiler and options.spoilers is Treatment.REFUSE),
    )
    return next((reason for reason, holds in objections if holds), None)


def _is_looked_for(attachment: AttachmentFacts, sources: frozenset[From]) -> bool:
    if attachment.forwarded and From.FORWARDS not in sources:
        return False
    return attachment.source in sources


def asked_for(facts: MessageFacts) -> Decision:
    """Decide on a message that somebody picked by the menu: everything that is media."""
    return _judge(facts, Options(sources=frozenset(From)))
