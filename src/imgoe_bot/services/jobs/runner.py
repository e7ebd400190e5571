"""The worker: leases jobs and does them, step by step, until it is told to stop."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

import structlog

from imgoe_bot.domain.claim_order import Hands
from imgoe_bot.domain.ids import new_id
from imgoe_bot.domain.job import GiveUp, Job, Step, after_failure
from imgoe_bot.domain.parking import subject_of
from imgoe_bot.errors import (
    BudgetSpent,
    ImgoeError,
    InternalError,
    QuotaPending,
    StaleWrite,
    StoreClosed,
    StoreError,
)
from imgoe_bot.services.cards.reviews import PATIENCE as REVIEW_PATIENCE
from imgoe_bot.services.deleting.erasure import PATIENCE as ERASURE_PATIENCE
from imgoe_bot.services.jobs.handlers import StepHandlers
from imgoe_bot.services.jobs.log_fields import bind_job
from imgoe_bot.services.jobs.options import RunnerOptions
from imgoe_bot.services.jobs.parking import ParkingService
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.jobs import JobStore, Lease, Offer
from imgoe_bot.services.store_outage import StoreOutage

QUOTA_PENDING_WAIT = timedelta(seconds=2)
"""How long a job waits for others that may use up what it needs."""
PATIENCE = {Step.ERASE: ERASURE_PATIENCE, Step.REVIEW: REVIEW_PATIENCE}
"""For how long steps are tried that outlast a host's bad day, or wait for somebody there."""

log = structlog.stdlib.get_logger(__name__)


