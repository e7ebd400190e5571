"""The range that is read next: of what was missed in one channel, the oldest first."""

from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    exists,
    or_,
    select,
    true,
    update,
)

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.history_tables import ASKED_DUE, MISSED_DUE
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
    connection: Connection,
    *,
    asked: bool,
    owner: str,
    now: datetime,
    until: datetime,
    shards: Shards,
) -> RowMapping | None:
    """Lease the range that has waited longest, None where none is due.

    Args:
        connection: in a transaction.
        asked: whether it is one of a backfill.
        owner: whose lease it becomes.
        now: the time of day.
        until: when the lease ends.
        shards: whose servers come into question.
    """
    first = _due(asked=asked).where(
        r.run_at <= now, or_(r.owner.is_(None), r.lease_until < now), _is_of(shards)
    )
    lease = update(t.history_range).where(r.id == first.scalar_subquery())
    leased = lease.values(owner=owner, lease_until=until).returning(t.history_range)
    return connection.execute(leased).mappings().first()


def _due(*, asked: bool) -> Select[tuple[int]]:
    query = select(r.id).where(ASKED_DUE if asked else MISSED_DUE & ~_OLDER_IS_LEFT)
    return query.order_by(r.run_at, r.id).limit(1).with_for_update(skip_locked=True)


def _is_of(shards: Shards) -> ColumnElement[bool]:
    if shards.ids is None:
        return true()
    return (r.guild_id // (1 << 22) % shards.count).in_(shards.ids)
