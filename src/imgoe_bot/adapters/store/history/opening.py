"""Marks move, and ranges are opened, in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, literal_column, or_, select, update

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.upsert import upsert_all
from imgoe_bot.domain.history import Gap, Mark
from imgoe_bot.domain.ids import MessageId

_FORWARD = t.seen.c.message_id < literal_column("excluded.message_id")


def move_marks(connection: Connection, marks: Sequence[Mark]) -> None:
    """Move marks forward, never back."""
    in_order = sorted(marks, key=lambda mark: mark.channel_id)  # two processes lock alike
    rows = [
        {"channel_id": each.channel_id, "guild_id": each.guild_id, "message_id": each.message_id}
        for each in in_order
    ]
    upsert_all(connection, t.seen, key=("channel_id",), rows=rows, where=_FORWARD)


def open_ranges(connection: Connection, gaps: Sequence[Gap], *, at: datetime) -> None:
    """Open ranges, each as far as no other range of its channel covers it already.

    A range that is there only ever grows at its end: whoever reads it moves its beginning.
    """
    for gap in gaps:
        for left in _uncovered(connection, gap):
            connection.execute(insert(t.history_range).values(**gap_values(left, at=at)))


def gap_values(gap: Gap, *, at: datetime) -> dict[str, Any]:
    """Return the columns of a range that is due from a time on."""
    return {
        "guild_id": gap.guild_id,
        "channel_id": gap.channel_id,
        "start": gap.after,
        "after": gap.after,
        "before": gap.before,
        "reason": gap.reason.value,
        "backfill_id": gap.backfill_id,
        "run_at": at,
    }


def _uncovered(connection: Connection, gap: Gap) -> list[Gap]:
    """Return what of a gap needs ranges of its own; the last one that it touches is lengthened."""
    pieces: list[Gap] = []
    covered, last = int(gap.after), None
    for there in _touching(connection, gap):
        if there["after"] > covered:
            end = MessageId(there["after"] + 1)
            pieces.append(replace(gap, after=MessageId(covered), before=end))
        if there["before"] is None:
            return pieces
        covered, last = max(covered, there["before"] - 1), there["id"]
    if gap.before is not None and covered >= gap.before - 1:
        return pieces
    if last is None:
        return [gap]
    longer = update(t.history_range).where(t.history_range.c.id == last)
    connection.execute(longer.values(before=gap.before))
    return pieces


def _touching(connection: Connection, gap: Gap) -> Sequence[RowMapping]:
    """Return the ranges, no backfill's, that overlap a gap or end where it begins, in order."""
    r = t.history_range.c
    mine = (r.channel_id == gap.channel_id, r.backfill_id.is_(None))
    query = select(r.id, r.after, r.before).where(
        *mine, or_(r.before.is_(None), r.before > gap.after)
    )
    if gap.before is not None:
        query = query.where(r.after < gap.before)
    in_order = query.order_by(r.before.nulls_last()).with_for_update()
    return connection.execute(in_order).mappings().all()
