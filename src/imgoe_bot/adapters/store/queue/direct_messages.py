"""Direct messages, so that limits, digests and breaker hold across processes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.breaker import lock_breaker, read_breaker, write_breaker
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.leases import read_under_lease, write_under_lease
from imgoe_bot.adapters.store.posts.repeated_steps import restart_if_repeated
from imgoe_bot.adapters.store.queue.direct_message_slots import (
    room_at,
    slot_names,
    slots_in,
    take_slots,
)
from imgoe_bot.adapters.store.upsert import upsert
from imgoe_bot.domain.direct_messages import (
    PROBE_FOR,
    Breaker,
    DueMessage,
    JoinDigest,
    PutOff,
    RateLimits,
    SendNow,
    SlotKind,
    Verdict,
    decide,
    still_held,
)
from imgoe_bot.domain.ids import PostId, UserId
from imgoe_bot.domain.job import Job, State, Step
from imgoe_bot.errors import ImgoeError

NO_WINDOW = timedelta(0)
UNLEASED = {"owner": None, "lease_until": None}


class SqlDirectMessageStore:
    """``ports.DirectMessageStore`` in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def posts_of(self, job: Job) -> tuple[PostId, ...]:
        """Return the posts whose links the job's direct message holds; see the port."""
        waiting = select(t.job.c.post_id).where(
            t.job.c.letter == job.post_id, t.job.c.state == State.WAITING.value
        )

        def unit(connection: Connection) -> tuple[PostId, ...]:
            found = connection.execute(waiting.order_by(t.job.c.id))
            return (job.post_id, *(PostId(post_id) for post_id in found.scalars()))

        return await self._database.read(unit)

    async def schedule(
        self, job: Job, to: UserId, *, window: timedelta, limits: RateLimits, now: datetime
    ) -> Verdict:
        """Decide what becomes of a job's direct message, and store it; see the port."""

        def unit(connection: Connection) -> Verdict:
            breaker = lock_breaker(connection)
            row = read_under_lease(connection, job, locked=False)
            due = _due_message(connection, to, row, breaker, limits=limits, now=now)
            verdict = decide(due, window=window, now=now)
            match verdict:
                case SendNow():
                    _send_now(connection, job, to, verdict, due, window=window, now=now)
                case PutOff():
                    _put_off(connection, job, verdict, held=due.held_slots)
                case JoinDigest():
                    values = {"letter": verdict.leader, "state": State.WAITING.value} | UNLEASED
                    write_under_lease(connection, job, values)
                case _:
                    pass
            return verdict

        return await self._database.write(unit)

    async def admit(self, to: UserId, *, limits: RateLimits, now: datetime) -> bool:
        """Take slots for a short note, if it may go at once; see the port."""

        def unit(connection: Connection) -> bool:
            breaker = lock_breaker(connection)
            if breaker.reason is not None:
                return False
            due = _due_message(connection, to, None, breaker, limits=limits, now=now)
            verdict = decide(due, window=NO_WINDOW, now=now)
            if not isinstance(verdict, SendNow):
                return False
            take_slots(connection, verdict.slots)
            _note_person(connection, to, dm_opened_at=now)
            return True

        return await self._database.write(unit)

    async def put_back(self, job: Job, *, at: datetime) -> None:
        """Put a direct message off; see the port."""

        def unit(connection: Connection) -> None:
            _put_off(connection, job, PutOff(at, gives_back=True), held=frozenset())

        await self._database.write(unit)

    async def finish_sent(self, job: Job, to: UserId, *, at: datetime) -> None:
        """Note that a direct message was sent, and end its jobs; see the port."""

        def unit(connection: Connection) -> None:
            breaker = lock_breaker(connection)
            _end(connection, job, None)
            _note_person(connection, to, dm_opened_at=at, dms_closed_until=None)
            _close_breaker(connection, breaker)

        await self._database.write(unit)

    async def finish_refused(self, job: Job) -> None:
        """End the jobs of a direct message that its person does not take; see the port."""

        def unit(connection: Connection) -> None:
            breaker = lock_breaker(connection)
            _end(connection, job, None)
            _close_breaker(connection, breaker)

        await self._database.write(unit)

    async def finish(self, job: Job, failure: ImgoeError | None) -> None:
        """End a direct message's jobs; see the port."""

        def unit(connection: Connection) -> None:
            _end(connection, job, failure)

        await self._database.write(unit)

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


