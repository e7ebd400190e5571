"""What becomes of a direct message that is due: what is known of it, what is stored then."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ScalarSelect, literal, select

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.breaker import BREAKER, breaker_of, write_breaker
from imgoe_bot.adapters.store.job_states import IS_LATER, step_is
from imgoe_bot.adapters.store.leases import FREE, due_at
from imgoe_bot.adapters.store.queue.direct_message_slots import (
    newest_at,
    slot_names,
    slots_in,
    take_slots,
)
from imgoe_bot.adapters.store.upsert import upsert
from imgoe_bot.domain.direct_messages import (
    PROBE_FOR,
    Breaker,
    DeliveryRequest,
    DueMessage,
    JoinDigest,
    PutOff,
    SendNow,
    SlotKind,
    Verdict,
    decide,
    still_held,
)
from imgoe_bot.domain.ids import PostId, UserId
from imgoe_bot.domain.job import State, Step

UNLEASED: dict[str, Any] = {"owner": None, "lease_until": None}


def decide_on(
    connection: Connection, request: DeliveryRequest, job: rows.Columns | None
) -> tuple[DueMessage, Verdict]:
    """Decide on a direct message that is due, by all that is known in the transaction.

    Args:
        connection: in a transaction; on PostgreSQL the breaker is locked.
        request: to whom, and within which limits.
        job: the row of its job; None where there is none yet.
    """
    due = _due_message(connection, request, job)
    return due, decide(due, window=request.window, now=request.now)


def carry_out(
    connection: Connection,
    verdict: Verdict,
    request: DeliveryRequest,
    due: DueMessage,
    *,
    post_id: PostId,
) -> dict[str, Any]:
    """Store what a verdict means for all others; return the columns of its own job.

    Empty where the worker has to deal with it. Its count of tries is the caller's to take back.
    """
    match verdict:
        case SendNow():
            take_slots(connection, verdict.slots, request.limits)
            if request.window:
                note_person(connection, request.to, quiet_until=request.now + request.window)
            if due.breaker.reason is not None:  # its time is over: this direct message tries
                probe = Breaker(due.breaker.reason, request.now + PROBE_FOR, probing=True)
                write_breaker(connection, probe)
            return {
                "letter": post_id,
                "slots": slot_names(due.held_slots | set(verdict.slots)),
            }
        case PutOff():
            take_slots(connection, verdict.slots, request.limits)
            return put_off_values(verdict, post_id=post_id, held=due.held_slots)
        case JoinDigest():
            return {"letter": verdict.leader, "state": State.WAITING.value} | UNLEASED
        case _:
            return {}


def put_off_values(
    verdict: PutOff, *, post_id: PostId, held: frozenset[SlotKind]
) -> dict[str, Any]:
    """Return the columns of a job whose direct message goes later."""
    return (
        FREE
        | due_at(verdict.at)
        | {
            "letter": post_id,
            "slots": "" if verdict.gives_back else slot_names(held | set(verdict.slots)),
        }
    )


def note_person(connection: Connection, user_id: UserId, **values: datetime | None) -> None:
    """Note something about a person's direct messages."""
    upsert(connection, t.person, key={"user_id": user_id}, values=values)


def _due_message(
    connection: Connection, request: DeliveryRequest, job: rows.Columns | None
) -> DueMessage:
    known = _known(connection, request)
    held_slots = frozenset[SlotKind]()
    if job is not None:
        held = slots_in(job["slots"])
        held_slots = still_held(held, due_at=job["run_at"], now=request.now)
    return DueMessage(
        breaker=breaker_of(known["reason"], known["until"], known["probing"]),
        room_at={
            slot: limit.room_at(known[slot.value], now=request.now)
            for slot, limit in request.limits.items()
        },
        closed_until=known["dms_closed_until"],
        quiet_until=known["quiet_until"],
        is_new=known["dm_opened_at"] is None,
        leads=job is not None and job["letter"] is not None,
        joinable=known["joinable"],
        held_slots=held_slots,
    )


def _known(connection: Connection, request: DeliveryRequest) -> rows.Columns:
    """Read breaker, person, limits and what could be joined, in one statement."""
    rooms = [
        newest_at(slot, limit.most).label(slot.value) for slot, limit in request.limits.items()
    ]
    one = select(literal(1).label("one")).subquery()
    query = (
        select(
            *BREAKER,
            t.person.c.dms_closed_until,
            t.person.c.quiet_until,
            t.person.c.dm_opened_at,
            _joinable(request.to, request.now).label("joinable"),
            *rooms,
        )
        .select_from(one)
        .outerjoin(t.dm_breaker, t.dm_breaker.c.id == one.c.one)
        .outerjoin(t.person, t.person.c.user_id == request.to)
    )
    return connection.execute(query).mappings().one()


def _joinable(to: UserId, now: datetime) -> ScalarSelect[str]:
    """Return the query for the post whose direct message to a person was put off and not begun."""
    return (
        select(t.job.c.post_id)
        .join(t.post, t.post.c.id == t.job.c.post_id)
        .where(
            t.job.c.letter == t.job.c.post_id,
            step_is(Step.DELIVER),
            IS_LATER,
            t.job.c.run_at > now,
            t.job.c.attempts == 0,
            t.post.c.author_id == to,
        )
        .order_by(t.job.c.run_at)
        .limit(1)
        .scalar_subquery()
    )
