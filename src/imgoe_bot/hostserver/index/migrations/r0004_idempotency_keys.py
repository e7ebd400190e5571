"""What became of requests with an Idempotency-Key.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for them."""
    op.create_table(
        "idempotency_keys",
        sa.Column(
            "user_id", sa.Integer, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("kept_until", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_idempotency_keys_public_id", "idempotency_keys", ["public_id"])
    op.create_index("ix_idempotency_keys_kept_until", "idempotency_keys", ["kept_until"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("idempotency_keys")
