"""What was stored of late and is under way, as quotas count it."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.domain.ids import GuildId, JobId, UserId
from imgoe_bot.domain.job import State
from imgoe_bot.domain.quota import Usage


def count_usage(
    connection: Connection,
    guild_id: GuildId,
    user_id: UserId | None,
    *,
    since: datetime,
    but: JobId | None = None,
) -> Usage:
    """Count what is under way first: what ends between the two reads is then counted twice."""
    running = [
        t.job.c.guild_id == guild_id,
        t.job.c.state == State.LEASED.value,
        t.job.c.admitted,
    ]
    stored = [t.upload.c.guild_id == guild_id, t.upload.c.created_at >= since]
    if but is not None:
        running.append(t.job.c.id != but)
    if user_id is not None:
        running.append(t.post.c.author_id == user_id)
        stored.append(t.upload.c.uploader_id == user_id)
    jobs = select(func.count()).join_from(t.job, t.post, t.post.c.id == t.job.c.post_id)
    under_way = connection.execute(jobs.where(*running)).scalar_one()
    sums = select(func.count(), func.coalesce(func.sum(t.upload.c.size_bytes), 0)).where(*stored)
    files, size_bytes = connection.execute(sums).one()
    return Usage(int(files), int(size_bytes), int(under_way))
