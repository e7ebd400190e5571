"""Options per place, people's choices, languages, paused rules."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.create_table(
        "option_value",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("scope_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "scope_id", "name", name=op.f("pk_option_value")),
    )
    op.create_table(
        "person_choice",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("choice", sa.String(length=8), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mark", "guild_id", name=op.f("pk_person_choice")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("scope_id", sa.BigInteger(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("name", sa.String(length=32), server_default="key", nullable=False)
        )
        batch_op.add_column(sa.Column("old", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("new", sa.Text(), nullable=True))
        batch_op.drop_column("change")

    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("source", sa.String(length=16), server_default="attachments", nullable=False)
        )

    with op.batch_alter_table("mirror_rule", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False)
        )

    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("locale", sa.String(length=16), server_default="en-US", nullable=False)
        )
        batch_op.add_column(
            sa.Column("parent_ids", sa.String(length=64), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("layout", sa.String(length=16), server_default="embed", nullable=False)
        )
        batch_op.add_column(
            sa.Column("answered", sa.Boolean(), server_default=sa.false(), nullable=False)
        )

    op.execute("UPDATE post SET answered = TRUE WHERE card_message_id IS NOT NULL")
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_upload_guild_id_created_at"), ["guild_id", "created_at"], unique=False
        )


def downgrade() -> None:
    """Take the schema back to the revision before."""
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_upload_guild_id_created_at"))

    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_column("answered")
        batch_op.drop_column("layout")
        batch_op.drop_column("parent_ids")
        batch_op.drop_column("locale")

    with op.batch_alter_table("mirror_rule", schema=None) as batch_op:
        batch_op.drop_column("paused")

    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_column("source")

    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("change", sa.Text(), server_default="", nullable=False))
        batch_op.drop_column("new")
        batch_op.drop_column("old")
        batch_op.drop_column("name")
        batch_op.drop_column("scope_id")

    op.drop_table("person_choice")
    op.drop_table("option_value")
