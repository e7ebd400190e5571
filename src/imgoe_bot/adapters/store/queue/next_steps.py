"""What follows a step that is done: stored with its outcome, maybe leased to its worker."""

from typing import Any

from sqlalchemy import Connection, ScalarSelect, insert, select, update

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.breaker import lock_breaker
from imgoe_bot.adapters.store.catalogue.places import PLACE_OF_POST, PostPlace, place_of_post
from imgoe_bot.adapters.store.job_states import state_is
from imgoe_bot.adapters.store.lanes import insert_jobs
from imgoe_bot.adapters.store.leases import due_at
from imgoe_bot.adapters.store.posts.post_jobs import job_values, order_preview, order_reviews
from imgoe_bot.adapters.store.posts.repeated_steps import ENDED, open_uploads, repeat_step
from imgoe_bot.adapters.store.queue.message_decisions import carry_out, decide_on
from imgoe_bot.domain.claim_order import NO_HOST
from imgoe_bot.domain.job import FollowUps, Job, State, Step
from imgoe_bot.domain.post import Post
from imgoe_bot.errors import StaleWrite


def lock_post(connection: Connection, post_id: str) -> None:
    """Let what changes a post's jobs do so one after the other: each must see what is left.

    SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        query = select(t.post.c.id).where(t.post.c.id == post_id)
        connection.execute(query.with_for_update(key_share=True))


def lock_place(connection: Connection, post_id: str) -> PostPlace:
    """Do the same, and return where the post was made.

    Raises:
        StaleWrite: it was erased.
    """
    query = PLACE_OF_POST.where(t.post.c.id == post_id).with_for_update(key_share=True)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise StaleWrite
    return place_of_post(row)


FOLLOWING = {Step.UPLOAD: Step.ANNOUNCE, Step.ANNOUNCE: Step.DELIVER}
"""The step that a worker goes on with."""


def resume(connection: Connection, job: Job) -> Job | None:
    """Return what a worker goes on with if its outcome was stored, and only the answer was lost.

    Raises:
        StaleWrite: it was not: another worker has the job.
    """
    closed = (t.job.c.id == job.id, t.job.c.state.in_(ENDED), t.job.c.attempts == job.attempts)
    if connection.execute(select(t.job.c.id).where(*closed)).first() is None:
        raise StaleWrite
    leased_on = (
        t.job.c.post_id == job.post_id,
        t.job.c.step == FOLLOWING[job.step].value,
        state_is(State.LEASED),
        t.job.c.owner == job.owner,
    )
    row = connection.execute(select(t.job).where(*leased_on)).mappings().first()
    return rows.job_from(row) if row is not None else None


def release_answer(connection: Connection, job: Job, *, goes_on: bool) -> Job | None:
    """Let a post be answered once all its files have come to an end.

    An answer under way can't show the file that has just done so, and is followed by another.

    Args:
        connection: in a transaction.
        job: the file's, closed already.
        goes_on: whether the worker of the file goes on with the answer.

    Returns:
        The answer's job if the worker goes on with it.
    """
    mine = (t.job.c.post_id == job.post_id, t.job.c.step == Step.ANNOUNCE.value)
    waiting = (t.job.c.state == State.WAITING.value, ~open_uploads(job.post_id).exists())
    begun = _leased_on(job) if goes_on else {"state": State.READY.value}
    released = connection.execute(
        update(t.job).where(*mine, *waiting).values(**begun).returning(t.job)
    )
    row = released.mappings().first()
    if row is None:
        connection.execute(
            update(t.job)
            .where(*mine, t.job.c.state == State.LEASED.value)
            .values(position=t.job.c.position + 1)
        )
    return rows.job_from(row) if row and goes_on else None


def _leased_on(job: Job) -> dict[str, Any]:
    """Return the columns of a step that the worker of a closed one goes on with."""
    return {
        "state": State.LEASED.value,
        "owner": job.owner,
        "lease_until": _lease_of(job),
        "attempts": t.job.c.attempts + 1,
        "admitted": False,
    }


def _lease_of(job: Job) -> ScalarSelect[Any]:
    """Return the query for until when a closed job was leased; it was renewed since its claim."""
    closed = t.job.alias()
    return select(closed.c.lease_until).where(closed.c.id == job.id).scalar_subquery()


def order_follow_ups(connection: Connection, post: Post, follow_ups: FollowUps) -> None:
    """Store what follows an answer beside its direct message."""
    if follow_ups.retire_at is not None and post.withdrawn_at is not None:
        retire = job_values(post, Step.RETIRE, State.READY)
        insert_jobs(connection, [retire | due_at(follow_ups.retire_at)])
    if follow_ups.preview_at is not None:
        order_preview(connection, post, follow_ups.preview_at)
    if follow_ups.has_reviews:
        order_reviews(connection, post)


def order_delivery(
    connection: Connection, post: Post, job: Job, follow_ups: FollowUps
) -> Job | None:
    """Order the direct message of a post that was just answered.

    Returns:
        Its job, where the worker of the answer goes on with it.
    """
    if not follow_ups.deliver:
        return None
    if not follow_ups.is_first and repeat_step(connection, post.id, Step.DELIVER):
        return None
    ordered = job_values(post, Step.DELIVER, State.READY)
    request = follow_ups.request
    if request is None:
        insert_jobs(connection, [ordered])
        return None
    lock_breaker(connection)
    due, verdict = decide_on(connection, request, None)
    if due.breaker.reason is not None:  # who finds out whether Discord takes them again says so
        insert_jobs(connection, [ordered])
        return None
    values = carry_out(connection, verdict, request, due, post_id=post.id)
    begun = _leased_on(job) | {"attempts": 1} if "state" not in values else {}
    stored = ordered | {"lane": NO_HOST} | begun | values
    row = connection.execute(insert(t.job).values(**stored).returning(t.job)).mappings().one()
    return rows.job_from(row, is_scheduled=bool(values)) if begun else None
