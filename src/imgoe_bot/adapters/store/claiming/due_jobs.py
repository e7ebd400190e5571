"""The jobs that are next in each lane, found by jumps from server to server along one index.

Nothing here is longer the more jobs wait, or servers, or lanes. ``state = 'ready' AND due`` is
spelled out, for that is what the index holds; see ``tables``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, Integer, Text, TextClause, bindparam, text

from imgoe_bot.domain.claim_order import NO_HOST, DueJob, Hands, Round
from imgoe_bot.domain.ids import GuildId, JobId

BEFORE_ALL = -1
"""No server's id."""
FEWEST_SLOTS = 2
"""For the steps that ask no host and for the process's own: most have no other."""

_LANES = """
WITH RECURSIVE start (part, lane, many) AS (
    VALUES (1, :passed, 1), (2, :other, :many), (3, '', :many)
), found (part, lane, many) AS (
    SELECT 0, (SELECT lane FROM job WHERE state = 'ready' AND due AND lane = '' LIMIT 1), 1
    UNION ALL
    SELECT part, (
        SELECT job.lane FROM job WHERE state = 'ready' AND due AND job.lane > start.lane
        ORDER BY job.lane LIMIT 1
    ), many FROM start
    UNION ALL
    SELECT part, (
        SELECT job.lane FROM job WHERE state = 'ready' AND due AND job.lane > found.lane
        ORDER BY job.lane LIMIT 1
    ), many - 1 FROM found WHERE lane IS NOT NULL AND many > 1
)
SELECT part, lane FROM found WHERE lane IS NOT NULL ORDER BY part, many DESC
"""
"""Whether a job waits that asks no host; hosts with jobs: after ``passed``, ``other``, and all."""

_HEADS = """
WITH RECURSIVE start (slot, lane, after, many) AS (
    VALUES {slots}
), head (slot, lane, guild_id, began, many) AS (
    SELECT slot, lane, {first}, {first}, many FROM start WHERE lane IS NOT NULL
    UNION ALL
    SELECT slot, lane, nullif({following}, began), began, many - 1
    FROM head WHERE guild_id IS NOT NULL AND many > 1
)
SELECT job.id, head.lane, head.guild_id FROM head {jobs}
ORDER BY head.slot, head.many DESC, job.run_at, job.id
"""
"""The servers after ``after`` in each slot's lane, then those before, and the jobs of each."""

_NEXT = """coalesce((
    SELECT job.guild_id FROM job WHERE state = 'ready' AND due
    AND job.lane = {at}.lane AND job.guild_id > {at}.{after} ORDER BY job.guild_id LIMIT 1
), (
    SELECT job.guild_id FROM job WHERE state = 'ready' AND due
    AND job.lane = {at}.lane ORDER BY job.guild_id LIMIT 1
))"""

_JOBS = """
    SELECT one.id, one.run_at FROM job AS one WHERE state = 'ready' AND due
    AND one.lane = head.lane AND one.guild_id = head.guild_id {but}
    ORDER BY one.run_at, one.id LIMIT :each
"""
_JOIN = {
    "sqlite": "JOIN job ON job.id IN (SELECT id FROM ({jobs}))",
    "postgresql": "JOIN LATERAL ({jobs}) AS job ON true",
}
"""PostgreSQL seeks no index for a list that is made for each row, SQLite knows no LATERAL."""
_BUT = {"sqlite": "", "postgresql": "AND one.id <> ALL (:but)"}
"""On SQLite nobody else takes anything meanwhile."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is next.

    Attributes:
        jobs: in the order of the round.
        first: the host's lane whose servers have their turn; None when no job asks a host.
    """

    jobs: tuple[DueJob, ...] = ()
    first: str | None = None


def find_due(
    connection: Connection, hands: Hands, round_: Round, *, but: Sequence[JobId] = ()
) -> Due:
    """Return the jobs that come into question; those ``but`` not, which another worker takes."""
    lanes, first = _find_lanes(connection, hands, round_)
    if not lanes:
        return Due(first=first)
    dialect, slots = connection.dialect.name, _enough(len(lanes))
    values = _bound(lanes, hands, round_, slots=slots) | {
        "each": min(hands.free, hands.of_one_server)
    }
    if dialect == "postgresql":
        values["but"] = list(but)
    rows = connection.execute(_heads(dialect, slots), values)
    jobs = tuple(DueJob(JobId(id_), lane, GuildId(guild_id)) for id_, lane, guild_id in rows)
    return Due(jobs, first)


def _find_lanes(
    connection: Connection, hands: Hands, round_: Round
) -> tuple[list[str], str | None]:
    values = {"passed": round_.passed, "other": round_.other, "many": hands.looked_at}
    found = connection.execute(_LANES_QUERY, values).all()
    hosts = list(dict.fromkeys(lane for part, lane in found if part))
    first = next((lane for part, lane in found if part == 1), hosts[0] if hosts else None)
    in_turn = [lane for lane in hosts if lane not in hands.full_lanes()][: hands.looked_at]
    return [NO_HOST] * any(not part for part, _ in found) + in_turn, first


def _enough(lanes: int) -> int:
    """Return one of few numbers of slots, so that few statements are made."""
    return max(FEWEST_SLOTS, 1 << (lanes - 1).bit_length())


def _bound(lanes: Sequence[str], hands: Hands, round_: Round, *, slots: int) -> dict[str, Any]:
    """Return what to look at in each slot: a lane, after which server, how many servers."""
    values: dict[str, Any] = dict(_unused(slots))
    for slot, lane in enumerate(lanes):
        values[f"lane{slot}"] = lane
        values[f"after{slot}"] = round_.reached.get(lane, BEFORE_ALL)
        values[f"many{slot}"] = hands.servers_of(lane)
    return values


@cache
def _unused(slots: int) -> Mapping[str, Any]:
    return {
        f"{name}{slot}": value
        for slot in range(slots)
        for name, value in (("lane", None), ("after", BEFORE_ALL), ("many", 1))
    }


@cache
def _heads(dialect: str, slots: int) -> TextClause:
    query = text(
        _HEADS.format(
            slots=", ".join(f"({n}, :lane{n}, :after{n}, :many{n})" for n in range(slots)),
            first=_NEXT.format(at="start", after="after"),
            following=_NEXT.format(at="head", after="guild_id"),
            jobs=_JOIN[dialect].format(jobs=_JOBS.format(but=_BUT[dialect])),
        )
    )
    for n in range(slots):
        query = query.bindparams(
            bindparam(f"lane{n}", type_=Text),
            bindparam(f"after{n}", type_=BigInteger),
            bindparam(f"many{n}", type_=Integer),
        )
    query = query.bindparams(bindparam("each", type_=Integer))
    return (
        query.bindparams(bindparam("but", type_=ARRAY(Integer)))
        if dialect == "postgresql"
        else query
    )


_LANES_QUERY = text(_LANES).bindparams(
    bindparam("passed", type_=Text),
    bindparam("other", type_=Text),
    bindparam("many", type_=Integer),
)
