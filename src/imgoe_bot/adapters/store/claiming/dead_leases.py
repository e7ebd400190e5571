"""Leases of processes that ended without a word: what they held is free again."""

import random
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, select, update

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.job_states import state_is
from imgoe_bot.adapters.store.leases import FREE, due_at
from imgoe_bot.domain.job import Job, State, after_death

AT_ONCE = 500
"""How many jobs are dealt with in one transaction; each takes some 10 µs under the write lock."""

_DEATHS = t.job.c.attempts - t.job.c.failures
"""Tries that came to no end; some may have waited for a host that was away, which is no matter."""
_LEASED = select(t.job.c.id, _DEATHS).where(state_is(State.LEASED))
_LAPSED = (
    _LEASED.where(
        t.job.c.lease_until <= bindparam("now"),
        t.job.c.id.not_in(bindparam("held", expanding=True)),
    )
    .order_by(t.job.c.lease_until)
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True)
)


async def free_all_leases(database: Database, *, now: datetime) -> None:
    """Free whatever is leased, as if that had run out; nobody else may work with the database."""

    def unit(connection: Connection) -> None:
        _free(connection, connection.execute(_LEASED).all(), now)
        held = t.history_range.c.owner.is_not(None)
        connection.execute(update(t.history_range).where(held).values(owner=None, lease_until=None))

    await database.write(unit)


def free_lapsed(connection: Connection, now: datetime, held: Sequence[Job]) -> int:
    """Free jobs whose lease ran out, some at a time, but those that this worker holds."""
    values = {"now": now, "held": [job.id for job in held]}
    found = connection.execute(_LAPSED, values).all()
    _free(connection, found, now)
    return len(found)


def _free(connection: Connection, jobs: Sequence[Row[int, int]], now: datetime) -> None:
    """Let jobs be done by others.

    Those whose process ended more than once while they were worked on wait, each for another time:
    one that ends its process each time would take along those done beside it.
    """
    at_once = [job_id for job_id, deaths in jobs if deaths <= 1]
    if at_once:
        connection.execute(update(t.job).where(t.job.c.id.in_(at_once)).values(**FREE))
    for job_id, deaths in jobs:
        if deaths > 1:
            wait = after_death(deaths, chance=random.random())  # noqa: S311  # no secret
            values = FREE | due_at(now + wait)
            connection.execute(update(t.job).where(t.job.c.id == job_id).values(**values))
