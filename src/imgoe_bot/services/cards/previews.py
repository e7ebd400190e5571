"""The step that looks whether a card shows its thumbs, and helps where Discord can't load them.

Discord fetches the pictures of a card from the image host. One that it can't load comes back 0×0
and stays so. The first look nudges it by showing the card anew; where that does not help, the next
one gives the card the thumbs as files of its own.
"""

from datetime import datetime, timedelta

import structlog

from imgoe_bot.domain.card import Card, PostedCard
from imgoe_bot.domain.ids import UploadId
from imgoe_bot.domain.job import Job
from imgoe_bot.errors import MediaRejected, SourceError
from imgoe_bot.services.cards.layouts import Layouts
from imgoe_bot.services.ports.jobs import JobStore
from imgoe_bot.services.ports.media import Thumb, ThumbReader
from imgoe_bot.services.ports.messenger import Messenger
from imgoe_bot.services.post_access import PostAccess

PREVIEW_AFTER = timedelta(seconds=10)
"""How long Discord is given to load the pictures of a card that was just posted."""

PREVIEW_AGAIN_AFTER = timedelta(seconds=20)
"""How long it is given after the nudge, with the image host's answer to come in between."""

THUMB_BYTES_MAX = 512 * 1024
"""Ten of them stay well below the 10 MiB that a message may carry."""

log = structlog.stdlib.get_logger(__name__)


def preview_at(posted: PostedCard, *, now: datetime) -> datetime | None:
    """Return when to look at a card that was just posted; None when nothing is missing on it."""
    return now + PREVIEW_AFTER if posted.lacks_thumbs else None


class Previews:
    """Sees to it that people see what a card is about."""

    def __init__(
        self,
        jobs: JobStore,
        *,
        access: PostAccess,
        messenger: Messenger,
        thumbs: ThumbReader,
        layouts: Layouts,
    ) -> None:
        self._jobs = jobs
        self._posts = access.posts
        self._messenger = messenger
        self._thumbs = thumbs
        self._layouts = layouts
        self._outage = access.outage
        self._clock = access.clock

    async def look(self, job: Job) -> None:
        """Look at a card; nudge it the first time, and give it its thumbs the next.

        Raises:
            SourceUnreachable: Discord did not answer.
        """
        card = await self._card(job)
        if card.post.thumbs_attached:  # one of them may have to go: its copy was deleted
            await self._messenger.refresh(card)
        if not card.pictured or not await self._messenger.lacks_thumbs(card):
            return await self._jobs.finish(job, None)
        if job.attempts == 1:
            await self._messenger.refresh(card)
            await self._keep_up(job, card)
            at = self._clock.now() + PREVIEW_AGAIN_AFTER
            return await self._outage.keep(lambda: self._jobs.retry(job, None, at=at))
        await self._attach(job, card)
        await self._outage.keep(lambda: self._jobs.finish(job, None))

    async def refresh(self, job: Job) -> None:
        """Show a card as it is by now; one that is gone or can't be changed is left alone.

        Raises:
            SourceUnreachable: Discord did not answer.
        """
        card = await self._card(job)
        await self._messenger.refresh(card)
        await self._keep_up(job, card)
        await self._outage.keep(lambda: self._jobs.finish(job, None))

    async def _attach(self, job: Job, card: Card) -> None:
        """Give the card its thumbs as files, as far as they can be read."""
        thumbs = await self._read(card)
        if not thumbs:
            return
        await self._posts.note_thumbs_attached(card.post.id)
        await self._messenger.attach_thumbs(card, thumbs)
        await self._keep_up(job, card)

    async def _read(self, card: Card) -> dict[UploadId, Thumb]:
        """Read the thumbs; a host whose thumbs are there has proved unreachable for Discord."""
        found: dict[UploadId, Thumb] = {}
        for upload in card.pictured:
            try:
                found[upload.id] = await self._thumbs.read(upload, limit_bytes=THUMB_BYTES_MAX)
            except (SourceError, MediaRejected) as error:
                log.info("a thumb can't be read", upload=upload.id, error=repr(error))
        for host_url in {upload.host_url for upload in card.pictured if upload.id in found}:
            await self._layouts.note_unreachable(host_url)
        return found

    async def _keep_up(self, job: Job, shown: Card) -> None:
        """Show the card once more if it changed while it was shown: a copy may be deleted by now.

        Whoever deletes a copy marks it first and shows the card afterwards, so one of the two
        shows it last and as it is.
        """
        card = await self._card(job)
        if card.uploads != shown.uploads:
            await self._messenger.refresh(card)

    async def _card(self, job: Job) -> Card:
        return await self._posts.get_card(job.post_id, now=self._clock.now())
