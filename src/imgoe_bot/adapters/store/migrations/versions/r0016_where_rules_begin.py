"""Rules begin at an id of Discord's; those there were, at the one of their moment."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BEGUN = "UPDATE mirror_rule SET begins_at = (created_at / 1000 - 1420070400000) * 4194304"
"""As ``snowflake_at`` has it; a moment is stored in microseconds since 1970."""


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    begins_at = sa.Column("begins_at", sa.BigInteger(), server_default="0", nullable=False)
    op.add_column("mirror_rule", begins_at)
    op.execute(BEGUN)


def downgrade() -> None:
    """Take the schema back to the revision before."""
    op.drop_column("mirror_rule", "begins_at")
