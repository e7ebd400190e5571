"""What can be told of the work for one server."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.job_states import IS_DEAD, NOT_DONE
from imgoe_bot.domain.ids import GuildId, PostId, UserId
from imgoe_bot.domain.job import State, Step
from imgoe_bot.domain.status import Health, PostJobs, Queue

BESIDE = (Step.PREVIEW, Step.REVIEW, Step.REFRESH)
"""What is done to cards that stand: nobody waits for it."""


class SqlStatusStore:
    """``ports.StatusStore`` in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def queue(self, guild_id: GuildId) -> Queue:
        """Count the server's jobs; see the port."""
        query = (
            select(t.job.c.state, func.count(), func.min(t.job.c.run_at))
            .where(
                t.job.c.guild_id == guild_id,
                NOT_DONE,
                t.job.c.step.not_in([step.value for step in BESIDE]),
            )
            .group_by(t.job.c.state)
        )

        def unit(connection: Connection) -> Queue:
            found = {row[0]: (row[1], row[2]) for row in connection.execute(query)}
            count = {state: found.get(state.value, (0, None))[0] for state in State}
            since = [found[s.value][1] for s in (State.READY, State.LEASED) if s.value in found]
            return Queue(
                ready=count[State.READY] + count[State.WAITING],
                leased=count[State.LEASED],
                dead=count[State.DEAD],
                oldest_at=min(since, default=None),
            )

        return await self._database.read(unit)

    async def health(self, guild_id: GuildId) -> Health:
        """Return what the image host did last for the server."""
        newest = select(func.max(t.upload.c.created_at)).where(t.upload.c.guild_id == guild_id)

        def unit(connection: Connection) -> Health:
            kept_at: datetime | None = connection.execute(newest).scalar()
            given_up = (
                select(t.job)
                .where(
                    t.job.c.guild_id == guild_id,
                    IS_DEAD,
                    t.job.c.step == Step.UPLOAD.value,
                )
                .order_by(t.job.c.id.desc())
                .limit(1)
            )
            if kept_at is not None:
                given_up = given_up.where(t.job.c.run_at > kept_at)
            failed = connection.execute(given_up).mappings().first()
            return Health(kept_at, rows.failure_from(failed).error if failed else None)

        return await self._database.read(unit)

    async def dms_closed_until(self, user_id: UserId) -> datetime | None:
        """Return until when a person is sent no direct messages, None when they are."""
        query = select(t.person.c.dms_closed_until).where(t.person.c.user_id == user_id)

        def unit(connection: Connection) -> datetime | None:
            closed_until: datetime | None = connection.execute(query).scalar()
            return closed_until

        return await self._database.read(unit)

    async def jobs_of(self, post_id: PostId) -> PostJobs:
        """Return what is left to do of a post, and what failed; see the port."""
        steps = (Step.UPLOAD.value, Step.ANNOUNCE.value)
        query = select(t.job).where(t.job.c.post_id == post_id, t.job.c.step.in_(steps))

        def unit(connection: Connection) -> PostJobs:
            found = connection.execute(query.order_by(t.job.c.position)).mappings()
            jobs = [job for job in found if job["state"] != State.DONE.value]
            files = [job for job in jobs if job["step"] == Step.UPLOAD.value]
            dead = [job for job in jobs if job["state"] == State.DEAD.value]
            answers = [job for job in dead if job["step"] == Step.ANNOUNCE.value]
            return PostJobs(
                pending=len([job for job in files if job not in dead]),
                failures=tuple(rows.failure_from(job) for job in files if job["error"]),
                answer=rows.failure_from(answers[0]).error if answers else None,
            )

        return await self._database.read(unit)
