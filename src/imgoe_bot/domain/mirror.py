"""Which messages are mirrored: pure decisions about plain facts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from imgoe_bot.domain.ids import AttachmentId, ChannelId, GuildId, MessageId, RuleId, UserId
from imgoe_bot.domain.media import looks_like_media


class Skip(StrEnum):
    """Why a message, or one of its attachments, is not mirrored."""

    OWN = "it is the bot's own message"
    BOT = "a bot or webhook wrote it"
    NO_RULE = "its channel is not mirrored"
    NO_MEDIA = "it carries no image or video"


@dataclass(frozen=True, slots=True)
class MirrorRule:
    """A channel whose media is kept.

    Attributes:
        seen_message_id: the newest message looked at; what came after is fetched on start-up.
    """

    id: RuleId
    guild_id: GuildId
    channel_id: ChannelId
    created_by: UserId
    created_at: datetime
    seen_message_id: MessageId | None = None


@dataclass(frozen=True, slots=True)
class AttachmentFacts:
    """What Discord declares of one attachment."""

    id: AttachmentId
    position: int
    filename: str
    size_bytes: int
    content_type: str | None = None
    spoiler: bool = False


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What ``decide`` needs to know of one message.

    Attributes:
        channel_ids: the channel it stands in, then its parents: thread, channel, category.
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
    attachments: tuple[AttachmentFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a message: keep these attachments under this rule, or the reason not to."""

    rule: MirrorRule | None = None
    keep: tuple[AttachmentFacts, ...] = ()
    skip: Skip | None = None


def find_rule(facts: MessageFacts, rules: tuple[MirrorRule, ...]) -> MirrorRule | None:
    """Return the rule of the nearest channel: thread before parent before category."""
    by_channel = {rule.channel_id: rule for rule in rules}
    return next((by_channel[id_] for id_ in facts.channel_ids if id_ in by_channel), None)


def decide(facts: MessageFacts, rules: tuple[MirrorRule, ...]) -> Decision:
    """Decide whether and what to keep of a message, by the guild's rules."""
    if facts.author_is_us:
        return Decision(skip=Skip.OWN)
    rule = find_rule(facts, rules)
    if rule is None:
        return Decision(skip=Skip.NO_RULE)
    if facts.author_is_bot:
        return Decision(rule=rule, skip=Skip.BOT)
    keep = tuple(
        a
        for a in facts.attachments
        if looks_like_media(filename=a.filename, content_type=a.content_type)
    )
    return Decision(rule=rule, keep=keep, skip=None if keep else Skip.NO_MEDIA)
