"""Steps of a post that are asked for once more: at once, or after the one that is under way.

Jobs that concern the whole post have no place in a message: their column ``position`` counts how
often they were asked for anew. A worker that ends one finds there whether that happened meanwhile.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, literal, or_, select, update

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.leases import due_at, leased, write_under_lease
from imgoe_bot.adapters.store.upsert import upsert_all
from imgoe_bot.domain.job import Job, State, Step
from imgoe_bot.errors import StaleWrite

UNFINISHED = (State.READY.value, State.LEASED.value)
ENDED = (State.DONE.value, State.DEAD.value)
LEASED_OR_ENDED = (State.LEASED.value, *ENDED)
RESTARTED: dict[str, Any] = {
    "attempts": 0,
    "owner": None,
    "lease_until": None,
    "letter": None,
    "slots": "",
    "failures": 0,
    "failing_since": None,
    "sending": None,
    "parked_on": "",
    "parked_until": None,
    **rows.error_values(None),
}
BEGINS: dict[Step, State] = {Step.ANNOUNCE: State.WAITING, Step.DELIVER: State.READY}
"""How a step that is asked for anew begins: an answer waits for the files that are new."""


def repeat_step(connection: Connection, post_id: str, step: Step) -> bool:
    """Have a step done once more; one that has not begun will find what is new by itself.

    A direct message that goes with another one which is under way has begun: it goes alone then,
    once that one's lease is over, so that it finds what was told by it.

    Returns:
        False when the post has no such step.
    """
    mine = (t.job.c.post_id == post_id, t.job.c.step == step.value)
    under_way_until = connection.execute(_led_by_one_under_way(*mine)).scalar()
    leaves_digest = under_way_until is not None
    begun = literal(value=True) if leaves_digest else t.job.c.state.in_(LEASED_OR_ENDED)
    counted = {"position": t.job.c.position + _one_if(begun)}
    known = connection.execute(update(t.job).where(*mine).values(**counted))
    ended = (*ENDED, State.WAITING.value) if leaves_digest else ENDED
    _begin(connection, *mine, t.job.c.state.in_(ended), step=step)
    if under_way_until is not None:
        connection.execute(update(t.job).where(*mine).values(**due_at(under_way_until)))
    return known.rowcount > 0


def _led_by_one_under_way(*which: ColumnElement[bool]) -> Select[datetime]:
    """Return the query for until when a worker has another post's step that this one waits for."""
    leader = t.job.alias()
    return select(leader.c.lease_until).where(
        *which,
        t.job.c.state == State.WAITING.value,
        leader.c.post_id == t.job.c.letter,
        leader.c.step == t.job.c.step,
        leader.c.state == State.LEASED.value,
    )


def restart_steps(connection: Connection, jobs: Iterable[dict[str, Any]]) -> None:
    """Store jobs, or let those that there are begin anew; one under way loses its lease.

    Args:
        connection: in a transaction.
        jobs: every column of each; none is fine.
    """
    restarted = [job | RESTARTED for job in jobs]
    upsert_all(connection, t.job, key=("post_id", "step", "attachment_id"), rows=restarted)


def close_step(connection: Connection, job: Job, values: dict[str, Any]) -> bool:
    """End a step under its lease; if it was asked for once more meanwhile, it begins anew.

    An answer also if files are still on their way: it can't have shown them.

    Returns:
        Whether it begins anew.

    Raises:
        StaleWrite: the lease ran out and another worker has the job.
    """
    if job.step not in BEGINS:
        write_under_lease(connection, job, values)
        return False
    asked = t.job.c.position > job.round
    if job.step is Step.ANNOUNCE:
        asked = or_(asked, open_uploads(job.post_id).exists())
    closing = update(t.job).where(*leased(job)).values(**values).returning(asked)
    ended = connection.execute(closing).first()
    if ended is None:
        raise StaleWrite
    if ended[0]:
        _begin(connection, t.job.c.id == job.id, step=job.step)
    return bool(ended[0])


def open_uploads(post_id: str) -> Select[int]:
    """Return the query for the files of a post that have not come to an end."""
    upload = t.job.alias()
    return select(upload.c.id).where(
        upload.c.post_id == post_id,
        upload.c.step == Step.UPLOAD.value,
        upload.c.state.in_((*UNFINISHED, State.WAITING.value, State.PARKED.value)),
    )


def _begin(connection: Connection, *which: ColumnElement[bool], step: Step) -> None:
    values = RESTARTED | {"state": BEGINS[step].value}
    connection.execute(update(t.job).where(*which).values(**values))


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, literal(1)), else_=literal(0))
