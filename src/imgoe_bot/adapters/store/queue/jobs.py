"""The queue: leases, fairness, and outcomes stored in one transaction with what follows them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.leases import write_under_lease
from imgoe_bot.adapters.store.posts.extending import try_again_elsewhere
from imgoe_bot.adapters.store.posts.listing import (
    PLACE_OF_POST,
    PostPlace,
    place_of_post,
    store_uploads,
)
from imgoe_bot.adapters.store.posts.post_jobs import job_values, order_preview, order_reviews
from imgoe_bot.adapters.store.posts.post_rows import answered_update
from imgoe_bot.adapters.store.posts.repeated_steps import (
    open_uploads,
    repeat_step,
    restart_if_repeated,
)
from imgoe_bot.adapters.store.queue.claiming import FREE, due_jobs, hosts_of, put_killed_apart
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.job import CARD_WAITS, Job, State, Step, may_have_stored
from imgoe_bot.domain.post import MessageLocation
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import ImgoeError, StaleWrite


class SqlJobStore:
    """``ports.JobStore`` in SQL."""

    def __init__(self, database: Database, *, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def claim(
        self,
        *,
        owner: str,
        now: datetime,
        lease: timedelta,
        limit: int,
        share: int,
        held: Sequence[Job],
    ) -> tuple[Job, ...]:
        """Lease due jobs, taking guilds in turn; see the port."""

        def unit(connection: Connection) -> tuple[Job, ...]:
            put_killed_apart(connection, now, held)
            due = due_jobs(now, held, share=share, limit=limit)
            ids = connection.execute(due).scalars().all()
            if not ids:
                return ()
            claimed = connection.execute(
                update(t.job)
                .where(t.job.c.id.in_(ids))
                .values(
                    state=State.LEASED.value,
                    owner=owner,
                    lease_until=now + lease,
                    attempts=t.job.c.attempts + 1,
                    admitted=False,
                )
                .returning(t.job)
            )
            found = list(claimed.mappings())
            hosts = hosts_of(connection, {row["guild_id"] for row in found})
            return tuple(
                rows.job_from(row, host_url=hosts.get(row["guild_id"], "")) for row in found
            )

        return await self._database.write(unit)

    async def extend(
        self, jobs: Sequence[Job], *, owner: str, now: datetime, lease: timedelta
    ) -> None:
        """Renew the leases of these jobs, as far as they are still this owner's."""

        def unit(connection: Connection) -> None:
            connection.execute(
                update(t.job)
                .where(
                    t.job.c.id.in_([job.id for job in jobs]),
                    t.job.c.owner == owner,
                    t.job.c.state == State.LEASED.value,
                )
                .values(lease_until=now + lease)
            )

        await self._database.write(unit)

    async def finish_upload(
        self, job: Job, upload: Upload | None, failure: ImgoeError | None
    ) -> None:
        """Store an upload step's outcome; the post's last one releases its answer."""

        def unit(connection: Connection) -> None:
            place = _lock_post(connection, job)
            _close(connection, job, failure)
            if upload is not None:
                store_uploads(connection, [upload], place, vault=self._vault)
            else:
                try_again_elsewhere(connection, job)
            _release_answer(connection, job)

        await self._database.write(unit)

    async def finish_announce(
        self,
        job: Job,
        card: MessageLocation | None,
        *,
        deliver: bool,
        failure: ImgoeError | None = None,
        retire_at: datetime | None = None,
        preview_at: datetime | None = None,
    ) -> None:
        """Store where the answer stands, and the steps that follow; see the port."""

        def unit(connection: Connection) -> None:
            _lock_post(connection, job)
            _close(connection, job, failure)
            answered = connection.execute(answered_update(job.post_id, card).returning(t.post))
            post = rows.post_from(answered.mappings().one())
            following: list[dict[str, Any]] = []
            if deliver and not repeat_step(connection, post.id, Step.DELIVER):
                following.append(job_values(post, Step.DELIVER, State.READY))
            if retire_at is not None and post.withdrawn_at is not None:
                retire = job_values(post, Step.RETIRE, State.READY)
                following.append(retire | {"run_at": retire_at})
            if following:
                connection.execute(insert(t.job), following)
            if preview_at is not None:
                order_preview(connection, post, preview_at)
            order_reviews(connection, post)
            _release_answer(connection, job)

        await self._database.write(unit)

    async def finish(self, job: Job, failure: ImgoeError | None) -> None:
        """Store the outcome of a step that nothing follows."""

        def unit(connection: Connection) -> None:
            _close(connection, job, failure)

        await self._database.write(unit)

    async def retry(
        self, job: Job, failure: ImgoeError | None, *, at: datetime, since: datetime | None = None
    ) -> None:
        """Put a job back until a later time; see the port."""
        sent = failure is not None and (job.may_be_sent or may_have_stored(failure))
        values = FREE | {"run_at": at, "failing_since": since, "may_be_sent": sent}

        def unit(connection: Connection) -> None:
            write_under_lease(connection, job, values | rows.error_values(failure))
            if job.step is Step.UPLOAD and since is not None and at - since >= CARD_WAITS:
                _release_early(connection, job)

        await self._database.write(unit)

    async def put_off(self, job: Job, *, at: datetime) -> None:
        """Put a job back as if it had not been begun; see the port."""
        values = FREE | {"run_at": at, "attempts": job.attempts - 1}

        def unit(connection: Connection) -> None:
            write_under_lease(connection, job, values)

        await self._database.write(unit)

    async def release(self, owner: str) -> None:
        """Give back every lease of this owner.

        The try it cut short counts: the next one then looks for what it may have posted.
        """

        def unit(connection: Connection) -> None:
            connection.execute(
                update(t.job)
                .where(t.job.c.owner == owner, t.job.c.state == State.LEASED.value)
                .values(**FREE)
            )

        await self._database.write(unit)


