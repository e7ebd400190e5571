"""Channels, threads and direct conversations."""

from dataclasses import dataclass, field
from enum import IntEnum

from imgoe_bot.discordsim.permissions import Overwrite
from imgoe_bot.discordsim.state.messages import Message
from imgoe_bot.discordsim.untyped_json import Payload


class ChannelType(IntEnum):
    """Discord's channel types, as far as this Discord has them."""

    TEXT = 0
    DM = 1
    VOICE = 2
    CATEGORY = 4
    NEWS = 5
    NEWS_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15
    MEDIA = 16


THREADS = frozenset(
    {ChannelType.NEWS_THREAD, ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD}
)

THREAD_ONLY = frozenset({ChannelType.FORUM, ChannelType.MEDIA})

WITHOUT_MESSAGES = THREAD_ONLY | {ChannelType.CATEGORY}


@dataclass(slots=True, eq=False)
class Channel:
    """A channel, thread or direct conversation.

    Attributes:
        guild_id: None for direct conversations.
        recipient_ids: who talks in a direct conversation, the bot included.
        messages: by id, oldest first; ephemeral ones included.
        owner_id: who opened a thread, None for other channels.
        archived_at: when a thread was last archived or woken; None: not since it was opened.
        parent_id: a channel's category, a thread's channel.
        tags: a forum's ``available_tags``.
        applied_tags: a forum post's tag ids.
    """

    id: int
    type: ChannelType
    name: str
    guild_id: int | None
    topic: str | None = None
    nsfw: bool = False
    position: int = 0
    parent_id: int | None = None
    recipient_ids: tuple[int, ...] = ()
    overwrites: dict[int, Overwrite] = field(default_factory=dict[int, Overwrite])
    messages: dict[int, Message] = field(default_factory=dict[int, Message])
    owner_id: int | None = None
    archived: bool = False
    archived_at: float | None = None
    locked: bool = False
    created_at: float = 0.0
    auto_archive_minutes: int = 1440
    thread_member_ids: list[int] = field(default_factory=list[int])
    tags: list[Payload] = field(default_factory=list[Payload])
    applied_tags: list[int] = field(default_factory=list[int])
    slowmode_s: int = 0

    def set_archived(self, archived: bool, *, now: float) -> None:
        """Archive a thread or wake it; as it is already, it is no change.

        Moments are told in microseconds, and those told are compared with.
        """
        if self.archived != archived:
            self.archived, self.archived_at = archived, round(now, 6)
