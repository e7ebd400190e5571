"""Which messages are mirrored: pure decisions about plain facts, each with its reasons."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from imgoe_bot.domain.choices import PersonChoice
from imgoe_bot.domain.ids import (
    AttachmentId,
    ChannelId,
    GuildId,
    MessageId,
    UserId,
)
from imgoe_bot.domain.media import kind_of
from imgoe_bot.domain.options import DEFAULTS, Consent, Kind, MessagePart, Options, Treatment
from imgoe_bot.domain.rules import MirrorRule, find_rule


class SkipReason(StrEnum):
    """Why a message, or an attachment of it, is not mirrored."""

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


REPORTED = frozenset({SkipReason.VOICE, SkipReason.ANIMATION, SkipReason.SIZE})
"""What a person would expect to be kept: where it is left out, the card says so."""


OF_RULES = frozenset({SkipReason.NO_RULE, SkipReason.OLD, SkipReason.PAUSED})
"""What speaks against a message because of the rule that covers it, or that none does."""


@dataclass(frozen=True, slots=True)
class AttachmentFacts:
    """What Discord declares of a media reference: an attachment, or what else may be media.

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
    source: MessagePart = MessagePart.ATTACHMENTS
    forwarded: bool = False
    voice: bool = False
    animation: bool = False


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What ``decide`` needs to know of one message.

    Attributes:
        channel_ids: the channel it stands in, then its parents: thread, channel, category.
        author_role_ids: None where Discord didn't say.
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
    author_role_ids: frozenset[int] | None = None
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
class SkippedAttachment:
    """An attachment of a message that is not kept, and why."""

    attachment: AttachmentFacts
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a message.

    Attributes:
        rule: the nearest rule, None when there is none.
        keep: what to keep.
        skipped: what is left out of a message that was looked into.
        skip: why nothing is kept; None when something is.
        passed: the checks that had nothing against it, in their order.
        lacks_roles: whether all of it depends on its author's roles, which are not known.
    """

    rule: MirrorRule | None = None
    keep: tuple[AttachmentFacts, ...] = ()
    skipped: tuple[SkippedAttachment, ...] = ()
    skip: SkipReason | None = None
    passed: tuple[SkipReason, ...] = ()
    lacks_roles: bool = False

    @property
    def reported(self) -> tuple[SkippedAttachment, ...]:
        """What was left out and deserves a word."""
        return tuple(skipped for skipped in self.skipped if skipped.reason in REPORTED)


def decide(
    facts: MessageFacts, rules: Iterable[MirrorRule], circumstances: Circumstances
) -> Decision:
    """Decide whether and what to keep of a message, and say why.

    Where that takes roles that are not known, they have to be found out before.
    """
    rule = find_rule(facts.channel_ids, rules, guild_id=facts.guild_id)
    passed: list[SkipReason] = []
    for reason, holds in _objections(facts, rule, circumstances):
        if holds is None:
            return Decision(rule=rule, passed=tuple(passed), lacks_roles=True)
        if holds:
            return Decision(rule=rule, skip=reason, passed=tuple(passed))
        passed.append(reason)
    return replace(_judge(facts, circumstances.options), rule=rule, passed=tuple(passed))


def decide_asked(
    facts: MessageFacts, circumstances: Circumstances, kinds: frozenset[Kind]
) -> Decision:
    """Decide on a message that a backfill comes by; no rule has to cover it, nor to be awake.

    Args:
        facts: the message.
        circumstances: as for ``decide``; nobody is asked, so whoever has said nothing to
            ``consent: ask`` is left alone.
        kinds: what is kept of what the place's options let through.
    """
    for reason, holds in _objections(facts, None, circumstances):
        if holds is None:
            return Decision(lacks_roles=True)
        if holds and reason not in OF_RULES:
            return Decision(skip=reason)
    options = circumstances.options
    return _judge(facts, replace(options, kinds=options.kinds & kinds))


def _judge(facts: MessageFacts, options: Options) -> Decision:
    """Decide on each attachment of a message that nothing as a whole speaks against."""
    judged = [(each, _objection_to(each, options)) for each in facts.attachments]
    keep = _each_once(each for each, reason in judged if reason is None)
    ids = {each.id for each in keep}
    skipped = (SkippedAttachment(each, reason) for each, reason in judged if reason is not None)
    return Decision(
        keep=keep,
        skipped=tuple(each for each in skipped if each.attachment.id not in ids),
        skip=None if keep else SkipReason.NO_MEDIA,
    )


def _each_once(found: Iterable[AttachmentFacts]) -> tuple[AttachmentFacts, ...]:
    """Return what is found, once where it stands in several places: a link and its preview."""
    first: dict[AttachmentId, AttachmentFacts] = {}
    for each in found:
        first.setdefault(each.id, each)
    return tuple(first.values())


def _objections(
    facts: MessageFacts, rule: MirrorRule | None, circumstances: Circumstances
) -> Iterable[tuple[SkipReason, bool | None]]:
    """Every reason against the whole message, in the order they are looked at.

    Whether it holds is None where that isn't known.
    """
    options, saved = circumstances.options, circumstances.saved
    yield SkipReason.OWN, facts.author_is_us
    yield SkipReason.MIRROR, facts.is_mirror
    yield SkipReason.NO_RULE, rule is None
    yield SkipReason.OLD, rule is not None and _is_older(facts, rule) and not saved
    yield SkipReason.PAUSED, rule is not None and rule.paused
    yield SkipReason.BOT, facts.author_is_bot and not options.bots
    yield SkipReason.ROLE, False if saved else _lacks_role(facts, options.role)
    only, left_out = options.only_users, options.not_users or frozenset()
    yield SkipReason.ONLY_USERS, not (only is None or facts.author_id in only or saved)
    yield SkipReason.NOT_USERS, facts.author_id in left_out
    yield SkipReason.KEYWORD, not (_has_keyword(facts.text, options.keyword) or saved)
    yield SkipReason.NSFW, facts.nsfw and options.nsfw is Treatment.REFUSE
    yield SkipReason.OPTED_OUT, circumstances.choice is PersonChoice.OUT
    agreed = saved or circumstances.choice is PersonChoice.IN
    yield SkipReason.NOT_OPTED_IN, options.consent is Consent.OPT_IN and not agreed
    yield SkipReason.NOT_SAVED, options.consent is Consent.REACT and not saved
    yield SkipReason.NOT_ASKED, options.consent is Consent.ASK and not agreed


def _lacks_role(facts: MessageFacts, role: int | None) -> bool | None:
    """Tell whether an author has not the role that is asked for; None where that isn't known."""
    if role is None:
        return False
    return None if facts.author_role_ids is None else role not in facts.author_role_ids


