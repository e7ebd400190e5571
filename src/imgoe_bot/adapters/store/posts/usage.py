"""What was stored of late and is under way, as quotas count it."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.job_states import state_is
from imgoe_bot.domain.ids import GuildId, JobId, UserId
from imgoe_bot.domain.job import State
from imgoe_bot.domain.quota import Usage


def count_usage(
    connection: Connection,
    guild_id: GuildId,
    user_id: UserId | None,
    *,
    since: datetime,
    which: ColumnElement[bool] | None = None,
) -> Usage:
    """Count what is under way first: what ends between the two reads is then counted twice.

    Args:
        connection: in a transaction.
        guild_id: whose.
        user_id: whose of them; None: everybody's.
        since: what was stored before is not counted.
        which: of what is under way; None: all of it.
    """
    running = [
        t.job.c.guild_id == guild_id,
        state_is(State.LEASED),
        t.job.c.admitted,
    ]
    stored = [t.upload.c.guild_id == guild_id, t.upload.c.created_at >= since]
    if which is not None:
        running.append(which)
    if user_id is not None:
        running.append(t.post.c.author_id == user_id)
        stored.append(t.upload.c.uploader_id == user_id)
    jobs = select(func.count()).join_from(t.job, t.post, t.post.c.id == t.job.c.post_id)
    under_way = connection.execute(jobs.where(*running)).scalar_one()
    sums = select(func.count(), func.coalesce(func.sum(t.upload.c.size_bytes), 0)).where(*stored)
    files, size_bytes = connection.execute(sums).one()
    return Usage(int(files), int(size_bytes), int(under_way))


def others_of(job_id: JobId, *, before_it: bool) -> ColumnElement[bool]:
    """Say of a job that it counts as under way for another one.

    Args:
        job_id: the other one.
        before_it: whether that counts for others itself, since before it was let in; then those
            that were ordered before go first.
    """
    return t.job.c.id < job_id if before_it else t.job.c.id != job_id
