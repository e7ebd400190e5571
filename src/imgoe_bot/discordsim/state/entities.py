"""The things a Discord keeps: users, guilds, roles, channels, messages, commands.

Plain mutable state with no behaviour of its own; only ``world`` and its neighbours change it.
Ids are snowflakes as whole numbers; moments are Unix seconds.
"""

from dataclasses import dataclass, field
from enum import IntEnum

from imgoe_bot.discordsim.permissions import Overwrite, Permission
from imgoe_bot.discordsim.wire import Json, Payload

EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_EMBEDS = 1 << 2
HAS_THREAD = 1 << 5
VOICE_MESSAGE = 1 << 13
COMPONENTS_V2 = 1 << 15
HAS_SNAPSHOT = 1 << 14
SPOILER_ATTACHMENT = 1 << 3


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


class MessageType(IntEnum):
    """Discord's message types, as far as this Discord writes them."""

    DEFAULT = 0
    PINNED = 6
    THREAD_CREATED = 18
    REPLY = 19
    CHAT_INPUT_COMMAND = 20
    THREAD_STARTER = 21
    CONTEXT_MENU_COMMAND = 23


@dataclass(slots=True, eq=False)
class User:
    """An account, the bot's included.

    Attributes:
        dms_closed: whether direct messages to it are refused with 50007.
        blocks_bot: whether the person blocked the bot: reactions are refused with 90001, direct
            messages with 50007.
        has_app: whether the person added the app to the account, to use it anywhere.
        locale: the client language sent with interactions.
    """

    id: int
    name: str
    display_name: str
    bot: bool = False
    dms_closed: bool = False
    blocks_bot: bool = False
    has_app: bool = False
    locale: str = "en-US"


@dataclass(slots=True, eq=False)
class Role:
    """A guild's role; the one whose id is the guild's is @everyone."""

    id: int
    name: str
    permissions: Permission
    position: int = 0
    color: int = 0
    hoist: bool = False
    mentionable: bool = False
    managed: bool = False


