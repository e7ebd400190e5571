"""Our record of what was stored on the host, and who may delete it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from imgoe_bot.domain.guild import MANAGE_GUILD, MANAGE_MESSAGES, Actor
from imgoe_bot.domain.ids import (
    AttachmentId,
    ChannelId,
    GuildId,
    MessageId,
    PostId,
    RuleId,
    UploadId,
    UserId,
)
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.options import Layout, Options, Treatment
from imgoe_bot.errors import ImgoeError, MediaSkipped, NotAllowed, SourceGone

PICTURES_MAX = 10
"""Source: DISCORD.md section 1, "Embeds" and "Components V2"; so many files a message has, too."""


class Origin(StrEnum):
    """Which way a post came to us."""

    SLASH = "slash"
    MIRROR = "mirror"


@dataclass(frozen=True, slots=True)
class DeleteLink:
    """The host's link that deletes one upload; a secret of its uploader."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return "[secret]"


@dataclass(frozen=True, slots=True)
class Place:
    """A message: where a card stands, or what it answers."""

    channel_id: ChannelId
    message_id: MessageId


@dataclass(frozen=True, slots=True)
class Posted:
    """A card as Discord took it.

    Attributes:
        place: where it stands.
        lacks_thumbs: whether a picture on it has no size, so that Discord has not loaded it (yet).
    """

    place: Place
    lacks_thumbs: bool = False


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
    card: Place | None = None
    answered: bool = False
    held_at: datetime | None = None
    by_bot: bool = False

    @property
    def is_personal(self) -> bool:
        """Whether it was kept with a person's own key: their own space has their id."""
        return int(self.guild_id) == int(self.author_id)

    @property
    def channel_ids(self) -> tuple[ChannelId, ...]:
        """The channel and what it stands in, innermost first."""
        return (self.channel_id, *self.parent_ids)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the host says of bytes it has stored.

    Attributes:
        url: the file itself.
        thumb_url: a small picture of it; None where the host made none.
        delete_link: None where the host gave none.
        approved: False while somebody at the host has to look at it; nobody sees it until then.
    """

    mime: str
    size_bytes: int
    viewer_url: str
    url: str
    thumb_url: str | None = None
    width_px: int | None = None
    height_px: int | None = None
    duration_s: int | None = None
    expires_at: datetime | None = None
    delete_link: DeleteLink | None = None
    approved: bool = True


@dataclass(frozen=True, slots=True)
class Details:
    """What is said to the host about an upload; what is None or empty is not said.

    Attributes:
        width_px: shrinks an image to this width.
        expires_after: 5 minutes to a year.
    """

    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    album_id: str | None = None
    category_id: int | None = None
    width_px: int | None = None
    expires_after: timedelta | None = None
    nsfw: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """One stored copy of one attachment.

    Attributes:
        position: the attachment's place in its message, from 0.
        sha256: of the bytes sent, hex.
        spoiler: whether its thumb must stay hidden.
        tags: what the host was told to file it under.
        deleted_at: None while the copy exists.
        shared: whether another upload has the same copy, because the host took its bytes once only.
            One of them has the delete link; the copy goes with the last.
    """

    id: UploadId
    post_id: PostId
    guild_id: GuildId
    uploader_id: UserId
    attachment_id: AttachmentId
    position: int
    filename: str
    host_url: str
    sha256: str
    stored: Stored
    created_at: datetime
    spoiler: bool = False
    tags: tuple[str, ...] = ()
    deleted_at: datetime | None = None
    shared: bool = False

    @property
    def is_deletable(self) -> bool:
        """Whether it exists, and there is a way to delete it."""
        return self.deleted_at is None and (self.shared or self.stored.delete_link is not None)

    @property
    def has_thumb(self) -> bool:
        """Whether there is a thumb that may be looked at: the copy exists and is approved."""
        stored = self.stored
        return self.deleted_at is None and stored.approved and stored.thumb_url is not None


@dataclass(frozen=True, slots=True)
class FailedItem:
    """One attachment that could not be kept, and why."""

    position: int
    filename: str
    error: ImgoeError


@dataclass(frozen=True, slots=True)
class Card:
    """Everything our answer to a post shows, in the order of its attachments.

    Attributes:
        dms_closed: whether its author could not be sent a direct message lately.
    """

    post: Post
    uploads: tuple[Upload, ...] = ()
    failures: tuple[FailedItem, ...] = ()
    dms_closed: bool = False

    @property
    def has_copies(self) -> bool:
        """Whether anything kept of it exists."""
        return any(upload.deleted_at is None for upload in self.uploads)

    @property
    def is_held(self) -> bool:
        """Whether its copies wait for a moderator's decision."""
        return self.post.held_at is not None and self.has_copies

    @property
    def deletable(self) -> tuple[Upload, ...]:
        """The uploads that exist and that there is a way to delete."""
        return tuple(upload for upload in self.uploads if upload.is_deletable)

    @property
    def is_to_be_delivered(self) -> bool:
        """Whether there is somebody to be told how to delete what exists."""
        return bool(self.deletable) and not self.post.by_bot

    @property
    def pictured(self) -> tuple[Upload, ...]:
        """The uploads whose thumb the card shows: no spoiler's in an embed, none while held."""
        if self.is_held:
            return ()
        hides = self.post.layout is Layout.GALLERY
        shown = [u for u in self.uploads if u.has_thumb and (hides or not u.spoiler)]
        return tuple(shown[:PICTURES_MAX])

    @property
    def source_is_gone(self) -> bool:
        """Whether the author took the message back before we could keep anything of it."""
        gone = [isinstance(failed.error, SourceGone) for failed in self.failures]
        return self.post.withdrawn_at is not None or (bool(gone) and all(gone) and not self.uploads)


def check_may_upload(actor: Actor, options: Options) -> None:
    """Check that the actor is one of those whom the server lets upload on demand.

    Raises:
        NotAllowed: the server names a role for it, and the actor has neither that role nor the
            Manage Server permission.
    """
    role = options.uploaders
    if role is None or role in actor.role_ids or MANAGE_GUILD in actor.permissions:
        return
    raise NotAllowed(needs=f"role:{role}")


def check_wanted(item: Item, options: Options, *, nsfw: bool) -> None:
    """Check that the place keeps such things, whoever asks for it.

    Raises:
        MediaSkipped: it refuses spoilers, or what is not safe for work.
    """
    if item.spoiler and options.spoilers is Treatment.REFUSE:
        raise MediaSkipped(filename=item.filename, reason="spoiler")
    if nsfw and options.nsfw is Treatment.REFUSE:
        raise MediaSkipped(filename=item.filename, reason="nsfw")


def check_kind(mime: str, options: Options, *, filename: str) -> None:
    """Check that the place keeps images, or videos, whichever it is.

    Raises:
        MediaSkipped: it does not.
    """
    if mime.partition("/")[0] not in options.kinds:
        raise MediaSkipped(filename=filename, reason="kind")


def may_delete(actor: Actor, upload: Upload) -> bool:
    """Tell whether the actor is the uploader, or moderates the guild it was posted in."""
    if actor.user_id == upload.uploader_id:
        return True
    return actor.guild_id == upload.guild_id and MANAGE_MESSAGES in actor.permissions


def may_see_link(actor: Actor, upload: Upload) -> bool:
    """Tell whether the actor may be shown the delete link: its uploader, nobody else."""
    return actor.user_id == upload.uploader_id
