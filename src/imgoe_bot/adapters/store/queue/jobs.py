"""The queue: leases, fairness, and outcomes stored in one transaction with what follows them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.catalogue.places import store_uploads
from imgoe_bot.adapters.store.claiming.claims import Claims
from imgoe_bot.adapters.store.claiming.parked import (
    NOT_PARKED,
    let_others_go,
    park,
    probe_another,
    unpark,
)
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.job_states import NOT_DONE, state_is
from imgoe_bot.adapters.store.leases import FREE, due_at, leased, write_under_lease
from imgoe_bot.adapters.store.posts.extending import try_again_elsewhere, try_files_again
from imgoe_bot.adapters.store.posts.post_rows import answered_update
from imgoe_bot.adapters.store.posts.repeated_steps import close_step
from imgoe_bot.adapters.store.queue.early_answers import release_early, show_what_waits
from imgoe_bot.adapters.store.queue.next_steps import (
    lock_place,
    lock_post,
    order_delivery,
    order_follow_ups,
    release_answer,
    resume,
)
from imgoe_bot.adapters.store.queue.orphans import insert_orphan
from imgoe_bot.adapters.store.queue.second_tries import (
    AT_ONCE,
    ROUNDS_MAX,
    ask_for_server,
    try_server_again,
)
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.claim_order import lane_of
from imgoe_bot.domain.ids import AttachmentId, ChannelId, GuildId, PostId
from imgoe_bot.domain.job import (
    CARD_WAITS,
    NO_FOLLOW_UPS,
    FollowUps,
    Job,
    Sending,
    State,
    Step,
)
from imgoe_bot.domain.orphans import Orphan, likely_orphan
from imgoe_bot.domain.parking import Parking, Subject
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
            let_others_go(connection, job, failure)
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
            let_others_go(connection, job, failure)
            if begins_anew:
                release_answer(connection, job, goes_on=False)
            answered = connection.execute(answered_update(job.post_id, card).returning(t.post))
            post = rows.post_from(answered.mappings().one())
            order_follow_ups(connection, post, follow_ups)
            return order_delivery(connection, post, job, follow_ups)

        if follow_ups.request is None or failure is not None:
            return await self._claims.write(unit)
        following = await self._database.write(unit)
        if following is None or job.parked is not None:  # what goes later is left to others
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
        failures = 0 if failure is None else job.failures + 1
        counted = {"failures": failures, "failing_since": since} | NOT_PARKED
        values = FREE | due_at(at) | counted | rows.error_values(failure)
        is_late = job.step is Step.UPLOAD and since is not None and at - since >= CARD_WAITS

        def unit(connection: Connection) -> None:
            write_under_lease(connection, job, values)
            let_others_go(connection, job, failure)
            if is_late:
                release_early(connection, [job.post_id])

        await self._database.write(unit)
        if is_late or job.parked is not None:
            self._claims.wake()

    async def note_sending(
        self, job: Job, sending: Sending | None, *, orphan: Orphan | None = None
    ) -> None:
        """Note that a file is about to leave, or that it surely did not arrive; see the port."""
        values = {"sending": None if sending is None else rows.sending_value(sending)}

        def unit(connection: Connection) -> None:
            write_under_lease(connection, job, values)
            if orphan is not None:
                insert_orphan(connection, orphan)

        await self._database.write(unit)

    async def has_lost_answers(self, job: Job, *, host_url: str, since: datetime) -> bool:
        """Tell whether a host may have copies of ours that it never confirmed; see the port."""
        if job.sending is not None:
            return True
        left = select(t.orphan.c.id).where(
            t.orphan.c.host_url == host_url, t.orphan.c.sent_at >= since
        )
        lane = lane_of(job.step, job.host_url)
        sent = select(t.job.c.id).where(
            NOT_DONE, t.job.c.lane == lane, t.job.c.sending.is_not(None), t.job.c.id != job.id
        )

        def unit(connection: Connection) -> bool:
            return any(connection.execute(query.limit(1)).first() for query in (left, sent))

        return await self._database.read(unit)

    async def park(
        self, job: Job, parking: Parking, *, until: datetime, deliver: bool = False
    ) -> bool:
        """Have a job wait for its host, its key or its place; see the port."""

        def unit(connection: Connection) -> bool:
            values, lasts = park(connection, job, parking, until=until)
            write_under_lease(connection, job, values)
            if job.parked is not None and job.parked.subject != str(parking.subject):
                let_others_go(connection, job, parking.error)
            show_what_waits(connection, parking, job)
            if deliver:
                answered = connection.execute(answered_update(job.post_id, None).returning(t.post))
                post = rows.post_from(answered.mappings().one())
                order_delivery(connection, post, job, FollowUps(deliver=True, is_first=True))
            return lasts

        lasts = await self._database.write(unit)
        self._claims.wake()
        return lasts

    async def unpark(self, subject: Subject) -> None:
        """Let go whatever waits for this; see the port."""
        await self._claims.write(lambda connection: unpark(connection, str(subject)))

    async def try_again(self, post_id: PostId, *, files: Collection[AttachmentId]) -> int:
        """Have files tried once more that were given up or are parked; see the port."""
        return await self._claims.write(
            lambda connection: try_files_again(connection, post_id, files)
        )

    async def try_server_again(
        self, guild_id: GuildId, *, channel_id: ChannelId | None = None, of_key: bool = False
    ) -> int:
        """Have a server's files tried once more that were given up or are parked; see the port."""

        def unit(connection: Connection) -> int:
            return try_server_again(connection, guild_id, channel_id, of_key=of_key)

        tried = await self._claims.write(
            lambda connection: ask_for_server(connection, guild_id, channel_id)
        )
        for _ in range(ROUNDS_MAX):
            more = await self._claims.write(unit)
            tried += more
            if more < AT_ONCE:
                break
        return tried

    async def put_off(self, job: Job, *, at: datetime) -> None:
        """Put a job back as if it had not been begun; see the port."""
        values = FREE | due_at(at) | {"attempts": job.attempts - 1}

        def unit(connection: Connection) -> None:
            write_under_lease(connection, job, values)
            if job.parked is not None:
                probe_another(connection, job.parked.subject)

        await self._database.write(unit)

    async def release(self, owner: str) -> None:
        """Give back every lease of this owner.

        The try it cut short counts: the next one then looks for what it may have posted.
        """

        def unit(connection: Connection) -> None:
            connection.execute(
                update(t.job).where(t.job.c.owner == owner, state_is(State.LEASED)).values(**FREE)
            )

        await self._database.write(unit)


def _close(connection: Connection, job: Job, failure: ImgoeError | None) -> bool:
    """Close a step; True where it begins anew. Until when it was leased stays to be read."""
    state = State.DONE if failure is None else State.DEAD
    values = {"state": state.value, "owner": None, "sending": None} | NOT_PARKED
    orphan = _left_by(connection, job) if failure is not None else None
    if orphan is not None:
        insert_orphan(connection, orphan)
    return close_step(connection, job, values | rows.error_values(failure))


def _left_by(connection: Connection, job: Job) -> Orphan | None:
    """Return what a file that is given up may have left at its host."""
    if job.step is not Step.UPLOAD:
        return None
    sending = select(t.job.c.sending).where(*leased(job))
    found = rows.sending_from(connection.execute(sending).scalar())
    return likely_orphan(job, found) if found is not None else None