def _lock_post(connection: Connection, job: Job) -> PostPlace:
    """Let what changes a post's jobs do so one after the other: each must see what is left."""
    query = PLACE_OF_POST.where(t.post.c.id == job.post_id)
    row = connection.execute(query.with_for_update(key_share=True)).mappings().first()
    if row is None:
        raise StaleWrite
    return place_of_post(row)


def _close(connection: Connection, job: Job, failure: ImgoeError | None) -> None:
    state = State.DONE if failure is None else State.DEAD
    values = {"state": state.value, "owner": None, "lease_until": None}
    write_under_lease(connection, job, values | rows.error_values(failure))
    restart_if_repeated(connection, job)


def _release_answer(connection: Connection, job: Job) -> None:
    """Let a post be answered once all its files have come to an end.

    An answer under way can't show the file that has just done so, and is followed by another.
    """
    mine = (t.job.c.post_id == job.post_id, t.job.c.step == Step.ANNOUNCE.value)
    connection.execute(
        update(t.job)
        .where(*mine, t.job.c.state == State.LEASED.value)
        .values(position=t.job.c.position + 1)
    )
    connection.execute(
        update(t.job)
        .where(
            *mine,
            t.job.c.state == State.WAITING.value,
            ~open_uploads(job.post_id).exists(),
        )
        .values(state=State.READY.value)
    )


def _release_early(connection: Connection, job: Job) -> None:
    """Let a post be answered with the copies there are; what comes later is added to its card."""
    unanswered = select(t.post.c.id).where(t.post.c.id == job.post_id, t.post.c.answered.is_(False))
    copies = select(t.upload.c.id).where(t.upload.c.post_id == job.post_id)
    connection.execute(
        update(t.job)
        .where(
            t.job.c.post_id == job.post_id,
            t.job.c.step == Step.ANNOUNCE.value,
            t.job.c.state == State.WAITING.value,
            unanswered.exists(),
            copies.exists(),
        )
        .values(state=State.READY.value)
    )
