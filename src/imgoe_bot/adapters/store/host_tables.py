"""The tables of what image hosts were sent, what is waited for, and what they may have kept."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, false

from imgoe_bot.adapters.store.schema import METADATA, UtcDateTime

host_slot = Table(
    "host_slot",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("host_url", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("guild_id", BigInteger),
    Index(None, "host_url", "at"),
    Index(None, "host_url", "guild_id", "at"),
)

parking = Table(
    "parking",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("error", String(64), nullable=False),
    Column("error_facts", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("probes", Integer, nullable=False),
    Column("probe_at", UtcDateTime, nullable=False, index=True),
    Column("told", Boolean, nullable=False, server_default=false()),
)
"""What jobs wait for, as ``domain.parking`` has it; few."""

orphan = Table(
    "orphan",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("host_url", Text, nullable=False),
    Column("guild_id", BigInteger, nullable=False, index=True),
    Column("post_id", String(16), nullable=False),
    Column("attachment_id", BigInteger, nullable=False),
    Column("filename", Text, nullable=False),
    Column("size_bytes", BigInteger),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("probable_url", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""Copies that a host may have stored without anybody's having got its answer."""
