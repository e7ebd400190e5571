"""Our record of what was stored on the host, and who may delete it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from imgoe_bot.domain.ids import (
    AttachmentId,
    GuildId,
    PostId,
    UploadId,
    UserId,
)


@dataclass(frozen=True, slots=True)
class DeleteLink:
    """The host's link that deletes one upload; a secret of its uploader."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return "[secret]"


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
