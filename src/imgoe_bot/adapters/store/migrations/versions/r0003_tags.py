"""What an upload was filed under."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tags", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Take the schema back to the revision before."""
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_column("tags")
