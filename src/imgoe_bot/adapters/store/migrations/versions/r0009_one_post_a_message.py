"""One post a message in each server; posts of bots, held posts, and why a rule rests.

Two posts of one message stay, with their copies: the newer no longer names the message, and what is
still to be done for it is dropped, so that it is answered once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SECOND_POSTS = """
    SELECT id FROM (
        SELECT id, row_number() OVER (
            PARTITION BY guild_id, message_id ORDER BY answered, created_at, id
        ) AS turn
        FROM post WHERE message_id IS NOT NULL
    ) AS ranked WHERE turn > 1
"""
"""What is not answered yet needs its message more than what is."""

DROP_WORK = """
    UPDATE job SET state = 'done' WHERE post_id = :id
    AND step IN ('upload', 'announce') AND state IN ('waiting', 'ready', 'leased')
"""
FORGET_MESSAGE = "UPDATE post SET message_id = NULL WHERE id = :id"


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    connection = op.get_bind()
    for post_id in connection.scalars(sa.text(SECOND_POSTS)).all():
        connection.execute(sa.text(DROP_WORK), {"id": post_id})
        connection.execute(sa.text(FORGET_MESSAGE), {"id": post_id})
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("by_bot", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("held_at", sa.BigInteger(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_post_guild_id_message_id"), ["guild_id", "message_id"], unique=True
        )
    with op.batch_alter_table("mirror_rule", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lacks", sa.String(length=32), nullable=True))


def downgrade() -> None:
    """Take the schema back to the revision before."""
    with op.batch_alter_table("mirror_rule", schema=None) as batch_op:
        batch_op.drop_column("lacks")
    op.drop_index(op.f("ix_post_guild_id_message_id"), table_name="post")
    op.drop_column("post", "held_at")
    op.drop_column("post", "by_bot")
