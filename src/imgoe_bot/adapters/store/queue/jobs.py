"""The queue: leases, fairness, and outcomes stored in one transaction with what follows them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.catalogue.places import store_uploads
from imgoe_bot.adapters.store.claiming.claims import Claims
from imgoe_bot.adapters.store.claiming.dead_leases import CUT_SHORT
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.job_states import state_is
from imgoe_bot.adapters.store.leases import FREE, due_at, write_under_lease
from imgoe_bot.adapters.store.posts.extending import try_again_elsewhere
from imgoe_bot.adapters.store.posts.post_rows import answered_update
from imgoe_bot.adapters.store.posts.repeated_steps import close_step
from imgoe_bot.adapters.store.queue.next_steps import (
    lock_place,
    lock_post,
    order_delivery,
    order_follow_ups,
    release_answer,
    resume,
)
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.job import (
    CARD_WAITS,
    NO_FOLLOW_UPS,
    FollowUps,
    Job,
    State,
    Step,
    may_have_stored,
)
from imgoe_bot.domain.post import MessageLocation
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import ImgoeError, StaleWrite


class SqlJobStore:
    """``ports.JobStore`` in SQL."""

    def __init__(self, database: Database, *, vault: Vault, claims: Claims) -> None:
        self._database = database
        self._vault = vault
        self._claims = claims
        self.attend = claims.attend
        self.has_due = claims.has_due
        self.claim = claims.claim

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
        self,
        job: Job,
        upload: Upload | None,
        failure: ImgoeError | None,
        *,
        goes_on: bool = False,
    ) -> Job | None:
        """Store an upload step's outcome; the post's last one releases its answer; see the port."""

        def unit(connection: Connection) -> Job | None:
            place = lock_place(connection, job.post_id)
            try:
                _close(connection, job, failure)
            except StaleWrite:
                if goes_on:
                    return resume(connection, job)
                raise
            if upload is not None:
                store_uploads(connection, [upload], place, vault=self._vault)
            else:
                try_again_elsewhere(connection, job)
            return release_answer(connection, job, goes_on=goes_on)

        if goes_on and failure is None:  # then nothing is left to others
            return await self._database.write(unit)
        return await self._claims.write(unit)

    async def finish_announce(
        self,
        job: Job,
        card: MessageLocation | None,
        *,
        failure: ImgoeError | None = None,
        follow_ups: FollowUps = NO_FOLLOW_UPS,
    ) -> Job | None:
        """Store where the answer stands, and the steps that follow; see the port."""

        def unit(connection: Connection) -> Job | None:
            lock_post(connection, job.post_id)
            try:
                begins_anew = _close(connection, job, failure)
            except StaleWrite:
                if follow_ups.request is not None:
                    return resume(connection, job)
                raise
            if begins_anew:
                release_answer(connection, job, goes_on=False)
            answered = connection.execute(answered_update(job.post_id, card).returning(t.post))
            post = rows.post_from(answered.mappings().one())
            order_follow_ups(connection, post, follow_ups)
            return order_delivery(connection, post, job, follow_ups)

        if follow_ups.request is None or failure is not None:
            return await self._claims.write(unit)
        following = await self._database.write(unit)
        if following is None:  # what goes later, or has to be done once more, is left to others
            self._claims.wake()
        return following

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
        values = FREE | due_at(at) | {"failing_since": since, "may_be_sent": sent}

        is_late = job.step is Step.UPLOAD and since is not None and at - since >= CARD_WAITS

        def unit(connection: Connection) -> None:
            write_under_lease(connection, job, values | rows.error_values(failure))
            if is_late:
                _release_early(connection, job)

        await self._database.write(unit)
        if is_late:
            self._claims.wake()

    async def put_off(self, job: Job, *, at: datetime) -> None:
        """Put a job back as if it had not been begun; see the port."""
        values = FREE | due_at(at) | {"attempts": job.attempts - 1}

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
                .where(t.job.c.owner == owner, state_is(State.LEASED))
                .values(**CUT_SHORT)
            )

        await self._database.write(unit)


def _close(connection: Connection, job: Job, failure: ImgoeError | None) -> bool:
    """Close a step; True where it begins anew. Until when it was leased stays to be read."""
    state = State.DONE if failure is None else State.DEAD
    values = {"state": state.value, "owner": None} | rows.error_values(failure)
    return close_step(connection, job, values)


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
