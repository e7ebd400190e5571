"""Direct messages: digests, quotas and the breaker."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.create_table(
        "dm_slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dm_slot")),
    )
    op.create_index(op.f("ix_dm_slot_kind_at"), "dm_slot", ["kind", "at"])
    op.create_table(
        "dm_breaker",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("probing", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dm_breaker")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("dm_opened_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("quiet_until", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("letter", sa.String(length=16), nullable=True))
        batch_op.add_column(
            sa.Column("slots", sa.String(length=32), server_default="", nullable=False)
        )
        batch_op.create_index(batch_op.f("ix_job_letter"), ["letter"])


def downgrade() -> None:
    """Take the schema back to the revision before."""
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_letter"))
        batch_op.drop_column("slots")
        batch_op.drop_column("letter")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("quiet_until")
        batch_op.drop_column("dm_opened_at")
    op.drop_index(op.f("ix_dm_slot_kind_at"), table_name="dm_slot")
    op.drop_table("dm_slot")
    op.drop_table("dm_breaker")
