"""The tables of how far channels' histories were dealt with; ``migrations`` holds how they came."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    literal_column,
)

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

backfill = Table(
    "backfill",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("place_id", BigInteger, nullable=False),
    Column("parent_ids", String(64), nullable=False, server_default=""),
    Column("asked_by", BigInteger, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("after", BigInteger, nullable=False),
    Column("before", BigInteger, nullable=False),
    Column("kinds", String(32), nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("cards", String(16), nullable=False),
    Column("summary", Boolean, nullable=False),
    Column("expected", Integer),
    Column("locale", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("waits", String(16)),
    Column("channels", Integer),
    Column("unread", Float),
    Column("read_to", Integer, nullable=False),
    Column("messages", Integer, nullable=False, server_default="0"),
    Column("found", Integer, nullable=False, server_default="0"),
    Column("size_bytes", BigInteger, nullable=False, server_default="0"),
    Column("kept", Integer, nullable=False, server_default="0"),
    Column("failed", Integer, nullable=False, server_default="0"),
    Column("active_ms", BigInteger, nullable=False, server_default="0"),
    Column("read_at", UtcDateTime),
    Column("message_channel_id", BigInteger),
    Column("message_id", BigInteger),
    Column("ended_at", UtcDateTime),
    sqlite_autoincrement=True,
)
UNFINISHED = backfill.c.state.in_([literal_column("'listing'"), literal_column("'reading'")])
SHOWN = backfill.c.message_id.is_not(None)
for _name, _where in (("ix_backfill_unfinished", UNFINISHED), ("ix_backfill_shown", SHOWN)):
    Index(_name, backfill.c.id, sqlite_where=_where, postgresql_where=_where)

backfill_tally = Table(
    "backfill_tally",
    METADATA,
    Column("backfill_id", Integer, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("files", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Index(None, "user_id"),
)
"""What a backfill found, by person and kind."""
