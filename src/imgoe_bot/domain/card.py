"""Our one answer to a post: everything it shows."""

from dataclasses import dataclass
from datetime import datetime

from imgoe_bot.domain.guild import MANAGE_GUILD, MANAGE_MESSAGES, Actor
from imgoe_bot.domain.ids import AttachmentId
from imgoe_bot.domain.options import Layout
from imgoe_bot.domain.owners import may_be_tried_again
from imgoe_bot.domain.post import MessageLocation, Post
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import ImgoeError, SourceGone

PICTURES_MAX = 10
"""Source: DISCORD.md section 1, "Embeds" and "Components V2"; so many files a message has, too."""


@dataclass(frozen=True, slots=True)
class PostedCard:
    """A card as Discord took it.

    Attributes:
        location: where it stands.
        lacks_thumbs: whether a picture on it has no size, so that Discord has not loaded it (yet).
    """

    location: MessageLocation
    lacks_thumbs: bool = False


@dataclass(frozen=True, slots=True)
class FailedItem:
    """One attachment that could not be kept, and why.

    Attributes:
        attachment_id: None where it was refused before anybody tried to upload it.
        waits_since: when it was first to be kept, while it waits for another try; None: given up.
    """

    position: int
    filename: str
    error: ImgoeError
    attachment_id: AttachmentId | None = None
    waits_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """Everything our answer to a post shows, in the order of its attachments.

    Attributes:
        failures: what was given up.
        waiting: what has failed so far, and is tried again by itself.
        dms_closed: whether its author could not be sent a direct message lately.
    """

    post: Post
    uploads: tuple[Upload, ...] = ()
    failures: tuple[FailedItem, ...] = ()
    waiting: tuple[FailedItem, ...] = ()
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
    def retriable(self) -> tuple[AttachmentId, ...]:
        """The files given up that another try may bring, read from their message once more."""
        post = self.post
        if post.message_id is None or post.withdrawn_at is not None or post.is_personal:
            return ()
        tried = [each for each in self.failures if may_be_tried_again(each.error)]
        return tuple(each.attachment_id for each in tried if each.attachment_id is not None)

    def may_try_again(self, actor: Actor) -> bool:
        """Tell whether the actor is its author, or moderates its server."""
        if actor.guild_id != self.post.guild_id:
            return False
        moderates = bool(actor.permissions & {MANAGE_MESSAGES, MANAGE_GUILD})
        return moderates or actor.user_id == self.post.author_id

    @property
    def source_is_gone(self) -> bool:
        """Whether the author took the message back before we could keep anything of it."""
        gone = [_is_gone_from_discord(failed.error) for failed in self.failures]
        return self.post.withdrawn_at is not None or (bool(gone) and all(gone) and not self.uploads)


def _is_gone_from_discord(error: ImgoeError) -> bool:
    """Tell it from a file that a site does not have, while the message that links it stands."""
    return isinstance(error, SourceGone) and error.site is None
