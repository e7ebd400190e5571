"""The steps of a mirrored post: upload each file, announce; and retire. See ``delivery`` too."""

from dataclasses import replace

from imgoe_bot.domain.ids import ChannelId, RuleId, new_id
from imgoe_bot.domain.job import Item, Job, Step
from imgoe_bot.domain.mirror import MirrorRule
from imgoe_bot.domain.options import OnDelete, Options
from imgoe_bot.domain.upload import Card, Place
from imgoe_bot.errors import ImgoeError, NotAllowed, SourceGone, StaleWrite
from imgoe_bot.services.deletions import DeletionService
from imgoe_bot.services.delivery import DeliveryService
from imgoe_bot.services.options import OptionService
from imgoe_bot.services.ports import Clock, JobStore, Messenger, PostStore, RuleStore
from imgoe_bot.services.uploads import UploadService


class Steps:
    """What a worker does for each kind of job; each step may be repeated."""

    def __init__(
        self,
        jobs: JobStore,
        *,
        posts: PostStore,
        uploads: UploadService,
        deletions: DeletionService,
        options: OptionService,
        rules: RuleStore,
        messenger: Messenger,
        delivery: DeliveryService,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._posts = posts
        self._uploads = uploads
        self._deletions = deletions
        self._options = options
        self._rules = rules
        self._messenger = messenger
        self._delivery = delivery
        self._clock = clock

    async def upload(self, job: Job) -> None:
        """Copy one attachment to the host."""
        post = await self._posts.get_post(job.post_id)
        if post.withdrawn_at is not None:
            raise SourceGone
        item = _item(job)
        source = await self._messenger.find_source(post, item)
        upload = await self._uploads.upload(source, post=post, item=item, job_id=job.id)
        try:
            await self._jobs.finish_upload(job, upload, None)
        except StaleWrite:  # another worker has the job: nobody would ever know of this copy
            await self._deletions.discard([upload])
            raise

    async def announce(self, job: Job) -> None:
        """Answer the post; if its author took it back meanwhile, take the copies back too."""
        card = await self._card(job)
        if card.source_is_gone:
            return await self._take_back(job, card)
        options = await self._options.at(card.post.guild_id, card.post.channel_ids)
        try:
            place = await self._answer(job, card, options)
        except SourceGone:
            return await self._take_back(job, card)
        keeps = options.on_delete is OnDelete.KEEP
        await self._jobs.finish_announce(
            job,
            place,
            deliver=bool(card.deletable),
            retire_at=None if keeps else self._clock.now() + options.delete_grace,
        )

    async def _answer(self, job: Job, card: Card, options: Options) -> Place | None:
        """Post the card; one that stands already is shown with what is new on it."""
        if card.post.card is None:
            return await self._messenger.announce(
                card, options, nonce=job.nonce, repeated=job.attempts > 1
            )
        await self._messenger.refresh(card)
        return card.post.card

    async def retire(self, job: Job) -> None:
        """Deal with a deleted source message: delete the copies, or only take the card away."""
        card = await self._card(job)
        options = await self._options.at(card.post.guild_id, card.post.channel_ids)
        if options.on_delete is OnDelete.DELETE:
            await self._deletions.discard(card.uploads)
            await self._messenger.refresh(await self._card(job))
        elif options.on_delete is OnDelete.HOLD:
            await self._messenger.remove_card(card)
        await self._jobs.finish(job, None)

    async def give_up(self, job: Job, error: ImgoeError) -> None:
        """Store that a step has failed for good; what can still be done for the post goes on."""
        match job.step:
            case Step.UPLOAD:
                await self._jobs.finish_upload(job, None, error)
            case Step.ANNOUNCE:
                card = await self._card(job)
                await self._pause_if_refused(card, error)
                await self._jobs.finish_announce(
                    job, None, deliver=bool(card.deletable), failure=error
                )
            case Step.DELIVER:
                await self._delivery.give_up(job, error)
            case Step.RETIRE | Step.REVIEW | Step.ERASE:
                await self._jobs.finish(job, error)

    async def _pause_if_refused(self, card: Card, error: ImgoeError) -> None:
        """Let a channel rest that we can't work in any more, and tell whoever made its rule."""
        if not isinstance(error, NotAllowed):
            return
        rules = await self._rules.of_guild(card.post.guild_id)
        rule = next((rule for rule in rules if rule.id == card.post.rule_id), None)
        if rule is None or rule.paused:
            return
        resting = await self._pause(rule, card.post.channel_id)
        if resting is not None:
            await self._delivery.tell_paused(resting, needs=error.needs, locale=card.post.locale)

    async def _pause(self, rule: MirrorRule, channel_id: ChannelId) -> MirrorRule | None:
        """Pause a channel's own rule, or make it an exception to that of what it stands in.

        Returns:
            The rule that rests now; None when it rested already.
        """
        if rule.channel_id == channel_id:
            await self._rules.pause(rule.guild_id, channel_id, paused=True)
            return rule
        exception = replace(
            rule,
            id=RuleId(new_id()),
            channel_id=channel_id,
            created_at=self._clock.now(),
            paused=True,
        )
        return exception if await self._rules.add(exception) else None

    async def _take_back(self, job: Job, card: Card) -> None:
        await self._deletions.discard(card.uploads)
        await self._delivery.tell_withdrawn(card, nonce=job.nonce)
        await self._jobs.finish_announce(job, None, deliver=False)

    async def _card(self, job: Job) -> Card:
        return await self._posts.get_card(job.post_id, now=self._clock.now())


def _item(job: Job) -> Item:
    if job.item is None:
        raise ValueError(f"upload job {job.id} names no attachment")
    return job.item
