"""Which uploads under way were let in by the quotas; a missing permission's name and its place."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ELSEWHERE = "SELECT id, lacks FROM mirror_rule WHERE lacks LIKE '%:%'"
WITHOUT_PLACE = "UPDATE mirror_rule SET lacks = :lacks WHERE id = :id"


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("admitted", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    with op.batch_alter_table("mirror_rule", schema=None) as batch_op:
        batch_op.alter_column(
            "lacks", existing_type=sa.String(length=32), type_=sa.String(length=64)
        )


def downgrade() -> None:
    """Take the schema back to the revision before."""
    connection = op.get_bind()
    for rule_id, lacks in connection.execute(sa.text(ELSEWHERE)).all():
        values = {"id": rule_id, "lacks": lacks.partition(":")[0]}
        connection.execute(sa.text(WITHOUT_PLACE), values)
    with op.batch_alter_table("mirror_rule", schema=None) as batch_op:
        batch_op.alter_column(
            "lacks", existing_type=sa.String(length=64), type_=sa.String(length=32)
        )
    op.drop_column("job", "admitted")
