"""Rows of ranges to values."""

from sqlalchemy import ColumnElement, RowMapping

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.domain.history import Gap, HistoryRange, RangeReason

r = t.history_range.c


def leased(range_: HistoryRange) -> tuple[ColumnElement[bool], ...]:
    """Say of a row that it is the range, under the lease it was claimed with."""
    return (r.id == range_.id, r.owner == range_.owner, r.after == range_.gap.after)


def gap_from(row: RowMapping) -> Gap:
    """Return what is left of the range of a row."""
    return Gap(
        guild_id=row["guild_id"],
        channel_id=row["channel_id"],
        after=row["after"],
        before=row["before"],
        reason=RangeReason(row["reason"]),
        backfill_id=row["backfill_id"],
    )


def range_from(row: RowMapping) -> HistoryRange:
    """Return the range of a row that was claimed."""
    return HistoryRange(
        id=row["id"],
        gap=gap_from(row),
        start=row["start"],
        attempts=row["attempts"],
        owner=row["owner"],
    )
