"""The steps of a mirrored post: upload each file, announce.

See ``delivery``, ``previews`` and ``retirements`` too.
"""

from dataclasses import replace
from datetime import timedelta

from imgoe_bot.domain.card import Card, PostedCard
from imgoe_bot.domain.command import Command
from imgoe_bot.domain.job import FollowUps, Item, Job, Step
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.options import OnDelete, Options
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.upload import Upload
from imgoe_bot.domain.upload_options import NO_UPLOAD_OPTIONS
from imgoe_bot.errors import (
    BadReply,
    DuplicateMedia,
    HostBroken,
    HostUnreachable,
    ImgoeError,
    KeyMissing,
    NotAllowed,
    QuotaReached,
    SourceGone,
    StaleWrite,
    UploadNotFound,
)
from imgoe_bot.services.cards.previews import preview_at
from imgoe_bot.services.deleting.deletions import DeletionService
from imgoe_bot.services.jobs.log_fields import bind_post
from imgoe_bot.services.jobs.parking import ParkingService
from imgoe_bot.services.people.delivery import DeliveryService
from imgoe_bot.services.ports.jobs import JobStore
from imgoe_bot.services.ports.messenger import Messenger
from imgoe_bot.services.post_access import PostAccess
from imgoe_bot.services.settings.post_options import PostOptions
from imgoe_bot.services.uploading.uploads import UploadService

HELD_FOR = timedelta(minutes=5)
"""How long a backfill's file waits that lacks a key, or for which the day is used up."""
FRESH_FOR = timedelta(minutes=5)
"""A post that waits for its answer longer than this may come from a backup, and have one."""


