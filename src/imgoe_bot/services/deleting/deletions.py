"""Use case: take a copy off the host."""

import contextlib
from collections.abc import Sequence

import structlog

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.guild import MANAGE_MESSAGES, Actor
from imgoe_bot.domain.ids import PostId, UploadId, UserId
from imgoe_bot.domain.upload import DeleteLink, Upload
from imgoe_bot.domain.upload_rights import may_delete, may_see_link
from imgoe_bot.errors import NotAllowed, SourceError, UploadNotFound
from imgoe_bot.services.cards.previews import PREVIEW_AFTER
from imgoe_bot.services.ports.image_host import ImageHost
from imgoe_bot.services.ports.messenger import Messenger
from imgoe_bot.services.post_access import PostAccess

log = structlog.stdlib.get_logger(__name__)


class DeletionService:
    """Deletes copies for those who may."""

    def __init__(
        self,
        access: PostAccess,
        *,
        host: ImageHost,
        messenger: Messenger,
    ) -> None:
        self._posts = access.posts
        self._host = host
        self._messenger = messenger
        self._outage = access.outage
        self._clock = access.clock

    async def get_card(self, actor: Actor, post_id: PostId) -> Card:
        """Return a post's card to somebody who may delete its uploads.

        Raises:
            UploadNotFound: there is no such post.
            NotAllowed: the actor is neither its uploader nor a moderator.
        """
        card = await self._posts.get_card(post_id, now=self._clock.now())
        if not any(may_delete(actor, upload) for upload in card.uploads):
            raise NotAllowed(needs=MANAGE_MESSAGES)
        return card

    async def get_digest(self, actor: Actor, upload_ids: Sequence[UploadId]) -> list[Card]:
        """Return what a digest lists, post by post: these uploads, as far as they are theirs."""
        uploads: dict[PostId, list[Upload]] = {}
        for upload_id in upload_ids:
            with contextlib.suppress(UploadNotFound):  # it was erased meanwhile
                upload = await self._posts.get_upload(upload_id)
                if may_see_link(actor, upload):
                    uploads.setdefault(upload.post_id, []).append(upload)
        return [
            Card(await self._posts.get_post(post_id), tuple(theirs))
            for post_id, theirs in uploads.items()
        ]

    async def delete(self, actor: Actor, upload_id: UploadId) -> Card:
        """Delete one upload and turn its place on the card into a tombstone; safe to repeat.

        Returns:
            The card as it is now.

        Raises:
            UploadNotFound: there is no such upload, or the host gave no delete link for it.
            NotAllowed: the actor is neither its uploader nor a moderator.
            HostError: the host did not delete it; the upload is still there.
        """
        upload = await self._posts.get_upload(upload_id)
        if not may_delete(actor, upload):
            raise NotAllowed(needs=MANAGE_MESSAGES)
        if upload.deleted_at is None:
            await self._delete(upload, by=actor.user_id)
        card = await self._outage.outlast(
            lambda: self._posts.get_card(upload.post_id, now=self._clock.now())
        )
        try:
            await self._messenger.refresh(card)
        except SourceError as error:  # the copy is gone, and that is what was asked for
            log.warning("a card can't be redrawn", post=card.post.id, error=repr(error))
            await self._redraw_later(card)
        return card

    async def _redraw_later(self, card: Card) -> None:
        """Have the copy's thumb taken away later where it is a file of the card's own."""
        if card.post.thumbs_attached:
            at = self._clock.now() + PREVIEW_AFTER
            await self._outage.keep(lambda: self._posts.order_preview(card.post, at=at))

    async def discard(self, uploads: Sequence[Upload], *, by: UserId | None = None) -> None:
        """Delete uploads together, such as those of a message that was taken back.

        Args:
            uploads: what is deleted already, or has no delete link, is left alone.
            by: whoever wants it; None when it follows from something else.

        Raises:
            HostError: the host did not delete one of them.
        """
        for upload in uploads:
            if upload.deleted_at is None:
                with contextlib.suppress(UploadNotFound):  # the host gave no link
                    await self._delete(upload, by=by)

    async def _delete(self, upload: Upload, *, by: UserId | None) -> None:
        """Delete a copy at its host, unless another upload has it too: then only this one goes."""
        if await self._posts.leave_copy(upload, by=by, at=self._clock.now()):
            return
        link = upload.stored.delete_link or await self._inherited_link(upload)
        await self._host.delete(link, host_url=upload.host_url)
        at = self._clock.now()
        await self._outage.keep(lambda: self._posts.mark_deleted(upload.id, by=by, at=at))

    async def _inherited_link(self, upload: Upload) -> DeleteLink:
        """Return the link of a copy whose other uploads went since this one was read."""
        link = (await self._posts.get_upload(upload.id)).stored.delete_link
        if link is None:
            raise UploadNotFound
        return link
