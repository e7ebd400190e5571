"""What is being sent, what jobs wait for, and copies whose host's answer was lost."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_job_parked": (["parked_on", "state"], sa.text("parked_on != ''")),
    "ix_job_parked_until": (["parked_until"], sa.text("state = 'parked'")),
}
SENT = """
UPDATE job SET sending = '{"key": "' || post_id || '-' || id || '", "at": ' || run_at / 1000000
    || ', "host_url": "", "account": "", "filename": "", "size_bytes": null}'
WHERE may_be_sent AND state NOT IN ('done', 'dead')
"""
"""No host knows that key: what was sent is looked for in vain, once."""


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.add_column("job", sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    op.add_column("job", sa.Column("sending", sa.Text()))
    op.add_column("job", sa.Column("parked_on", sa.Text(), server_default="", nullable=False))
    op.add_column("job", sa.Column("parked_until", sa.BigInteger()))
    op.execute(SENT)
    op.execute("UPDATE job SET failures = attempts WHERE failing_since IS NOT NULL")
    op.drop_column("job", "may_be_sent")
    for name, (columns, where) in INDEXES.items():
        op.create_index(name, "job", columns, sqlite_where=where, postgresql_where=where)
    op.add_column("host_slot", sa.Column("guild_id", sa.BigInteger()))
    op.create_index(
        "ix_host_slot_host_url_guild_id_at", "host_slot", ["host_url", "guild_id", "at"]
    )
    op.create_table(
        "parking",
        sa.Column("subject", sa.Text(), primary_key=True),
        sa.Column("error", sa.String(64), nullable=False),
        sa.Column("error_facts", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("probes", sa.Integer(), nullable=False),
        sa.Column("probe_at", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_index("ix_parking_probe_at", "parking", ["probe_at"])
    op.create_table(
        "orphan",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("host_url", sa.Text(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.String(16), nullable=False),
        sa.Column("attachment_id", sa.BigInteger(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger()),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("probable_url", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_orphan_guild_id", "orphan", ["guild_id"])


def downgrade() -> None:
    """Take the schema back to the revision before."""
    op.drop_table("orphan")
    op.drop_table("parking")
    op.drop_index("ix_host_slot_host_url_guild_id_at", table_name="host_slot")
    op.drop_column("host_slot", "guild_id")
    op.execute("UPDATE job SET state = 'ready' WHERE state = 'parked'")
    for name in INDEXES:
        op.drop_index(name, table_name="job")
    op.add_column(
        "job", sa.Column("may_be_sent", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute("UPDATE job SET may_be_sent = (sending IS NOT NULL)")
    for name in ("parked_until", "parked_on", "sending", "failures"):
        op.drop_column("job", name)
