"""The first index: users, keys, albums, categories, uploads, tags.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _accounts() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("is_admin", sa.Boolean, nullable=False),
        sa.Column("quota_bytes", sa.BigInteger),
        sa.Column("used_bytes", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "user_id", sa.Integer, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("ending", sa.String(4), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
    )


def _shelves() -> None:
    op.create_table(
        "albums",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("public_id", sa.String(16), nullable=False, unique=True),
        sa.Column(
            "user_id", sa.Integer, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("is_private", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_albums_user_id", "albums", ["user_id"])
    op.create_table(
        "categories",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(60), nullable=False, unique=True),
    )


def _uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("public_id", sa.String(16), nullable=False, unique=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id", ondelete="SET NULL")),
        sa.Column("key_id", sa.Integer, sa.ForeignKey("api_keys.id", ondelete="SET NULL")),
        sa.Column("album_id", sa.Integer, sa.ForeignKey("albums.id", ondelete="SET NULL")),
        sa.Column("category_id", sa.Integer),
        sa.Column("folder", sa.String(32), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("extension", sa.String(8), nullable=False),
        sa.Column("mime", sa.String(32), nullable=False),
        sa.Column("is_video", sa.Boolean, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("width_px", sa.Integer, nullable=False),
        sa.Column("height_px", sa.Integer, nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("original_filename", sa.String(255), nullable=False),
        sa.Column("md5", sa.String(32), nullable=False),
        sa.Column("sent_md5", sa.String(32), nullable=False),
        sa.Column("exif_json", sa.Text),
        sa.Column("nsfw", sa.Boolean, nullable=False),
        sa.Column("is_animated", sa.Boolean, nullable=False),
        sa.Column("is_approved", sa.Boolean, nullable=False),
        sa.Column("duration_s", sa.Integer, nullable=False),
        sa.Column("thumb_extension", sa.String(8)),
        sa.Column("thumb_size_bytes", sa.Integer, nullable=False),
        sa.Column("medium_extension", sa.String(8)),
        sa.Column("medium_size_bytes", sa.Integer, nullable=False),
        sa.Column("frame_size_bytes", sa.Integer, nullable=False),
        sa.Column("views", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_uploads_album_id", "uploads", ["album_id"])
    op.create_index("ix_uploads_expires_at", "uploads", ["expires_at"])
    op.create_index("ix_uploads_user_newest", "uploads", ["user_id", "id"])
    op.create_index("ix_uploads_key_sent_md5", "uploads", ["key_id", "sent_md5"])
    op.create_index("ix_uploads_approval", "uploads", ["is_approved"])


def upgrade() -> None:
    """Create every table."""
    _accounts()
    _shelves()
    _uploads()
    op.create_table(
        "upload_tags",
        sa.Column(
            "upload_id",
            sa.Integer,
            sa.ForeignKey("uploads.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("tag", sa.String(32), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_index("ix_upload_tags_tag", "upload_tags", ["tag"])


def downgrade() -> None:
    """Drop every table."""
    for table in ("upload_tags", "uploads", "categories", "albums", "api_keys", "users"):
        op.drop_table(table)
