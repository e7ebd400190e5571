"""Ranges of channels' histories that are still to be read; the marks stay as they are.

A mark of the revision before says the same as one of this: all up to it was decided and stored.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_history_range_missed": ("run_at", "parked IS NULL AND backfill_id IS NULL"),
    "ix_history_range_asked": ("run_at", "parked IS NULL AND backfill_id IS NOT NULL"),
    "ix_history_range_backfill": ("backfill_id", "backfill_id IS NOT NULL"),
}


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.create_table(
        "history_range",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.BigInteger()),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("backfill_id", sa.Integer()),
        sa.Column("parked", sa.String(16)),
        sa.Column("run_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("owner", sa.String(16)),
        sa.Column("lease_until", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_history_range"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_history_range_guild_id", "history_range", ["guild_id"])
    op.create_index("ix_history_range_channel_id_after", "history_range", ["channel_id", "after"])
    for name, (column, where) in INDEXES.items():
        partial = sa.text(where)
        op.create_index(
            name, "history_range", [column], sqlite_where=partial, postgresql_where=partial
        )


def downgrade() -> None:
    """Take the schema back to the revision before; marks go back to where reading has come."""
    op.execute(MARKS_BACK)
    op.drop_table("history_range")


MARKS_BACK = """
    UPDATE seen SET message_id = (
        SELECT min(after) FROM history_range AS open
        WHERE open.channel_id = seen.channel_id AND open.backfill_id IS NULL
    )
    WHERE EXISTS (
        SELECT 1 FROM history_range AS open WHERE open.channel_id = seen.channel_id
        AND open.backfill_id IS NULL AND open.after < seen.message_id
    )
"""
