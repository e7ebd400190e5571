"""Backfills, what they found by person and kind, and which posts are theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

UNFINISHED = sa.text("state IN ('listing', 'reading')")
SHOWN = sa.text("message_id IS NOT NULL")
OF_BACKFILL = sa.text("backfill_id IS NOT NULL")


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.create_table(
        "backfill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_ids", sa.String(64), server_default="", nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=False),
        sa.Column("kinds", sa.String(32), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("cards", sa.String(16), nullable=False),
        sa.Column("summary", sa.Boolean(), nullable=False),
        sa.Column("expected", sa.Integer()),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("waits", sa.String(16)),
        sa.Column("channels", sa.Integer()),
        sa.Column("unread", sa.Float()),
        sa.Column("read_to", sa.Integer(), nullable=False),
        sa.Column("messages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("found", sa.Integer(), server_default="0", nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("kept", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("active_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("read_at", sa.BigInteger()),
        sa.Column("message_channel_id", sa.BigInteger()),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_backfill"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_backfill_guild_id", "backfill", ["guild_id"])
    for name, where in (("ix_backfill_unfinished", UNFINISHED), ("ix_backfill_shown", SHOWN)):
        op.create_index(name, "backfill", ["id"], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "backfill_tally",
        sa.Column("backfill_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("backfill_id", "user_id", "kind", name="pk_backfill_tally"),
    )
    op.create_index("ix_backfill_tally_guild_id", "backfill_tally", ["guild_id"])
    op.create_index("ix_backfill_tally_user_id", "backfill_tally", ["user_id"])
    op.add_column("post", sa.Column("backfill_id", sa.Integer()))
    op.create_index(
        "ix_post_backfill_id",
        "post",
        ["backfill_id"],
        sqlite_where=OF_BACKFILL,
        postgresql_where=OF_BACKFILL,
    )


def downgrade() -> None:
    """Take the schema back to the revision before; what backfills kept stays, their ranges go."""
    op.execute("DELETE FROM history_range WHERE backfill_id IS NOT NULL")
    op.drop_index("ix_post_backfill_id", "post")
    op.drop_column("post", "backfill_id")
    op.drop_table("backfill_tally")
    op.drop_table("backfill")
