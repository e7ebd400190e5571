"""Messages and their files."""

from dataclasses import dataclass, field
from enum import IntEnum

from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.untyped_json import Payload

SUPPRESS_EMBEDS = 1 << 2
HAS_THREAD = 1 << 5
EPHEMERAL = 1 << 6
LOADING = 1 << 7
VOICE_MESSAGE = 1 << 13
HAS_SNAPSHOT = 1 << 14
COMPONENTS_V2 = 1 << 15

SPOILER_ATTACHMENT = 1 << 3


class MessageType(IntEnum):
    """Discord's message types, as far as this Discord writes them."""

    DEFAULT = 0
    PINNED = 6
    REPLY = 19
    CHAT_INPUT_COMMAND = 20
    THREAD_STARTER = 21
    CONTEXT_MENU_COMMAND = 23


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

    def shown_to(self, user_id: int) -> bool:
        """Tell whether a person's client shows it, where the person may view the channel."""
        return self.ephemeral_for in {None, user_id} and not self.dismissed

    @property
    def loading(self) -> bool:
        """Whether it is a deferred answer that still shows “thinking”."""
        return bool(self.flags & LOADING)
