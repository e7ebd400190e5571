"""The operator looks at jobs, has them tried again, and ends them."""

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, Connection, RowMapping, select, update

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.claiming.claims import Claims
from imgoe_bot.adapters.store.claiming.parked import NOT_PARKED, ask_now, probe_another
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.posts.extending import try_files_again
from imgoe_bot.adapters.store.posts.repeated_steps import RESTARTED
from imgoe_bot.adapters.store.queue.next_steps import lock_post, release_answer
from imgoe_bot.adapters.store.queue.orphans import insert_orphan
from imgoe_bot.domain.ids import JobId
from imgoe_bot.domain.job import State, Step
from imgoe_bot.domain.job_search import FoundJob, JobSearch
from imgoe_bot.domain.orphans import likely_orphan
from imgoe_bot.errors import EndedByOperator

_Act = Callable[[Connection, RowMapping], int]
_OPEN = (State.WAITING.value, State.READY.value, State.PARKED.value, State.LEASED.value)


class SqlJobDesk:
    """Jobs, as ``imgoe-bot jobs`` sees them."""

    def __init__(self, database: Database, *, claims: Claims) -> None:
        self._database = database
        self._claims = claims

    async def find(self, search: JobSearch, *, limit: int) -> tuple[FoundJob, ...]:
        """Return the jobs that are meant, the oldest first."""
        query = (
            select(t.job, t.post.c.channel_id, t.post.c.message_id)
            .join(t.post, t.post.c.id == t.job.c.post_id)
            .where(*_meant(search))
            .order_by(t.job.c.id)
            .limit(limit)
        )

        def unit(connection: Connection) -> tuple[FoundJob, ...]:
            return tuple(map(_found, connection.execute(query).mappings()))

        return await self._database.read(unit)

    async def retry(self, ids: Sequence[JobId]) -> int:
        """Have jobs tried now that were given up, wait for a later try, or are parked.

        Returns:
            How many.
        """
        return await self._each(_retry, ids)

    async def cancel(self, ids: Sequence[JobId]) -> int:
        """End jobs that have not ended; one under way loses its lease.

        Returns:
            How many.
        """
        return await self._each(_cancel, ids)

    async def _each(self, act: _Act, ids: Sequence[JobId]) -> int:
        done = 0
        for job_id in ids:

            def unit(connection: Connection, job_id: JobId = job_id) -> int:
                query = select(t.job).where(t.job.c.id == job_id)
                row = connection.execute(query).mappings().first()
                if row is None:
                    return 0
                lock_post(connection, row["post_id"])
                row = connection.execute(query).mappings().one()
                return act(connection, row)

            done += await self._claims.write(unit)
        return done


def _meant(search: JobSearch) -> list[ColumnElement[bool]]:
    job = t.job.c
    state = job.state != State.DONE.value if search.state is None else job.state == search.state
    which: list[ColumnElement[bool]] = [state]
    if search.ids:
        which = [job.id.in_(search.ids)]
    if search.guild_id is not None:
        which.append(job.guild_id == search.guild_id)
    if search.host is not None:
        which.append(job.lane == search.host)
    if search.error is not None:
        which.append(job.error == search.error)
    if search.before is not None:
        which.append(job.run_at < search.before)
    return which


def _found(row: RowMapping) -> FoundJob:
    kept = ("id", "post_id", "guild_id", "channel_id", "message_id", "filename", "lane", "run_at")
    told = ("attempts", "failures", "failing_since", "parked_on", "parked_until", "lease_until")
    error = rows.rebuilt_error(row["error"], row["error_facts"]) if row["error"] else None
    return FoundJob(
        **{name: row[name] for name in (*kept, *told)},
        step=Step(row["step"]),
        state=State(row["state"]),
        error=error,
        sending=rows.sending_from(row["sending"]),
    )


def _retry(connection: Connection, row: RowMapping) -> int:
    mine = t.job.c.id == row["id"]
    if row["state"] == State.DEAD.value and row["step"] == Step.UPLOAD.value:
        return try_files_again(connection, row["post_id"], [row["attachment_id"]])
    if row["state"] == State.DEAD.value:
        values = RESTARTED | {"state": State.READY.value, "due": True}
        return connection.execute(update(t.job).where(mine).values(**values)).rowcount
    later = (mine, t.job.c.state == State.READY.value, t.job.c.due.is_(False))
    now = connection.execute(update(t.job).where(*later).values(due=True)).rowcount
    return now + ask_now(connection, mine)


def _cancel(connection: Connection, row: RowMapping) -> int:
    """End a job; a parking whose probe it was sends another one at once."""
    ended = {"state": State.DEAD.value, "owner": None, "sending": None} | NOT_PARKED
    mine = (t.job.c.id == row["id"], t.job.c.state.in_(_OPEN))
    values = ended | rows.error_values(EndedByOperator())
    if not connection.execute(update(t.job).where(*mine).values(**values)).rowcount:
        return 0
    if row["parked_on"] and row["state"] != State.PARKED.value:
        probe_another(connection, row["parked_on"])
    job = rows.job_from(row)
    if job.step is Step.UPLOAD:
        if job.sending is not None:
            insert_orphan(connection, likely_orphan(job, job.sending))
        release_answer(connection, job, goes_on=False)
    return 1
