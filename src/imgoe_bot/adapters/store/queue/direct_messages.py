"""Direct messages, so that limits, digests and breaker hold across processes."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.breaker import lock_breaker, read_breaker, write_breaker
from imgoe_bot.adapters.store.claiming.claims import Claims
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.engine.units import Unit
from imgoe_bot.adapters.store.leases import read_under_lease, write_under_lease
from imgoe_bot.adapters.store.posts.repeated_steps import close_step
from imgoe_bot.adapters.store.queue.direct_message_slots import take_slots
from imgoe_bot.adapters.store.queue.message_decisions import (
    UNLEASED,
    carry_out,
    decide_on,
    note_person,
    put_off_values,
)
from imgoe_bot.domain.direct_messages import (
    Breaker,
    DeliveryRequest,
    JoinDigest,
    PutOff,
    SendNow,
    Verdict,
)
from imgoe_bot.domain.ids import PostId, UserId
from imgoe_bot.domain.job import Job, State, Step
from imgoe_bot.errors import ImgoeError

NO_WINDOW = timedelta(0)


class SqlDirectMessageStore:
    """``ports.DirectMessageStore`` in SQL."""

    def __init__(self, database: Database, *, claims: Claims) -> None:
        self._database = database
        self._claims = claims

    async def posts_of(self, job: Job) -> tuple[PostId, ...]:
        """Return the posts whose links the job's direct message holds; see the port."""
        if not job.leads_digest:
            return (job.post_id,)
        waiting = select(t.job.c.post_id).where(
            t.job.c.letter == job.post_id, t.job.c.state == State.WAITING.value
        )

        def unit(connection: Connection) -> tuple[PostId, ...]:
            found = connection.execute(waiting.order_by(t.job.c.id))
            return (job.post_id, *(PostId(post_id) for post_id in found.scalars()))

        return await self._database.read(unit)

    async def schedule(self, job: Job, request: DeliveryRequest) -> Verdict:
        """Decide what becomes of a job's direct message, and store it; see the port."""

        def unit(connection: Connection) -> Verdict:
            lock_breaker(connection)
            row = read_under_lease(connection, job, locked=False)
            due, verdict = decide_on(connection, request, row)
            values = carry_out(connection, verdict, request, due, post_id=job.post_id)
            if isinstance(verdict, PutOff):  # that was no try of it
                values["attempts"] = job.attempts - 1
            if isinstance(verdict, JoinDigest) and job.is_repeated:
                _may_be_told(connection, verdict.leader)
            if values:
                write_under_lease(connection, job, values)
            return verdict

        return await self._database.write(unit)

    async def admit(self, request: DeliveryRequest) -> bool:
        """Take slots for a short note, if it may go at once; see the port."""

        def unit(connection: Connection) -> bool:
            lock_breaker(connection)
            due, verdict = decide_on(connection, replace(request, window=NO_WINDOW), None)
            if due.breaker.reason is not None or not isinstance(verdict, SendNow):
                return False
            take_slots(connection, verdict.slots, request.limits)
            note_person(connection, request.to, dm_opened_at=request.now)
            return True

        return await self._database.write(unit)

    async def put_back(self, job: Job, *, at: datetime) -> None:
        """Put a direct message off; see the port."""
        put_off = PutOff(at, gives_back=True)
        values = put_off_values(put_off, post_id=job.post_id, held=frozenset())

        def unit(connection: Connection) -> None:
            write_under_lease(connection, job, values | {"attempts": job.attempts - 1})

        await self._database.write(unit)

    async def finish_sent(self, job: Job, to: UserId, *, at: datetime) -> None:
        """Note that a direct message was sent, and end its jobs; see the port."""

        def unit(connection: Connection) -> bool:
            begins_anew = _end(connection, job, None)
            note_person(connection, to, dm_opened_at=at, dms_closed_until=None)
            if not job.is_scheduled:
                _close_breaker(connection)
            return begins_anew

        await self._finish(unit)

    async def finish_refused(self, job: Job) -> None:
        """End the jobs of a direct message that its person does not take; see the port."""

        def unit(connection: Connection) -> bool:
            begins_anew = _end(connection, job, None)
            _close_breaker(connection)
            return begins_anew

        await self._finish(unit)

    async def finish(self, job: Job, failure: ImgoeError | None) -> None:
        """End a direct message's jobs; see the port."""

        def unit(connection: Connection) -> bool:
            begins_anew = _end(connection, job, failure)
            return begins_anew

        await self._finish(unit)

    async def _finish(self, unit: Unit[bool]) -> None:
        """Run a unit that ends a direct message, and have it sent anew where it says so."""
        if await self._database.write(unit):
            self._claims.wake()

    async def halt(self, breaker: Breaker) -> None:
        """Stop all direct messages; see the port."""

        def unit(connection: Connection) -> None:
            lock_breaker(connection)
            write_breaker(connection, breaker)

        await self._database.write(unit)

    async def breaker(self) -> Breaker:
        """Return whether Discord takes direct messages; see the port."""

        def unit(connection: Connection) -> Breaker:
            return read_breaker(connection)

        return await self._database.read(unit)


def _may_be_told(connection: Connection, leader: PostId) -> None:
    """Have whoever sends a digest look what of it was told: a post that grew has joined it."""
    mine = (t.job.c.post_id == leader, t.job.c.step == Step.DELIVER.value)
    counted = update(t.job).where(*mine).values(position=t.job.c.position + 1)
    connection.execute(counted)


def _close_breaker(connection: Connection) -> None:
    """Let all direct messages go again once one was answered; a halt that came meanwhile stays."""
    probed = update(t.dm_breaker).where(t.dm_breaker.c.probing.is_(True))
    connection.execute(probed.values(reason=None, until=None, probing=False))


def _end(connection: Connection, job: Job, failure: ImgoeError | None) -> bool:
    """Close the job that leads, and those that wait for it; True where it begins anew."""
    state = State.DONE if failure is None else State.DEAD
    values = {"state": state.value} | UNLEASED | rows.error_values(failure)
    begins_anew = close_step(connection, job, values)
    if job.leads_digest:
        connection.execute(
            update(t.job)
            .where(t.job.c.letter == job.post_id, t.job.c.state == State.WAITING.value)
            .values(**values)
        )
    return begins_anew
