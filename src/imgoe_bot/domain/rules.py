"""Mirror rules: what makes a server, category, channel or thread be mirrored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from imgoe_bot.domain.ids import (
    ChannelId,
    GuildId,
    MessageId,
    RuleId,
    UserId,
)


@dataclass(frozen=True, slots=True)
class MirrorRule:
    """A channel, category or whole server whose media is kept.

    Attributes:
        channel_id: where; the server's own id stands for all of it.
        created_at: by this machine's clock; for people to read.
        begins_at: an id that Discord gave when the rule was asked for: older messages are left
            alone.
        paused: whether it rests for now.
        lacks: the permission for want of which it rests, as ``NotAllowed.needs`` has it; None when
            a moderator paused it.
    """

    id: RuleId
    guild_id: GuildId
    channel_id: ChannelId
    created_by: UserId
    created_at: datetime
    begins_at: MessageId
    paused: bool = False
    lacks: str | None = None

    @property
    def is_server_wide(self) -> bool:
        """Whether it stands for the whole server."""
        return int(self.channel_id) == int(self.guild_id)


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
