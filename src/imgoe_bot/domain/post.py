"""What a post is: one source message or command, and where its one answer stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from imgoe_bot.domain.history import BackfillId
from imgoe_bot.domain.ids import (
    ChannelId,
    GuildId,
    MessageId,
    PostId,
    RuleId,
    UserId,
)
from imgoe_bot.domain.options import Layout


class Origin(StrEnum):
    """Which way a post came to us."""

    SLASH = "slash"
    MIRROR = "mirror"


@dataclass(frozen=True, slots=True)
class MessageLocation:
    """A message: where a card stands, or what it answers."""

    channel_id: ChannelId
    message_id: MessageId


@dataclass(frozen=True, slots=True)
class Post:
    """One message (or slash command) whose media we keep, and our one answer to it.

    Attributes:
        message_id: the source message; None for a slash command.
        rule_id: the mirror rule that asked for it; None for a slash command.
        nsfw: whether it was posted in an age-restricted channel.
        locale: the language of its public answer, by Discord's code.
        parent_ids: what the channel stands in: its parent channel, its category.
        layout: how its card was made, once there is one; never AUTO.
        thumbs_attached: whether thumbs on its card may be files of the card itself.
        withdrawn_at: when its author took the source message back before it was answered.
        card: our answer, None until it is posted.
        answered: whether nothing more is to come: there is an answer, or there will be none.
        held_at: since when a moderator has to decide on its copies, its message being deleted.
        by_bot: whether a bot or webhook wrote the source message, so that nobody can be written to.
        backfill_id: the backfill that asked for it; None: it was posted while it was mirrored.
    """

    id: PostId
    origin: Origin
    guild_id: GuildId
    channel_id: ChannelId
    author_id: UserId
    created_at: datetime
    message_id: MessageId | None = None
    rule_id: RuleId | None = None
    nsfw: bool = False
    locale: str = "en-US"
    parent_ids: tuple[ChannelId, ...] = ()
    layout: Layout = Layout.EMBED
    thumbs_attached: bool = False
    withdrawn_at: datetime | None = None
    card: MessageLocation | None = None
    answered: bool = False
    held_at: datetime | None = None
    by_bot: bool = False
    backfill_id: BackfillId | None = None

    @property
    def is_personal(self) -> bool:
        """Whether it was kept with a person's own key: their own space has their id."""
        return int(self.guild_id) == int(self.author_id)

    @property
    def channel_ids(self) -> tuple[ChannelId, ...]:
        """The channel and what it stands in, innermost first."""
        return (self.channel_id, *self.parent_ids)
