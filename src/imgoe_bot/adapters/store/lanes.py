"""The lane a new job waits in: that of the image host its server has set; see the domain."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    bindparam,
    case,
    func,
    insert,
    literal,
    select,
    update,
)

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.job_states import NOT_DONE
from imgoe_bot.adapters.store.upsert import new_rows
from imgoe_bot.domain.claim_order import NO_HOST, OWN_HOST, lane_of
from imgoe_bot.domain.guild import GuildSettings
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.job import Step


def host_lane(guild_id: GuildId | ColumnElement[int]) -> ColumnElement[str]:
    """Return the lane of a server's jobs that ask an image host, as it is when they are stored."""
    host = select(func.nullif(t.guild.c.host_url, "")).where(t.guild.c.guild_id == guild_id)
    return func.coalesce(host.scalar_subquery(), literal(OWN_HOST))


_INSERT = insert(t.job).values(
    lane=case(
        (bindparam("asks_host", type_=Boolean), host_lane(bindparam("of_guild", type_=BigInteger))),
        else_=NO_HOST,
    )
)


def insert_jobs(connection: Connection, jobs: Sequence[dict[str, Any]]) -> None:
    """Store new jobs, each in its lane.

    Args:
        connection: in a transaction.
        jobs: the same columns in each, without the lane; none is fine.
    """
    if jobs:
        lanes = [
            {"asks_host": Step(job["step"]).asks_host, "of_guild": job["guild_id"]} for job in jobs
        ]
        rows = [job | lane for job, lane in zip(jobs, lanes, strict=True)]
        connection.execute(_INSERT, rows)


def insert_new_job(connection: Connection, job: dict[str, Any]) -> None:
    """Store a new job in its lane, unless its post has one of the same step and file.

    Args:
        connection: in a transaction.
        job: all of its columns, without the lane.
    """
    asks_host = Step(job["step"]).asks_host
    lane = host_lane(GuildId(job["guild_id"])) if asks_host else literal(NO_HOST)
    connection.execute(new_rows(connection, t.job).values(**job, lane=lane))


def move_to_host(connection: Connection, settings: GuildSettings) -> None:
    """Let what a server still has to do wait for the host it has set now."""
    lane = lane_of(Step.UPLOAD, settings.host_url)
    waiting = (
        t.job.c.guild_id == settings.guild_id,
        NOT_DONE,
        t.job.c.lane.not_in((NO_HOST, lane)),
    )
    connection.execute(update(t.job).where(*waiting).values(lane=lane))