class JobRunner:
    """Works the queue off; any number of them may share one."""

    def __init__(
        self,
        jobs: JobStore,
        *,
        handlers: StepHandlers,
        parking: ParkingService,
        outage: StoreOutage,
        clock: Clock,
        options: RunnerOptions,
    ) -> None:
        self._jobs = jobs
        self._parking = parking
        self._outage = outage
        self._clock = clock
        self._options = options
        self._owner = new_id()
        self._running: dict[asyncio.Task[None], Job] = {}
        self._beside: set[asyncio.Task[None]] = set()
        self._group: asyncio.TaskGroup | None = None
        self._wake = asyncio.Event()
        self._offered: Offer | None = None
        self._woken = False
        self._may_be_more = False
        self._is_draining = False
        self._work = handlers.work
        self._give_up = handlers.give_up

    async def run(self) -> None:
        """Work until cancelled; leases are given back on the way out."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_leases())
                await self._work_off(group)
        finally:
            await self._release()

    async def drain(self, *, within_s: float) -> None:
        """Begin nothing more, and wait for what is under way, with the steps that follow it.

        Args:
            within_s: for how long at most; what is left then is to be cancelled.
        """
        self._is_draining = True
        if not self._running:
            return
        log.info("stopping: what is under way may end", jobs=len(self._running), within_s=within_s)
        await asyncio.wait(tuple(self._running), timeout=within_s)
        if self._running:
            log.warning("what is still under way is cut off", jobs=len(self._running))

    async def _work_off(self, group: asyncio.TaskGroup) -> None:
        """Start what is due; what is under way may still store its outcome when this has ended."""
        self._group = group
        self._jobs.attend(self)
        self.wake()
        try:
            while True:
                await self._wait()
                await self._claim()
        finally:
            self._group = None
            self._jobs.attend(None)

    async def _release(self) -> None:
        try:
            await self._outage.last(lambda: self._jobs.release(self._owner))
        except StoreError as error:
            log.warning("leases were not given back, they run out", error=repr(error))

    def wake(self) -> None:
        """Notice that there may be something to do; see the port."""
        self._woken = True
        self._wake.set()

    def offer(self) -> Offer | None:
        """Return what it would take now; see the port."""
        held = self._held()
        free = self._options.at_once - len(held)
        if self._offered is not None or not free or not self._takes_more:
            return None
        self._woken = False
        self._offered = Offer(
            owner=self._owner,
            now=self._clock.now(),
            lease=self._options.lease,
            hands=Hands(held, free=free, share=self._options.share),
            beside=tuple(self._running[task] for task in self._beside),
            park_for=self._options.park_for,
        )
        return self._offered

    def _held(self) -> tuple[Job, ...]:
        """Return what its hands work on; what people wait for is done beside."""
        return tuple(job for task, job in self._running.items() if task not in self._beside)

    def lease(self) -> Lease:
        """Return the lease of jobs that it begins next; see the port."""
        return Lease(self._owner, self._clock.now() + self._options.lease)

    def begin(self, jobs: Sequence[Job]) -> None:
        """Do these beside the others; see the port."""
        under_way = {job.id for job in self._running.values()}
        for job in jobs:
            if job.id not in under_way and (task := self._start(job)) is not None:
                self._beside.add(task)

    @property
    def _takes_more(self) -> bool:
        return self._group is not None and not self._is_draining

    def take_over(self, jobs: Sequence[Job] | None) -> None:
        """Do these; see the port."""
        offered, self._offered = self._offered, None
        if jobs is not None and offered is not None:
            self._may_be_more = offered.hands.may_leave_some(jobs)
            has_ended = not set(self._held()).issuperset(offered.hands.held)
            self._woken |= self._may_be_more and has_ended
        for job in jobs or ():
            self._start(job)
        if self._woken:
            self._wake.set()

    def _start(self, job: Job) -> asyncio.Task[None] | None:
        if self._group is None or self._is_draining:  # its lease is given back at the end
            return None
        task = self._group.create_task(self._do(job))
        self._running[task] = job
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        self._beside.discard(task)
        if self._woken or self._may_be_more:
            self._wake.set()

    async def _wait(self) -> None:
        """Wait until there may be something to do: told so, or because it has fallen due."""
        while not self._wake.is_set():
            try:
                async with asyncio.timeout(self._options.poll.total_seconds()):
                    await self._wake.wait()
            except TimeoutError:
                if await self._has_due():
                    self.wake()
        self._wake.clear()

    async def _has_due(self) -> bool:
        try:
            return await self._jobs.has_due(now=self._clock.now())
        except ImgoeError:
            return True  # to claim fails then, too, which is dealt with there

    async def _claim(self) -> None:
        """Take as much as is due and hands are free."""
        offer = self.offer()
        if offer is None:
            return
        jobs: tuple[Job, ...] | None = None
        try:
            jobs = await self._jobs.claim(offer)
        except StoreError:
            await self._renew()  # first of all when it is back, lest others take what is ours
        except ImgoeError as error:
            log.error("the queue can't be read, trying again", error=repr(error))
        finally:
            self.take_over(jobs)

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
        following = await self._try(job)
        while following is not None and self._goes_on_with(following):
            following = await self._try(following)

    def _goes_on_with(self, job: Job) -> bool:
        """Note what this hand does now; False where another one does it already."""
        task = asyncio.current_task()
        if task is None or any(job.id == running.id for running in self._running.values()):
            return False
        self._running[task] = job
        return True

    async def _try(self, job: Job) -> Job | None:
        """Do one step; return the one that was leased with its outcome."""
        bind_job(job)
        if (overdue := job.overdue_error(self._clock.now())) is not None:
            return await self._give_job_up(job, overdue)
        try:
            return await self._outage.outlast(partial(self._work[job.step], job), at_any_rate=True)
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
            log.exception("a job broke", job=job.id)
            return await self._failed(job, InternalError(kind=type(error).__name__))
        return None

    async def _put_off(self, job: Job, wait: timedelta) -> None:
        """Do it later, since it can't be begun yet; that was no try of it."""
        at = self._clock.now() + wait
        await self._store(job, lambda: self._jobs.put_off(job, at=at))

    async def _failed(self, job: Job, error: ImgoeError) -> Job | None:
        now = self._clock.now()
        subject = subject_of(error, job)
        if subject is not None and not job.is_overdue(now):
            return await self._store(job, lambda: self._parking.park(job, subject, error))
        verdict = after_failure(
            error,
            step=job.step,
            failures=job.failures,
            since=job.failing_since,
            patience=PATIENCE.get(job.step, self._options.park_for),
            now=now,
        )
        log.info("a job failed", job=job.id, error=repr(error), verdict=verdict)
        if isinstance(verdict, GiveUp):
            return await self._give_job_up(job, error)
        again = partial(self._jobs.retry, job, error, at=verdict.at, since=verdict.since)
        return await self._store(job, again)

    async def _give_job_up(self, job: Job, error: ImgoeError) -> Job | None:
        return await self._store(job, lambda: self._give_up[job.step](job, error))

    async def _store(self, job: Job, outcome: Callable[[], Awaitable[Job | None]]) -> Job | None:
        try:
            return await self._outage.keep(outcome)
        except ImgoeError as problem:
            log.warning("a job's outcome was not stored", job=job.id, error=repr(problem))
        return None
