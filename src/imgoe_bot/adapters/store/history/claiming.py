"""The range that is read next: of what was missed in one channel, the oldest first."""

from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    exists,
    or_,
    select,
    true,
    update,
)

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.history.range_rows import range_from
from imgoe_bot.adapters.store.history_tables import MISSED_DUE
from imgoe_bot.domain.history import HistoryRange
from imgoe_bot.services.ports.history import Shards

r = t.history_range.c
_older = t.history_range.alias("older")
_OLDER_IS_LEFT = exists().where(
    _older.c.channel_id == r.channel_id,
    _older.c.backfill_id.is_(None),
    _older.c.after < r.after,
)
"""What was missed of a channel is read oldest first, so that its cards come in order."""


def claim_range(
    connection: Connection, *, owner: str, now: datetime, until: datetime, shards: Shards
) -> HistoryRange | None:
    """Lease the range, no backfill's, that has waited longest; None where none is due.

    Args:
        connection: in a transaction.
        owner: whose lease it becomes.
        now: the time of day.
        until: when the lease ends.
        shards: whose servers come into question.
    """
    free = or_(r.owner.is_(None), r.lease_until < now)
    due = select(r.id).where(MISSED_DUE, ~_OLDER_IS_LEFT, r.run_at <= now, free, is_of(shards))
    first = due.order_by(r.run_at, r.id).limit(1).with_for_update(skip_locked=True)
    lease = update(t.history_range).where(r.id == first.scalar_subquery())
    leased = lease.values(owner=owner, lease_until=until).returning(t.history_range)
    row = connection.execute(leased).mappings().first()
    return range_from(row) if row is not None else None


def is_of(shards: Shards) -> ColumnElement[bool]:
    """Say of a range that it is of a server whose events come to these shards."""
    if shards.ids is None:
        return true()
    return (r.guild_id // (1 << 22) % shards.count).in_(shards.ids)
