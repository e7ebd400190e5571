"""The step that erases one post: its copies, its card, its rows. It may be repeated."""

from datetime import datetime, timedelta
from typing import Protocol

from imgoe_bot.domain.job import LONGEST_DELAY, Job
from imgoe_bot.domain.upload import Card
from imgoe_bot.errors import ImgoeError, StaleWrite
from imgoe_bot.services.deletions import DeletionService
from imgoe_bot.services.ports import Clock, JobStore, Messenger, PostStore

PATIENCE = 7 * 48
"""Tries in all; at one each half hour, a host may be away for a week."""

PAUSE = timedelta(seconds=5)
"""Until another worker is asked again whether it is done with the post."""


class ErasureStore(Protocol):
    """Rows that are erased for good."""

    async def is_worked_on(self, job: Job, *, now: datetime) -> bool:
        """Tell whether another job of the same post is under a live lease."""
        ...

    async def erase(self, job: Job, *, now: datetime) -> bool:
        """Erase the job's post with its uploads, links and jobs, this one included.

        Returns:
            False, and nothing is erased, when another job of the post is under a live lease.

        Raises:
            StaleWrite: the job's lease was lost.
        """
        ...


class Erasure:
    """What a worker does to forget a post."""

    def __init__(
        self,
        store: ErasureStore,
        *,
        jobs: JobStore,
        posts: PostStore,
        deletions: DeletionService,
        messenger: Messenger,
        clock: Clock,
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._posts = posts
        self._deletions = deletions
        self._messenger = messenger
        self._clock = clock

    async def erase(self, job: Job) -> None:
        """Delete the copies at the host and the card in Discord, then every row.

        Raises:
            HostError: the host did not delete a copy.
            SourceUnreachable: Discord did not answer.
        """
        if await self._store.is_worked_on(job, now=self._clock.now()):
            return await self._pause(job)
        card = await self._card(job)
        await self._deletions.discard(card.uploads)
        await self._messenger.remove_card(card)
        await self._erase_rows(job)

    async def give_up(self, job: Job, error: ImgoeError) -> None:
        """Go on trying for a week; then hand the links that are left to their owner, and forget."""
        if error.retryable and job.attempts < PATIENCE:
            at = self._clock.now() + LONGEST_DELAY
            return await self._jobs.retry(job, error, at=at)
        card = await self._card(job)
        if card.deletable:
            await self._messenger.deliver(card, nonce=job.nonce)
        await self._messenger.remove_card(card)
        await self._erase_rows(job)

    async def _erase_rows(self, job: Job) -> None:
        if not await self._store.erase(job, now=self._clock.now()):
            await self._pause(job)

    async def _pause(self, job: Job) -> None:
        await self._jobs.retry(job, StaleWrite(), at=self._clock.now() + PAUSE)

    async def _card(self, job: Job) -> Card:
        return await self._posts.get_card(job.post_id, now=self._clock.now())
