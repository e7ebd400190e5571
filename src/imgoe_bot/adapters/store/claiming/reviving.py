"""What falls due by itself: jobs whose time has come, and those whose worker fell silent."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.claiming.dead_leases import AT_ONCE, free_lapsed
from imgoe_bot.adapters.store.claiming.parked import next_probes, send_probes
from imgoe_bot.adapters.store.job_states import IS_DUE, IS_LATER, state_is
from imgoe_bot.domain.job import Job, State

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

    Returns:
        How many were touched; as many as ``AT_ONCE`` or more: there may be others.
    """
    soonest = next_due_at(connection)
    if soonest is None or soonest > now:
        return 0
    promoted = connection.execute(_PROMOTE, {"now": now}).rowcount
    return promoted + free_lapsed(connection, now, held) + send_probes(connection, now)


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
