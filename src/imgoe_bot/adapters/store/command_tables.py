"""The tables of commands that are not answered yet, or of which files may be tried again."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from imgoe_bot.adapters.store.schema import METADATA, UtcDateTime

command = Table(
    "command",
    METADATA,
    Column("post_id", String(16), ForeignKey("post.id", ondelete="CASCADE"), primary_key=True),
    Column("application_id", BigInteger, nullable=False),
    Column("token_sealed", LargeBinary, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("user_id", BigInteger, nullable=False),
    Column("locale", String(16), nullable=False),
    Column("private", Boolean, nullable=False),
    Column("requested", Text, nullable=False),
)

command_file = Table(
    "command_file",
    METADATA,
    Column(
        "post_id", String(16), ForeignKey("command.post_id", ondelete="CASCADE"), primary_key=True
    ),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("url_sealed", LargeBinary, nullable=False),
    Column("filename", Text, nullable=False),
    Column("size_bytes", BigInteger),
    Column("typed", Boolean, nullable=False),
)
