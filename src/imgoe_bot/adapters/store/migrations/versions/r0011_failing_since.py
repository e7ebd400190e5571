"""Since when a job fails, and whether a try of it may have sent its file."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.add_column("job", sa.Column("failing_since", sa.BigInteger()))
    op.add_column(
        "job", sa.Column("may_be_sent", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    """Take the schema back to the revision before."""
    op.drop_column("job", "may_be_sent")
    op.drop_column("job", "failing_since")
