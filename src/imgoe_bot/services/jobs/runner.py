"""The worker: leases jobs and does them, step by step, until it is told to stop."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from imgoe_bot.domain.ids import new_id
from imgoe_bot.domain.job import GiveUp, Job, Step, after_failure
from imgoe_bot.errors import (
    BudgetSpent,
    ImgoeError,
    InternalError,
    QuotaPending,
    StaleWrite,
    StoreClosed,
    StoreError,
)
from imgoe_bot.services.cards.previews import Previews
from imgoe_bot.services.cards.reviews import PATIENCE as REVIEW_PATIENCE
from imgoe_bot.services.cards.reviews import Reviews
from imgoe_bot.services.deleting.erasure import PATIENCE as ERASURE_PATIENCE
from imgoe_bot.services.deleting.erasure import Erasure
from imgoe_bot.services.deleting.retirements import RetirementService
from imgoe_bot.services.jobs.steps import Steps
from imgoe_bot.services.people.delivery import DeliveryService
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.jobs import JobStore
from imgoe_bot.services.store_outage import StoreOutage

QUOTA_PENDING_WAIT = timedelta(seconds=2)
"""How long a job waits for others that may use up what it needs."""
PATIENCE = {Step.ERASE: ERASURE_PATIENCE, Step.REVIEW: REVIEW_PATIENCE}
"""For how long steps are tried that outlast a host's bad day, or wait for somebody there."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RunnerOptions:
    """How a worker works.

    Attributes:
        lease: how long a job stays a silent worker's.
        poll: the longest wait between two looks at the queue.
        patience: how long after its first failure a job is tried again.
        at_once: jobs worked on side by side.
    """

    lease: timedelta = timedelta(seconds=60)
    poll: timedelta = timedelta(seconds=1)
    patience: timedelta = timedelta(days=1)
    at_once: int = 8

    @property
    def share(self) -> int:
        """How many of them may ask one host; one guild's are one less.

        Half of them, also while nobody else waits: whoever comes then would wait for an upload to
        end, and a large one takes long.
        """
        return max(1, self.at_once // 2)


@dataclass(frozen=True, slots=True)
class StepHandlers:
    """Who does which step of a job."""

    steps: Steps
    delivery: DeliveryService
    retirements: RetirementService
    previews: Previews
    reviews: Reviews
    erasure: Erasure

    @property
    def work(self) -> Mapping[Step, Callable[[Job], Awaitable[Job | None]]]:
        """What does each step, and returns the one that its worker goes on with."""
        return {
            Step.UPLOAD: self.steps.upload,
            Step.ANNOUNCE: self.steps.announce,
            Step.DELIVER: self.delivery.deliver,
            Step.RETIRE: self.retirements.retire,
            Step.PREVIEW: self.previews.look,
            Step.REVIEW: self.reviews.review,
            Step.ERASE: self.erasure.erase,
        }

    @property
    def give_up(self) -> Mapping[Step, Callable[[Job, ImgoeError], Awaitable[Job | None]]]:
        """What stores that a step has failed for good."""
        return {step: self.steps.give_up for step in Step} | {Step.ERASE: self.erasure.give_up}


class JobRunner:
    """Works the queue off; any number of them may share one."""

    def __init__(
        self,
        jobs: JobStore,
        *,
        handlers: StepHandlers,
        outage: StoreOutage,
        clock: Clock,
        options: RunnerOptions,
    ) -> None:
        self._jobs = jobs
        self._outage = outage
        self._clock = clock
        self._options = options
        self._owner = new_id()
        self._running: dict[asyncio.Task[None], Job] = {}
        self._wake = asyncio.Event()
        self._work = handlers.work
        self._give_up = handlers.give_up

    def wake(self) -> None:
        """Say that there is new work, so that it need not wait for the next look."""
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled; leases are given back on the way out."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_leases())
                while True:
                    await self._start_due(group)
                    await self._wait()
        finally:
            await self._release()

    async def _release(self) -> None:
        try:
            await self._jobs.release(self._owner)
        except StoreError as error:
            log.warning("leases were not given back, they run out", error=repr(error))

    async def _start_due(self, group: asyncio.TaskGroup) -> None:
        """Start as many jobs as are due and hands are free."""
        self._wake.clear()
        free = self._options.at_once - len(self._running)
        if not free:
            return
        for job in await self._claim(free):
            task = group.create_task(self._do(job))
            self._running[task] = job
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        self._wake.set()

    async def _claim(self, limit: int) -> tuple[Job, ...]:
        try:
            return await self._jobs.claim(
                owner=self._owner,
                now=self._clock.now(),
                lease=self._options.lease,
                limit=limit,
                share=self._options.share,
                held=tuple(self._running.values()),
            )
        except StoreError:
            await self._renew()  # first of all when it is back, lest others take what is ours
        except ImgoeError as error:
            log.error("the queue can't be read, trying again", error=repr(error))
        return ()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._options.poll.total_seconds()):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _keep_leases(self) -> None:
        """Renew what is being worked on; a job whose outcome was not stored falls due again."""
        while True:
            await asyncio.sleep(self._options.lease.total_seconds() / 3)
            await self._renew()

    async def _renew(self) -> None:
        try:
            await self._outage.outlast(self._extend)
        except ImgoeError as error:
            log.error("leases can't be renewed, trying again", error=repr(error))

    async def _extend(self) -> None:
        await self._jobs.extend(
            tuple(self._running.values()),
            owner=self._owner,
            now=self._clock.now(),
            lease=self._options.lease,
        )

    async def _do(self, job: Job) -> None:
        """Do a job, and the steps that its worker goes on with."""
        following: Job | None = job
        while following is not None:
            self._note_running(following)
            following = await self._try(following)

    def _note_running(self, job: Job) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._running[task] = job

    async def _try(self, job: Job) -> Job | None:
        """Do one step; return the one that was leased with its outcome."""
        try:
            return await self._outage.outlast(lambda: self._work[job.step](job))
        except BudgetSpent as error:
            await self._put_off(job, timedelta(seconds=error.retry_after_s or 0))
        except QuotaPending:
            await self._put_off(job, QUOTA_PENDING_WAIT)
        except StaleWrite:
            log.info("another worker took this job over", job=job.id)
        except StoreClosed:
            return None
        except ImgoeError as error:
            return await self._failed(job, error)
        except Exception as error:  # a bug must not stop the worker; it is logged and retried
            log.exception("a job broke", job=job.id, step=job.step)
            return await self._failed(job, InternalError(kind=type(error).__name__))
        return None

    async def _put_off(self, job: Job, wait: timedelta) -> None:
        """Do it later, since it can't be begun yet; that was no try of it."""
        at = self._clock.now() + wait
        await self._store(job, lambda: self._jobs.put_off(job, at=at))

    async def _failed(self, job: Job, error: ImgoeError) -> Job | None:
        verdict = after_failure(
            error,
            attempts=job.attempts,
            since=job.failing_since,
            patience=PATIENCE.get(job.step, self._options.patience),
            now=self._clock.now(),
        )
        log.info("a job failed", job=job.id, step=job.step, error=repr(error), verdict=verdict)
        if isinstance(verdict, GiveUp):
            return await self._store(job, lambda: self._give_up[job.step](job, error))
        at, since = verdict.at, verdict.since
        return await self._store(job, lambda: self._jobs.retry(job, error, at=at, since=since))

    async def _store(self, job: Job, outcome: Callable[[], Awaitable[Job | None]]) -> Job | None:
        try:
            return await self._outage.keep(outcome)
        except ImgoeError as problem:
            log.warning("a job's outcome was not stored", job=job.id, error=repr(problem))
        return None
