"""The tables of how far channels' histories were dealt with; ``migrations`` holds how they came."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from imgoe_bot.adapters.store.schema import METADATA, UtcDateTime

seen = Table(
    "seen",
    METADATA,
    Column("channel_id", BigInteger, primary_key=True, autoincrement=False),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("message_id", BigInteger, nullable=False),
)
"""The marks."""

history_range = Table(
    "history_range",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("channel_id", BigInteger, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("after", BigInteger, nullable=False),
    Column("before", BigInteger),
    Column("reason", String(16), nullable=False),
    Column("backfill_id", Integer),
    Column("parked", String(16)),
    Column("run_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("owner", String(16)),
    Column("lease_until", UtcDateTime),
    Index(None, "channel_id", "after"),
    sqlite_autoincrement=True,
)
MISSED_DUE = history_range.c.parked.is_(None) & history_range.c.backfill_id.is_(None)
ASKED_DUE = history_range.c.parked.is_(None) & history_range.c.backfill_id.is_not(None)
_OF_BACKFILL = history_range.c.backfill_id.is_not(None)
for _name, _column, _where in (
    ("ix_history_range_missed", history_range.c.run_at, MISSED_DUE),
    ("ix_history_range_asked", history_range.c.run_at, ASKED_DUE),
    ("ix_history_range_backfill", history_range.c.backfill_id, _OF_BACKFILL),
):
    Index(_name, _column, sqlite_where=_where, postgresql_where=_where)
