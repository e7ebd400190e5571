"""What falls due by itself: jobs whose time has come, and those whose worker fell silent."""

import random
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.claiming.parked import next_probes, send_probes
from imgoe_bot.adapters.store.job_states import IS_DUE, IS_LATER, state_is
from imgoe_bot.adapters.store.leases import FREE, due_at
from imgoe_bot.domain.job import Job, State, after_death

AT_ONCE = 500
"""How many jobs fall due in one transaction; each takes some 10 µs under the write lock."""

_NEXT = select(
    select(func.min(t.job.c.run_at)).where(IS_LATER).scalar_subquery(),
    select(func.min(t.job.c.lease_until)).where(state_is(State.LEASED)).scalar_subquery(),
    *next_probes(),
)

_ANY = _NEXT.add_columns(select(t.job.c.id).where(IS_DUE).exists())


def next_due_at(connection: Connection) -> datetime | None:
    """Return when the next job falls due by itself, None when none will; one cheap read.

    Leases count as if nobody renewed them.
    """
    return _earliest(*connection.execute(_NEXT).one())


def _earliest(*times: datetime | None) -> datetime | None:
    return min((at for at in times if at is not None), default=None)


def has_due(connection: Connection, now: datetime) -> bool:
    """Tell whether a job is due, or falls due by now; one cheap read."""
    *times, is_due = connection.execute(_ANY).one()
    soonest = _earliest(*times)
    return bool(is_due) or (soonest is not None and soonest <= now)


def revive(connection: Connection, now: datetime, held: Sequence[Job]) -> int:
    """Let what has come due be claimed, in a transaction.

    Jobs whose process ended more than once while they were worked on wait instead, each for
    another time: one that ends its process each time would take along those done beside it.

    Returns:
        How many were touched; as many as ``AT_ONCE`` or more: there may be others.
    """
    soonest = next_due_at(connection)
    if soonest is None or soonest > now:
        return 0
    promoted = connection.execute(_PROMOTE, {"now": now}).rowcount
    return promoted + _give_back(connection, now, held) + send_probes(connection, now)


_PROMOTE = (
    update(t.job)
    .where(
        t.job.c.id.in_(
            select(t.job.c.id)
            .where(IS_LATER, t.job.c.run_at <= bindparam("now"))
            .order_by(t.job.c.run_at)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
    )
    .values(due=True)
)
_LAPSED = (
    select(t.job.c.id, t.job.c.attempts)
    .where(
        state_is(State.LEASED),
        t.job.c.lease_until <= bindparam("now"),
        t.job.c.id.not_in(bindparam("held", expanding=True)),
    )
    .order_by(t.job.c.lease_until)
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True)
)


def _give_back(connection: Connection, now: datetime, held: Sequence[Job]) -> int:
    values = {"now": now, "held": [job.id for job in held]}
    found = connection.execute(_LAPSED, values).all()
    again = [job_id for job_id, attempts in found if attempts == 1]
    if again:
        connection.execute(update(t.job).where(t.job.c.id.in_(again)).values(**FREE))
    for job_id, attempts in found:
        if attempts > 1:
            wait = after_death(attempts, chance=random.random())  # noqa: S311  # no secret
            values = FREE | due_at(now + wait)
            connection.execute(update(t.job).where(t.job.c.id == job_id).values(**values))
    return len(found)
