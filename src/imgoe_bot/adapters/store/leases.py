"""Writing under the lease that a job was claimed with; StaleWrite where it was lost."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, select, update

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.domain.job import Job, State
from imgoe_bot.errors import StaleWrite


def write_under_lease(connection: Connection, job: Job, values: dict[str, Any]) -> None:
    """Write under the lease the job was claimed with.

    Raises:
        StaleWrite: the lease ran out and another worker has the job.
    """
    changed = connection.execute(update(t.job).where(*leased(job)).values(**values))
    if changed.rowcount != 1:
        raise StaleWrite


def read_under_lease(connection: Connection, job: Job, *, locked: bool) -> RowMapping:
    """Return the row of a job that is still leased as it was claimed.

    Args:
        connection: in a transaction.
        job: as it was claimed.
        locked: whether nobody else may write the row until the transaction ends.

    Raises:
        StaleWrite: the lease ran out and another worker has the job, or has done it.
    """
    query = select(t.job).where(*leased(job))
    query = query.with_for_update() if locked else query
    row = connection.execute(query).mappings().first()
    if row is None:
        raise StaleWrite
    return row


def leased(job: Job) -> tuple[ColumnElement[bool], ...]:
    """Say of a row that it is the job, under the lease it was claimed with."""
    return (
        t.job.c.id == job.id,
        t.job.c.owner == job.owner,
        t.job.c.attempts == job.attempts,
        t.job.c.state == State.LEASED.value,
    )
