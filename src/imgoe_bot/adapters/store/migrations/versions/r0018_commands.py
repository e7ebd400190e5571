"""Commands are stored until they are answered, and a job says whether a person waits for it."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.add_column(
        "job", sa.Column("awaited", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "command",
        sa.Column("post_id", sa.String(16), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("requested", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_command_post_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name="pk_command"),
    )
    op.create_index("ix_command_expires_at", "command", ["expires_at"])
    op.create_table(
        "command_file",
        sa.Column("post_id", sa.String(16), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("url_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger()),
        sa.Column("typed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["command.post_id"],
            name="fk_command_file_post_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("post_id", "position", name="pk_command_file"),
    )


def downgrade() -> None:
    """Take the schema back to the revision before."""
    op.drop_table("command_file")
    op.drop_table("command")
    op.drop_column("job", "awaited")