def _is_older(facts: MessageFacts, rule: MirrorRule) -> bool:
    """Tell a message from before the rule: only an edit brings it up again."""
    return facts.message_id < rule.begins_at


def _has_keyword(text: str, keyword: str | None) -> bool:
    return keyword is None or keyword.casefold() in text.casefold()


def _objection_to(attachment: AttachmentFacts, options: Options) -> SkipReason | None:
    """Return why an attachment is not kept, None when it is."""
    kind = kind_of(filename=attachment.filename, content_type=attachment.content_type)
    too_large = options.max_size is not None and (attachment.size_bytes or 0) > options.max_size
    objections = (
        (SkipReason.SOURCE, not _is_looked_for(attachment, options.sources)),
        (SkipReason.VOICE, attachment.voice),
        (SkipReason.ANIMATION, attachment.animation),
        (SkipReason.KIND, kind is None or kind not in options.kinds),
        (SkipReason.SIZE, too_large),
        (SkipReason.SPOILER, attachment.spoiler and options.spoilers is Treatment.REFUSE),
    )
    return next((reason for reason, holds in objections if holds), None)


def _is_looked_for(attachment: AttachmentFacts, sources: frozenset[MessagePart]) -> bool:
    if attachment.forwarded and MessagePart.FORWARDS not in sources:
        return False
    return attachment.source in sources


def decide_on_request(facts: MessageFacts) -> Decision:
    """Decide on a message that somebody picked by the menu: everything that is media."""
    return _judge(facts, Options(sources=frozenset(MessagePart)))
