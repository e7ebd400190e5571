"""High-water marks a channel: a rule may cover many."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.create_table(
        "seen",
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_seen")),
    )
    op.create_index(op.f("ix_seen_guild_id"), "seen", ["guild_id"])
    op.execute(
        "INSERT INTO seen (channel_id, guild_id, message_id) "
        "SELECT channel_id, guild_id, seen_message_id FROM mirror_rule "
        "WHERE seen_message_id IS NOT NULL"
    )
    with op.batch_alter_table("mirror_rule", schema=None) as batch_op:
        batch_op.drop_column("seen_message_id")


def downgrade() -> None:
    """Take the schema back to the revision before."""
    with op.batch_alter_table("mirror_rule", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_message_id", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE mirror_rule SET seen_message_id = "
        "(SELECT message_id FROM seen WHERE seen.channel_id = mirror_rule.channel_id)"
    )
    op.drop_index(op.f("ix_seen_guild_id"), table_name="seen")
    op.drop_table("seen")
