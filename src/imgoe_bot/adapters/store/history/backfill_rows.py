"""Rows of backfills to values and back, with what follows from their ranges, uploads and jobs."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    RowMapping,
    Select,
    cast,
    func,
    select,
)

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.rows import parents_from
from imgoe_bot.domain.backfill import (
    Backfill,
    BackfillState,
    Cards,
    Counts,
    WaitReason,
)
from imgoe_bot.domain.ids import ChannelId, MessageId
from imgoe_bot.domain.options import Kind
from imgoe_bot.domain.post import MessageLocation

b = t.backfill.c
r = t.history_range.c
_SAME = (
    "id", "guild_id", "place_id", "asked_by", "asked_at", "after", "before", "dry_run", "summary",
    "expected", "locale", "channels", "read_to", "ended_at",
)  # fmt: skip
_MINE = r.backfill_id == b.id
_PART_LEFT = cast(r.before - r.after, Float) / cast(r.before - r.start, Float)
"""How much of a range is left, between 0 and 1."""


def kept_query(*where: ColumnElement[bool]) -> Select[int]:
    """Return the query that counts the copies that backfills made, whatever became of them."""
    query = select(func.count()).join_from(t.upload, t.post, t.post.c.id == t.upload.c.post_id)
    return query.where(
        t.post.c.backfill_id == b.id, t.upload.c.created_at >= b.asked_at, *where
    ).correlate(t.backfill)


def failed_query() -> Select[int]:
    """Return the query that counts the files of a backfill that could not be kept."""
    query = select(func.count()).join_from(t.job, t.post, t.post.c.id == t.job.c.post_id)
    return query.where(
        t.FAILED_UPLOAD,
        t.job.c.guild_id == b.guild_id,
        t.job.c.run_at >= b.asked_at,
        t.post.c.backfill_id == b.id,
    ).correlate(t.backfill)


_LEFT = select(func.count()).where(_MINE, r.parked.is_(None)).scalar_subquery()
BACKFILL = select(
    t.backfill,
    select(func.sum(_PART_LEFT)).where(_MINE).scalar_subquery().label("unread_now"),
    select(func.min(r.parked)).where(_MINE).scalar_subquery().label("parked"),
    _LEFT.label("unparked"),
    kept_query().scalar_subquery().label("kept_now"),
    failed_query().scalar_subquery().label("failed_now"),
)
"""The query for backfills with all that is told of them."""


def read_all(connection: Connection, query: Select[Any]) -> tuple[Backfill, ...]:
    """Return the backfills of a query that ``BACKFILL`` begins."""
    return tuple(map(backfill_from, connection.execute(query).mappings()))


def backfill_from(row: RowMapping) -> Backfill:
    """Return the backfill of a row of ``BACKFILL``."""
    message = None
    if row["message_id"] is not None:
        message = MessageLocation(
            ChannelId(row["message_channel_id"]), MessageId(row["message_id"])
        )
    return Backfill(
        **{name: row[name] for name in _SAME},
        parent_ids=parents_from(row),
        kinds=frozenset(map(Kind, filter(None, row["kinds"].split(",")))),
        cards=Cards(row["cards"]),
        state=BackfillState(row["state"]),
        waits=_waits(row),
        unread=float(row["unread_now"] or row["unread"] or 0.0),
        counts=_counts(row),
        active=timedelta(milliseconds=row["active_ms"]),
        message=message,
    )


def _waits(row: RowMapping) -> WaitReason | None:
    """Return why a backfill waits: it was told to, or none of its channels can be read."""
    if row["waits"] is not None:
        return WaitReason(row["waits"])
    reads = row["state"] == BackfillState.READING.value
    return WaitReason(row["parked"]) if reads and row["parked"] and not row["unparked"] else None


def _counts(row: RowMapping) -> Counts:
    is_done = row["state"] == BackfillState.DONE.value
    return Counts(
        messages=row["messages"],
        found=row["found"],
        size_bytes=row["size_bytes"],
        kept=row["kept"] if is_done else row["kept_now"],
        failed=row["failed"] if is_done else row["failed_now"],
    )


def new_values(backfill: Backfill) -> dict[str, Any]:
    """Return the columns of a new backfill, without its id."""
    return {name: getattr(backfill, name) for name in _SAME if name != "id"} | {
        "parent_ids": _joined(backfill.parent_ids),
        "kinds": _joined(sorted(kind.value for kind in backfill.kinds)),
        "cards": backfill.cards.value,
        "state": backfill.state.value,
    }


def changed_values(backfill: Backfill) -> dict[str, Any]:
    """Return the columns that a change of a backfill may write."""
    message = backfill.message
    return {
        "state": backfill.state.value,
        "waits": backfill.waits.value if backfill.waits else None,
        "read_to": backfill.read_to,
        "expected": backfill.expected,
        "ended_at": backfill.ended_at,
        "message_channel_id": message.channel_id if message else None,
        "message_id": message.message_id if message else None,
    }


def _joined(values: Iterable[object]) -> str:
    return ",".join(map(str, values))
