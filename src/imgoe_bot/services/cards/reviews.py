"""The step that makes a real card of a waiting one, once the host shows the upload."""

from datetime import timedelta

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.job import Job
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import AwaitsApproval, HostError
from imgoe_bot.services.cards.previews import PREVIEW_AFTER
from imgoe_bot.services.ports.image_host import ImageHost
from imgoe_bot.services.ports.jobs import JobStore
from imgoe_bot.services.ports.messenger import Messenger
from imgoe_bot.services.post_access import PostAccess

PATIENCE = timedelta(days=30)
"""How long an upload is looked at, half-hourly in the end: somebody has a month to approve it."""


class Reviews:
    """What a worker does for an upload that its host shows to nobody yet."""

    def __init__(
        self,
        jobs: JobStore,
        *,
        access: PostAccess,
        host: ImageHost,
        messenger: Messenger,
    ) -> None:
        self._jobs = jobs
        self._posts = access.posts
        self._host = host
        self._messenger = messenger
        self._outage = access.outage
        self._clock = access.clock

    async def review(self, job: Job) -> None:
        """Look at the host, and show the card anew once the upload is public; safe to repeat.

        Raises:
            AwaitsApproval: it is not; the card stays as it is.
            HostError: the host could not be asked.
            SourceUnreachable: Discord did not answer.
        """
        uploads = self._looked_for(job, await self._card(job))
        for upload in uploads:
            if not upload.stored.approved:
                await self._publish(upload)
        if uploads:
            card = await self._card(job)
            await self._messenger.refresh(card)
            at = self._clock.now() + PREVIEW_AFTER
            await self._outage.keep(lambda: self._posts.order_preview(card.post, at=at))
        await self._outage.keep(lambda: self._jobs.finish(job, None))

    def _looked_for(self, job: Job, card: Card) -> list[Upload]:
        """Return what there still is of the job's attachment; a message may hold it twice."""
        wanted = job.item.attachment_id if job.item else None
        uploads = [upload for upload in card.uploads if upload.attachment_id == wanted]
        return [upload for upload in uploads if not self._is_gone(upload)]

    def _is_gone(self, upload: Upload) -> bool:
        expires_at = upload.stored.expires_at
        has_expired = expires_at is not None and expires_at <= self._clock.now()
        return upload.deleted_at is not None or has_expired

    async def _publish(self, upload: Upload) -> None:
        try:
            shown = await self._host.find_published(upload.stored, host_url=upload.host_url)
        except HostError as error:
            if error.retryable:
                raise
            raise AwaitsApproval(host=upload.host_url) from error  # to look again harms nobody
        if shown is None:
            raise AwaitsApproval(host=upload.host_url)
        await self._outage.keep(lambda: self._posts.mark_published(upload.id, shown))

    async def _card(self, job: Job) -> Card:
        return await self._posts.get_card(job.post_id, now=self._clock.now())