def _due_message(
    connection: Connection,
    to: UserId,
    row: rows.Columns | None,
    breaker: Breaker,
    *,
    limits: RateLimits,
    now: datetime,
) -> DueMessage:
    person = _person(connection, to)
    held_slots = frozenset[SlotKind]()
    if row is not None:
        held_slots = still_held(slots_in(row["slots"]), due_at=row["run_at"], now=now)
    return DueMessage(
        breaker=breaker,
        room_at={slot: room_at(connection, slot, limit, now) for slot, limit in limits.items()},
        closed_until=person.get("dms_closed_until"),
        quiet_until=person.get("quiet_until"),
        is_new=person.get("dm_opened_at") is None,
        leads=row is not None and row["letter"] is not None,
        joinable=_joinable(connection, to, now),
        held_slots=held_slots,
    )


def _person(connection: Connection, user_id: UserId) -> Mapping[str, datetime | None]:
    query = select(t.person).where(t.person.c.user_id == user_id)
    row = connection.execute(query).mappings().first()
    return {} if row is None else dict(row)


def _joinable(connection: Connection, to: UserId, now: datetime) -> PostId | None:
    """Return the post that leads one to this person which was put off and never begun."""
    query = (
        select(t.job.c.post_id)
        .join(t.post, t.post.c.id == t.job.c.post_id)
        .where(
            t.job.c.letter == t.job.c.post_id,
            t.job.c.step == Step.DELIVER.value,
            t.job.c.state == State.READY.value,
            t.job.c.run_at > now,
            t.job.c.attempts == 0,
            t.post.c.author_id == to,
        )
        .order_by(t.job.c.run_at)
        .limit(1)
        .with_for_update(of=t.job)
    )
    found = connection.execute(query).scalar()
    return None if found is None else PostId(found)


def _send_now(
    connection: Connection,
    job: Job,
    to: UserId,
    verdict: SendNow,
    due: DueMessage,
    *,
    window: timedelta,
    now: datetime,
) -> None:
    take_slots(connection, verdict.slots)
    values = {"letter": job.post_id, "slots": slot_names(due.held_slots | set(verdict.slots))}
    write_under_lease(connection, job, values)
    if window:
        _note_person(connection, to, quiet_until=now + window)
    if due.breaker.reason is not None:  # its time is over: this direct message tries
        probe = Breaker(due.breaker.reason, now + PROBE_FOR, probing=True)
        write_breaker(connection, probe)


def _put_off(
    connection: Connection, job: Job, verdict: PutOff, *, held: frozenset[SlotKind]
) -> None:
    """Give the job back until later; that was no try of it."""
    take_slots(connection, verdict.slots)
    values: dict[str, Any] = {
        "state": State.READY.value,
        "run_at": verdict.at,
        "attempts": job.attempts - 1,
        "letter": job.post_id,
        "slots": "" if verdict.gives_back else slot_names(held | set(verdict.slots)),
    }
    write_under_lease(connection, job, values | UNLEASED)


def _note_person(connection: Connection, user_id: UserId, **values: datetime | None) -> None:
    upsert(connection, t.person, key={"user_id": user_id}, values=values)


def _close_breaker(connection: Connection, breaker: Breaker) -> None:
    """Let all direct messages go again once one was answered; a halt that came meanwhile stays."""
    if breaker.probing:
        write_breaker(connection, Breaker())


def _end(connection: Connection, job: Job, failure: ImgoeError | None) -> None:
    """Close the job that leads, and those that wait for it."""
    state = State.DONE if failure is None else State.DEAD
    values = {"state": state.value} | UNLEASED | rows.error_values(failure)
    write_under_lease(connection, job, values)
    connection.execute(
        update(t.job)
        .where(t.job.c.letter == job.post_id, t.job.c.state == State.WAITING.value)
        .values(**values)
    )
    restart_if_repeated(connection, job)
