"""Posts, their uploads, and the copies these are of."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol

from imgoe_bot.domain.card import Card, FailedItem
from imgoe_bot.domain.ids import AttachmentId, GuildId, JobId, MessageId, PostId, UploadId, UserId
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.post import MessageLocation, Post
from imgoe_bot.domain.quota import Usage
from imgoe_bot.domain.upload import Stored, Upload


class PostStore(Protocol):
    """Posts and their uploads."""

    async def add(
        self, post: Post, items: Sequence[Item], left_out: Sequence[FailedItem] = ()
    ) -> bool:
        """Store a post and one job for each item; the answer's job waits for them.

        What was left out is stored as failed from the start, so that the answer names it.

        Returns:
            False when the guild has a post of this message already; then nothing is stored.
        """
        ...

    async def extend(self, post: Post, items: Sequence[Item]) -> bool:
        """Add what a known message holds by now: a job for each file its post does not have yet.

        Its answer waits for them or, where it stands, is shown anew; then their links are sent.
        What failed from one place is tried again from another. Safe to repeat.

        Args:
            post: as for ``add``; what is stored of its message is found by it.
            items: all that the message holds now.

        Returns:
            False when there is nothing new, or the message was taken back.
        """
        ...

    async def set_card(
        self, post_id: PostId, card: MessageLocation, *, preview_at: datetime | None = None
    ) -> None:
        """Note where a post's new card stands; it has no thumbs of its own yet.

        Args:
            post_id: the post.
            card: the new card.
            preview_at: when to look whether it shows its thumbs, stored as a job in the same
                transaction; None when it does.
        """
        ...

    async def note_thumbs_attached(self, post_id: PostId) -> None:
        """Note that the card is being given thumbs of its own; safe to repeat."""
        ...

    async def order_preview(self, post: Post, *, at: datetime) -> None:
        """Store the job that looks whether a card shows its thumbs and no others; once a post."""
        ...

    async def get_post(self, post_id: PostId) -> Post:
        """Return a post; UploadNotFound when there is none."""
        ...

    async def get_card(self, post_id: PostId, *, now: datetime) -> Card:
        """Return everything a post's card shows; UploadNotFound when there is no such post."""
        ...

    async def get_upload(self, upload_id: UploadId) -> Upload:
        """Return one upload; UploadNotFound when there is none."""
        ...

    async def find_post(self, guild_id: GuildId, message_id: MessageId) -> Post | None:
        """Return the guild's post of a source message, None when there is none."""
        ...

    async def find_known(
        self, guild_id: GuildId, message_ids: Collection[MessageId]
    ) -> frozenset[MessageId]:
        """Return those of these source messages that the guild has a post of."""
        ...

    async def usage(self, guild_id: GuildId, *, user_id: UserId | None, since: datetime) -> Usage:
        """Return what was stored since then, by a person or by all, and what was let in."""
        ...

    async def admit(
        self, job_id: JobId, post: Post, *, since: datetime, check: Callable[[Usage, Usage], None]
    ) -> None:
        """Let an upload job in for as long as it is leased this time, unless ``check`` raises.

        No other job of the guild is let in meanwhile, by no process.

        Args:
            job_id: the job.
            post: what it uploads a part of.
            since: what was stored before is not counted.
            check: is given what the post's author and what the whole guild stored, and how many
                other jobs were let in; raises what is to be told.
        """
        ...

    async def leave_copy(self, upload: Upload, *, by: UserId | None, at: datetime) -> bool:
        """Mark an upload deleted if another live one has the same copy, which gets its link.

        Returns:
            False when no other one has the copy; then nothing was changed.
        """
        ...

    async def find_copy(self, guild_id: GuildId, host_url: str, sha256: str) -> Upload | None:
        """Return a live upload of the same bytes in the same guild and host."""
        ...

    async def mark_deleted(self, upload_id: UploadId, *, by: UserId | None, at: datetime) -> None:
        """Note that the copy is gone; safe to repeat."""
        ...

    async def mark_published(self, upload_id: UploadId, stored: Stored) -> None:
        """Note that the host shows a copy by now, and where its files are; safe to repeat."""
        ...

    async def withdraw(self, message_ids: Sequence[MessageId], *, at: datetime) -> None:
        """Note that unanswered source messages were taken back by their authors."""
        ...

    async def note_dms(self, user_id: UserId, *, closed_until: datetime | None) -> None:
        """Remember until when this person is sent no direct messages; None: they are open."""
        ...


class CopyStore(Protocol):
    """Copies by what they are of."""

    async def find(
        self, guild_id: GuildId, attachment_ids: Sequence[AttachmentId]
    ) -> tuple[Upload, ...]:
        """Return the guild's live uploads of these attachments, oldest first."""
        ...

    async def of_message(self, guild_id: GuildId, message_id: MessageId) -> tuple[Upload, ...]:
        """Return the guild's live uploads of what a message held, oldest first."""
        ...
