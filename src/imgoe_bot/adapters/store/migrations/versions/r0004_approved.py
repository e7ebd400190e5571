"""Whether the host shows an upload already, or somebody there has to look at it first."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("approved", sa.Boolean(), server_default=sa.true(), nullable=False)
        )


def downgrade() -> None:
    """Take the schema back to the revision before."""
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_column("approved")
