"""The worker: leases jobs and does them, step by step, until it is told to stop."""

import asyncio
from collections.abc import Awaitable, Callable
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
    StoreError,
)
from imgoe_bot.services.delivery import DeliveryService
from imgoe_bot.services.erasure import PATIENCE as ERASURE_PATIENCE
from imgoe_bot.services.erasure import Erasure
from imgoe_bot.services.ports import Clock, JobStore
from imgoe_bot.services.previews import LOOKS, Previews
from imgoe_bot.services.retirements import RetirementService
from imgoe_bot.services.reviews import PATIENCE as REVIEW_PATIENCE
from imgoe_bot.services.reviews import Reviews
from imgoe_bot.services.steps import Steps

LOOK_AGAIN = timedelta(seconds=2)
"""How long a job waits for others that may use up what it needs."""
PATIENCE = {Step.ERASE: ERASURE_PATIENCE, Step.REVIEW: REVIEW_PATIENCE, Step.PREVIEW: LOOKS}
"""Tries of the steps that outlast a host's bad day, or wait for somebody there; and of looks at
cards, whose tries tell what they do."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RunnerOptions:
    """How a worker works.

    Attributes:
        lease: how long a job stays a silent worker's.
        poll: the longest wait between two looks at the queue.
        max_attempts: tries of one job before it is given up.
        at_once: jobs worked on side by side.
    """

    lease: timedelta = timedelta(seconds=60)
    poll: timedelta = timedelta(seconds=1)
    max_attempts: int = 8
    at_once: int = 4


class JobRunner:
    """Works the queue off; any number of them may share one."""

    def __init__(
        self,
        jobs: JobStore,
        *,
        steps: Steps,
        delivery: DeliveryService,
        retirements: RetirementService,
        previews: Previews,
        erasure: Erasure,
        reviews: Reviews,
        clock: Clock,
        options: RunnerOptions,
    ) -> None:
        self._jobs = jobs
        self._clock = clock
        self._options = options
        self._owner = new_id()
        self._running: dict[asyncio.Task[None], Job] = {}
        self._wake = asyncio.Event()
        self._work: dict[Step, Callable[[Job], Awaitable[None]]] = {
            Step.UPLOAD: steps.upload,
            Step.ANNOUNCE: steps.announce,
            Step.DELIVER: delivery.deliver,
            Step.RETIRE: retirements.retire,
            Step.PREVIEW: previews.look,
            Step.REVIEW: reviews.review,
            Step.ERASE: erasure.erase,
        }
        self._give_up = {step: steps.give_up for step in Step} | {Step.ERASE: erasure.give_up}

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
            await self._jobs.release(self._owner)

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
                owner=self._owner, now=self._clock.now(), lease=self._options.lease, limit=limit
            )
        except StoreError as error:
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
            try:
                await self._jobs.extend(
                    tuple(self._running.values()),
                    owner=self._owner,
                    now=self._clock.now(),
                    lease=self._options.lease,
                )
            except StoreError as error:
                log.error("leases can't be renewed, trying again", error=repr(error))

    async def _do(self, job: Job) -> None:
        if job.attempts > self._most_attempts(job):  # every try of it ended its process
            await self._failed(job, InternalError(kind="WorkerDied"))
            return
        try:
            await self._work[job.step](job)
        except BudgetSpent as error:
            await self._put_off(job, timedelta(seconds=error.retry_after_s or 0))
        except QuotaPending:
            await self._put_off(job, LOOK_AGAIN)
        except StaleWrite:
            log.info("another worker took this job over", job=job.id)
        except ImgoeError as error:
            await self._failed(job, error)
        except Exception as error:  # a bug must not stop the worker; it is logged and retried
            log.exception("a job broke", job=job.id, step=job.step)
            await self._failed(job, InternalError(kind=type(error).__name__))

    def _most_attempts(self, job: Job) -> int:
        return PATIENCE.get(job.step, self._options.max_attempts)

    async def _put_off(self, job: Job, wait: timedelta) -> None:
        """Do it later, since it can't be begun yet; that was no try of it."""
        try:
            await self._jobs.put_off(job, at=self._clock.now() + wait)
        except ImgoeError as problem:
            log.warning("a job's outcome was not stored", job=job.id, error=repr(problem))

    async def _failed(self, job: Job, error: ImgoeError) -> None:
        verdict = after_failure(
            error,
            attempts=job.attempts,
            max_attempts=self._most_attempts(job),
            now=self._clock.now(),
        )
        log.info("a job failed", job=job.id, step=job.step, error=repr(error), verdict=verdict)
        try:
            if isinstance(verdict, GiveUp):
                await self._give_up[job.step](job, error)
            else:
                await self._jobs.retry(job, error, at=verdict.at)
        except ImgoeError as problem:
            log.warning("a job's outcome was not stored", job=job.id, error=repr(problem))