@dataclass(slots=True, eq=False)
class Member:
    """A user in a guild."""

    user: User
    joined_at: float
    role_ids: list[int] = field(default_factory=list[int])
    nick: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody attaches.

    Attributes:
        filename: its name as sent; ``SPOILER_`` in front marks a spoiler as well.
        data: its bytes.
        content_type: what the sender calls it, None to let Discord guess from the name.
        spoiler: whether the sender hides it until clicked.
        description: alternative text.
        duration_s: length of a voice message, None for other files.
        waveform: base64 of a voice message's shape; makes the message a voice message.
    """

    filename: str
    data: bytes = field(repr=False)
    content_type: str | None = None
    spoiler: bool = False
    description: str | None = None
    duration_s: float | None = None
    waveform: str | None = None


@dataclass(slots=True, eq=False)
class Attachment:
    """A file Discord keeps; its link is signed anew whenever it is shown."""

    id: int
    channel_id: int
    filename: str
    data: bytes = field(repr=False)
    content_type: str | None
    width_px: int | None = None
    height_px: int | None = None
    description: str | None = None
    flags: int = 0
    title: str | None = None
    duration_s: float | None = None
    waveform: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """What a message answers or forwards.

    Attributes:
        kind: 0 answers, 1 forwards.
    """

    message_id: int
    channel_id: int
    guild_id: int | None
    kind: int = 0


@dataclass(slots=True, eq=False)
class Message:
    """One message; also one that only ``ephemeral_for`` can see.

    Attributes:
        embeds: as sent, with the fields Discord fills in.
        components: as sent, numbered.
        reactions: emoji to the ids of who reacted, oldest first.
        interaction: Discord's ``interaction_metadata``, None outside of interactions.
        webhook_id: set on messages of webhooks and interaction follow-ups.
        snapshots: the forwarded message, without author, as Discord copies it.
        forwarded: the forwarded message's files.
        dismissed: whether its one reader closed an ephemeral message; the bot is not told.
    """

    id: int
    channel_id: int
    author: User
    created_at: float
    type: MessageType = MessageType.DEFAULT
    content: str = ""
    embeds: list[Payload] = field(default_factory=list[Payload])
    components: list[Payload] = field(default_factory=list[Payload])
    attachments: list[Attachment] = field(default_factory=list[Attachment])
    mention_ids: list[int] = field(default_factory=list[int])
    mention_role_ids: list[int] = field(default_factory=list[int])
    mention_everyone: bool = False
    edited_at: float | None = None
    flags: int = 0
    nonce: str | None = None
    pinned_at: float | None = None
    reference: Reference | None = None
    reactions: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    sticker_ids: list[int] = field(default_factory=list[int])
    interaction: Payload | None = None
    application_id: int | None = None
    webhook_id: int | None = None
    snapshots: list[Payload] = field(default_factory=list[Payload])
    forwarded: list[Attachment] = field(default_factory=list[Attachment])
    ephemeral_for: int | None = None
    thread_id: int | None = None
    tts: bool = False
    deleted: bool = False
    dismissed: bool = False

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.ephemeral_for is not None

    @property
    def loading(self) -> bool:
        """Whether it is a deferred answer that still shows “thinking”."""
        return bool(self.flags & LOADING)


@dataclass(slots=True, eq=False)
class Channel:
    """A channel, thread or direct conversation.

    Attributes:
        guild_id: None for direct conversations.
        recipient_ids: who talks in a direct conversation, the bot included.
        messages: by id, oldest first; ephemeral ones included.
        owner_id: who opened a thread, None for other channels.
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
    locked: bool = False
    created_at: float = 0.0
    auto_archive_minutes: int = 1440
    thread_member_ids: list[int] = field(default_factory=list[int])
    tags: list[Payload] = field(default_factory=list[Payload])
    applied_tags: list[int] = field(default_factory=list[int])
    slowmode_s: int = 0


@dataclass(slots=True, eq=False)
class Sticker:
    """A guild's sticker.

    Attributes:
        format: 1 PNG, 2 APNG, 3 Lottie, 4 GIF.
    """

    id: int
    name: str
    format: int
    data: bytes = field(repr=False)
    guild_id: int | None = None
    description: str = ""
    tags: str = ""


@dataclass(slots=True, eq=False)
class Guild:
    """A server.

    Attributes:
        has_bot: whether the bot is a member, and so receives its events.
        in_outage: whether the bot is sent none of its events for now.
        has_commands: whether people have the app's commands here, with its bot or without.
        boost_level: 0 to 3; raises the size a file may have.
        system_channel_id: where Discord greets who joins, None where it does not.
        blocked_words: what automatic moderation lets nobody say.
        command_overrides: (command name, id of role, user, channel or guild) to allowed.
    """

    id: int
    name: str
    owner_id: int
    roles: dict[int, Role] = field(default_factory=dict[int, Role])
    members: dict[int, Member] = field(default_factory=dict[int, Member])
    channel_ids: list[int] = field(default_factory=list[int])
    stickers: dict[int, Sticker] = field(default_factory=dict[int, Sticker])
    has_bot: bool = True
    in_outage: bool = False
    has_commands: bool = False
    locale: str = "en-US"
    boost_level: int = 0
    system_channel_id: int | None = None
    blocked_words: list[str] = field(default_factory=list[str])
    command_overrides: dict[tuple[str, int], bool] = field(
        default_factory=dict[tuple[str, int], bool]
    )


@dataclass(slots=True, eq=False)
class Command:
    """An application command as the bot registered it.

    Attributes:
        type: 1 slash, 2 user menu, 3 message menu.
        guild_id: None for a global one.
        definition: the bot's own JSON.
    """

    id: int
    type: int
    name: str
    guild_id: int | None
    definition: Json
    version: int = 1
