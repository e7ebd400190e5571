"""The step that erases one post: its copies, its card, its rows. It may be repeated."""

from datetime import datetime, timedelta
from typing import Protocol

import structlog

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.job import Job
from imgoe_bot.errors import ImgoeError
from imgoe_bot.services.deleting.deletions import DeletionService
from imgoe_bot.services.people.delivery import DeliveryService
from imgoe_bot.services.ports.jobs import JobStore
from imgoe_bot.services.ports.messenger import Messenger
from imgoe_bot.services.post_access import PostAccess

log = structlog.stdlib.get_logger(__name__)

PATIENCE = timedelta(days=7)
"""How long an erasure is tried: a host may be away for a week."""

PAUSE = timedelta(seconds=2)
"""Until another worker is asked again whether it is done with the post."""


class ErasureStore(Protocol):
    """Rows that are erased for good."""

    async def is_worked_on(self, job: Job, *, now: datetime) -> bool:
        """Tell whether another job of the same post is under a live lease."""
        ...

    async def erase(self, job: Job, *, now: datetime, with_links: bool = False) -> bool:
        """Erase the job's post with its uploads, links and jobs, this one included.

        Args:
            job: the erasure.
            now: the time of day.
            with_links: whether delete links go that were not used; their owner has them.

        Returns:
            False, and nothing is erased, when another job of the post is under a live lease, or
            when it has a link to use: that of a copy whose other owner was erased meanwhile.

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
        access: PostAccess,
        deletions: DeletionService,
        delivery: DeliveryService,
        messenger: Messenger,
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._posts = access.posts
        self._deletions = deletions
        self._delivery = delivery
        self._messenger = messenger
        self._outage = access.outage
        self._clock = access.clock

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
        """Hand the links that are left to their owner once more, then forget all the same.

        Raises:
            SourceUnreachable: Discord did not answer.
            DirectMessagesHalted: Discord lets nobody be written to now.
        """
        log.warning("a copy was not deleted at its host", post=job.post_id, error=repr(error))
        card = await self._card(job)
        if card.deletable:
            await self._delivery.send_last_links(card)
        await self._messenger.remove_card(card)
        await self._erase_rows(job, with_links=True)

    async def _erase_rows(self, job: Job, *, with_links: bool = False) -> None:
        now = self._clock.now()
        erased = await self._outage.keep(
            lambda: self._store.erase(job, now=now, with_links=with_links)
        )
        if not erased:
            await self._pause(job)

    async def _pause(self, job: Job) -> None:
        await self._jobs.put_off(job, at=self._clock.now() + PAUSE)

    async def _card(self, job: Job) -> Card:
        return await self._posts.get_card(job.post_id, now=self._clock.now())
