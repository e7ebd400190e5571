"""Every name that was ever given, and when an upload began to be stored.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Of uploads that share a name (cat.jpg and cat.png could) the one that stays longest counts.
_PUBLIC = """
INSERT INTO file_names (folder, name, public_id, expires_at)
SELECT folder, name, MIN(public_id),
       CASE WHEN COUNT(expires_at) = COUNT(*) THEN MAX(expires_at) END
FROM uploads WHERE is_approved GROUP BY folder, name
"""
_WAITING = """
INSERT INTO file_names (folder, name, public_id, expires_at)
SELECT folder, name, MIN(public_id),
       CASE WHEN COUNT(expires_at) = COUNT(*) THEN MAX(expires_at) END
FROM uploads WHERE NOT is_approved AND NOT EXISTS (
    SELECT 1 FROM file_names
    WHERE file_names.folder = uploads.folder AND file_names.name = uploads.name
) GROUP BY folder, name
"""


def upgrade() -> None:
    """Note the names in use as given."""
    op.create_table(
        "file_names",
        sa.Column("folder", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(255), primary_key=True),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.execute(_PUBLIC)
    op.execute(_WAITING)
    op.add_column("uploads", sa.Column("begun_at", sa.BigInteger))
    unfinished = sa.text("begun_at IS NOT NULL")
    op.create_index(
        "ix_uploads_unfinished",
        "uploads",
        ["begun_at"],
        sqlite_where=unfinished,
        postgresql_where=unfinished,
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_index("ix_uploads_unfinished", "uploads")
    with op.batch_alter_table("uploads") as table:
        table.drop_column("begun_at")
    op.drop_table("file_names")