class Steps:
    """What a worker does for each kind of job; each step may be repeated."""

    def __init__(
        self,
        jobs: JobStore,
        *,
        access: PostAccess,
        uploads: UploadService,
        deletions: DeletionService,
        options: PostOptions,
        messenger: Messenger,
        delivery: DeliveryService,
        parking: ParkingService,
    ) -> None:
        self._jobs = jobs
        self._posts = access.posts
        self._uploads = uploads
        self._deletions = deletions
        self._options = options
        self._messenger = messenger
        self._delivery = delivery
        self._parking = parking
        self._outage = access.outage
        self._clock = access.clock

    async def upload(self, job: Job, command: Command | None = None) -> Job | None:
        """Copy one attachment to the host; one of a command is where that says."""
        post = await self._posts.get_post(job.post_id)
        bind_post(post)
        item = _item(job)
        try:
            upload = await self._uploads.upload(
                lambda: self._find_source(post, item, command),
                post=post,
                item=item,
                by=job,
                requested=command.requested if command is not None else NO_UPLOAD_OPTIONS,
            )
        except DuplicateMedia as refused:
            if job.sending is None:
                raise
            raise refused.with_facts(answer_lost=True) from None  # most likely of our own try
        except (QuotaReached, KeyMissing) as error:
            if post.backfill_id is None or error.retryable:
                raise
            await self._hold(job, error)
            return None
        try:
            return await self._outage.keep(
                lambda: self._jobs.finish_upload(job, upload, None, goes_on=True)
            )
        except StaleWrite:
            await self._discard_unknown(upload)
            raise

    async def _find_source(self, post: Post, item: Item, command: Command | None) -> Source:
        """Return where the bytes are now."""
        if post.withdrawn_at is not None:
            raise SourceGone
        stored = command.sources.get(item.position) if command is not None else None
        return stored or await self._messenger.find_source(post, item)

    async def _hold(self, job: Job, error: ImgoeError) -> None:
        """Try a backfill's file again later: nobody waits for it, and the backfill waits too."""
        now = self._clock.now()
        since = job.failing_since or now
        await self._outage.keep(
            lambda: self._jobs.retry(job, error, at=now + HELD_FOR, since=since)
        )

    async def _discard_unknown(self, upload: Upload) -> None:
        """Delete a copy whose job another worker has: nobody would ever know of it.

        It is known after all where it was stored and only the database's answer was lost, or where
        that worker has asked the host what became of it.
        """
        now = self._clock.now()
        try:
            card = await self._outage.outlast(lambda: self._posts.get_card(upload.post_id, now=now))
        except UploadNotFound:
            known = set[str]()
        else:
            known = {each.stored.viewer_url for each in card.uploads}
        if upload.stored.viewer_url not in known:
            await self._deletions.discard([upload])

    async def announce(self, job: Job) -> Job | None:
        """Answer the post; if its author took it back meanwhile, take the copies back too."""
        card = await self._card(job)
        if card.source_is_gone:
            return await self._take_back(job, card)
        options = await self._options.of(card.post)
        try:
            posted = await self._answer(job, card, options)
        except SourceGone:
            return await self._take_back(job, card)
        return await self.announced(job, card, posted, options)

    async def announced(
        self, job: Job, card: Card, posted: PostedCard | None, options: Options
    ) -> Job | None:
        """Store where an answer stands, and order what follows it."""
        location = posted.location if posted else None
        follow_ups = self._follow_ups(card, posted, options)
        delivery = await self._outage.keep(
            lambda: self._jobs.finish_announce(job, location, follow_ups=follow_ups)
        )
        if delivery is not None:
            shown = replace(card, post=replace(card.post, card=location, answered=True))
            self._delivery.expect(delivery, shown)
        return delivery

    def _follow_ups(self, card: Card, posted: PostedCard | None, options: Options) -> FollowUps:
        """Say what follows a card that was just posted."""
        keeps, now = options.on_delete is OnDelete.KEEP, self._clock.now()
        return FollowUps(
            deliver=_is_to_be_delivered(card),
            request=self._delivery.request_for(card, posted, options),
            is_first=not card.post.answered,
            has_reviews=not all(upload.stored.approved for upload in card.uploads),
            preview_at=preview_at(posted, now=now) if posted else None,
            retire_at=None if keeps else now + options.delete_grace,
        )

    async def _answer(self, job: Job, card: Card, options: Options) -> PostedCard | None:
        """Post the card; one that stands already is shown with what is new on it."""
        if card.post.card is None:
            repeated = job.is_repeated or self._may_be_forgotten(card.post)
            return await self._messenger.announce(card, options, nonce=job.nonce, repeated=repeated)
        await self._messenger.refresh(card)
        return PostedCard(
            card.post.card, lacks_thumbs=bool(card.pictured)
        )  # Discord fetches them now

    def _may_be_forgotten(self, post: Post) -> bool:
        """Tell whether an answer may stand that a restored backup knows nothing of."""
        return self._clock.now() - post.created_at > FRESH_FOR

    async def give_up(self, job: Job, error: ImgoeError) -> Job | None:
        """Store that a step has failed for good; what can still be done for the post goes on.

        Where it is a permission that is missing, it waits for that first.
        """
        if isinstance(error, NotAllowed) and not job.is_overdue(self._clock.now()):
            await self._wait_for_permission(job, error)
            return None
        match job.step:
            case Step.UPLOAD:
                known = _with_lost_answer(error) if job.sending is not None else error
                return await self._jobs.finish_upload(job, None, known, goes_on=True)
            case Step.ANNOUNCE:
                deliver = FollowUps(deliver=_is_to_be_delivered(await self._card(job)))
                await self._jobs.finish_announce(job, None, failure=error, follow_ups=deliver)
            case Step.DELIVER:
                await self._delivery.give_up(job, error)
            case Step.RETIRE | Step.PREVIEW | Step.REVIEW | Step.ERASE | Step.REFRESH:
                await self._jobs.finish(job, error)
        return None

    async def _wait_for_permission(self, job: Job, error: NotAllowed) -> None:
        """Let a channel rest that we can't work in any more; the uploader has the links by then."""
        card = await self._card(job)
        is_first = job.step is Step.ANNOUNCE and not card.post.answered
        await self._parking.park_place(
            job, card.post, error, deliver=is_first and _is_to_be_delivered(card)
        )

    async def _take_back(self, job: Job, card: Card) -> Job | None:
        await self._deletions.discard(card.uploads)
        if not card.post.by_bot and card.post.backfill_id is None:
            await self._delivery.tell_withdrawn(card, nonce=job.nonce)
        return await self._outage.keep(lambda: self._jobs.finish_announce(job, None))

    async def _card(self, job: Job) -> Card:
        card = await self._posts.get_card(job.post_id, now=self._clock.now())
        bind_post(card.post)
        return card


def _is_to_be_delivered(card: Card) -> bool:
    """Tell whether a direct message follows; a backfill sends one a person, at its end.

    Who uses their own key is told by the answer to their command.
    """
    return card.is_to_be_delivered and card.post.backfill_id is None and not card.post.is_personal


def _with_lost_answer(error: ImgoeError) -> ImgoeError:
    """Return the error of a file that an earlier try may have brought to its host all the same."""
    told = (HostUnreachable, HostBroken, BadReply)
    return error.with_facts(may_be_stored=True) if isinstance(error, told) else error


def _item(job: Job) -> Item:
    if job.item is None:
        raise ValueError(f"upload job {job.id} names no attachment")
    return job.item
