"""Cards that carry their thumbs themselves, and what is sent to each image host."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.create_table(
        "host_slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host_url", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_slot")),
    )
    op.create_index(op.f("ix_host_slot_host_url_at"), "host_slot", ["host_url", "at"])
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("thumbs_attached", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    """Take the schema back to the revision before."""
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_column("thumbs_attached")
    op.drop_index(op.f("ix_host_slot_host_url_at"), table_name="host_slot")
    op.drop_table("host_slot")
