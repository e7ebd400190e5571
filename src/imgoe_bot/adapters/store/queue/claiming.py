"""Which jobs a worker takes next, so that no guild, no host and no job keeps others from theirs."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.job import Job, State, Step, after_death

ASKS_HOST = t.job.c.step.in_([step.value for step in Step if step.asks_host])
HOST = func.coalesce(t.guild.c.host_url, "")
_Ranked = Select[Any, Any, Any, Any, Any]
FREE: dict[str, Any] = {"state": State.READY.value, "owner": None, "lease_until": None}


def due_jobs(now: datetime, held: Sequence[Job], *, share: int, limit: int) -> Select[int]:
    """Ids of the jobs to take next: each guild's first, then each guild's second, and so on.

    What the worker holds counts as taken already, by guild and by host. Another worker's claim
    under way is stepped over and not waited for. SQLite knows no row locks: there the transaction
    holds the whole file.
    """
    is_due = and_(
        or_(and_(t.job.c.state == State.READY.value, t.job.c.run_at <= now), _lapsed(now)),
        t.job.c.id.not_in([job.id for job in held]),
    )
    ranked = _by_guild(held).where(is_due).subquery()
    mine = max(1, share - 1)
    lined = _by_host(ranked.c, held).where(ranked.c.turn <= mine).subquery()
    return (
        select(t.job.c.id)
        .join(lined, lined.c.id == t.job.c.id)
        .where(is_due, or_(not_(lined.c.asks_host), lined.c.place <= share))
        .order_by(lined.c.turn, lined.c.run_at, lined.c.id)
        .limit(limit)
        .with_for_update(of=t.job, skip_locked=True)
    )


def _lapsed(now: datetime) -> ColumnElement[bool]:
    return and_(t.job.c.state == State.LEASED.value, t.job.c.lease_until <= now)


def _by_guild(held: Sequence[Job]) -> _Ranked:
    """Return the query for jobs with their turn among those of the same guild."""
    line = func.row_number().over(
        partition_by=t.job.c.guild_id, order_by=(t.job.c.run_at, t.job.c.id)
    )
    taken = _count(t.job.c.guild_id, Counter(job.guild_id for job in held))
    return select(
        t.job.c.id,
        t.job.c.run_at,
        ASKS_HOST.label("asks_host"),
        HOST.label("host"),
        (line + taken).label("turn"),
    ).outerjoin_from(t.job, t.guild, t.guild.c.guild_id == t.job.c.guild_id)


def _by_host(ranked: Any, held: Sequence[Job]) -> _Ranked:  # columns of a subquery
    """Return the query for the same with their place among those that ask the same host."""
    line = func.row_number().over(
        partition_by=(ranked.asks_host, ranked.host),
        order_by=(ranked.turn, ranked.run_at, ranked.id),
    )
    taken = _count(ranked.host, Counter(job.host_url for job in held if job.step.asks_host))
    return select(
        ranked.id, ranked.run_at, ranked.turn, ranked.asks_host, (line + taken).label("place")
    )


def _count(of: ColumnElement[Any], held: Mapping[Any, int]) -> ColumnElement[int]:
    return case(dict(held), value=of, else_=0) if held else literal(0)


def put_killed_apart(connection: Connection, now: datetime, held: Sequence[Job]) -> None:
    """Let jobs wait whose process ended more than once while they were worked on."""
    query = select(t.job.c.id, t.job.c.attempts).where(
        _lapsed(now), t.job.c.attempts > 1, t.job.c.id.not_in([job.id for job in held])
    )
    locked = query.with_for_update(of=t.job, skip_locked=True)
    for job_id, attempts in connection.execute(locked).all():
        wait = after_death(attempts, chance=random.random())  # noqa: S311  # no secret
        values = FREE | {"run_at": now + wait}
        connection.execute(update(t.job).where(t.job.c.id == job_id).values(**values))


def hosts_of(connection: Connection, guild_ids: set[GuildId]) -> dict[GuildId, str]:
    """Return the image hosts that these guilds have set; the process's own is in no row."""
    query = select(t.guild.c.guild_id, t.guild.c.host_url).where(t.guild.c.guild_id.in_(guild_ids))
    return {guild_id: url for guild_id, url in connection.execute(query).all()}
