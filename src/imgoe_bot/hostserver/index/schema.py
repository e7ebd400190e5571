"""The index's tables. Times are whole seconds since 1970 (UTC), so they sort on every engine."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

METADATA = MetaData()

users = Table(
    "users",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("is_admin", Boolean, nullable=False),
    Column("quota_bytes", BigInteger),
    Column("used_bytes", BigInteger, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
)

api_keys = Table(
    "api_keys",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("label", String(100), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("ending", String(4), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

# Cookies that somebody signed out of; each row may go once its cookie would have expired.
ended_sessions = Table(
    "ended_sessions",
    METADATA,
    Column("session_id", String(32), primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
)

albums = Table(
    "albums",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(16), nullable=False, unique=True),
    Column(
        "user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("name", String(100), nullable=False),
    Column("description", Text),
    Column("is_private", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

categories = Table(
    "categories",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(60), nullable=False, unique=True),
)

uploads = Table(
    "uploads",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(16), nullable=False, unique=True),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="SET NULL")),
    Column("key_id", Integer, ForeignKey("api_keys.id", ondelete="SET NULL")),
    Column("album_id", Integer, ForeignKey("albums.id", ondelete="SET NULL"), index=True),
    Column("category_id", Integer),
    Column("folder", String(32), nullable=False),
    Column("name", String(255), nullable=False),
    Column("extension", String(8), nullable=False),
    Column("mime", String(32), nullable=False),
    Column("is_video", Boolean, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("title", String(100), nullable=False),
    Column("description", Text),
    Column("original_filename", String(255), nullable=False),
    Column("md5", String(32), nullable=False),
    Column("sent_md5", String(32), nullable=False),
    Column("exif_json", Text),
    Column("nsfw", Boolean, nullable=False),
    Column("is_animated", Boolean, nullable=False),
    Column("is_approved", Boolean, nullable=False),
    Column("duration_s", Integer, nullable=False),
    Column("thumb_extension", String(8)),
    Column("thumb_size_bytes", Integer, nullable=False),
    Column("medium_extension", String(8)),
    Column("medium_size_bytes", Integer, nullable=False),
    Column("frame_size_bytes", Integer, nullable=False),
    Column("views", Integer, nullable=False),
    Column("expires_at", BigInteger, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("begun_at", BigInteger),
    Index("ix_uploads_user_newest", "user_id", "id"),
    Index("ix_uploads_key_sent_md5", "key_id", "sent_md5"),
    Index("ix_uploads_approval", "is_approved"),
    Index(
        "ix_uploads_unfinished",
        "begun_at",
        sqlite_where=text("begun_at IS NOT NULL"),
        postgresql_where=text("begun_at IS NOT NULL"),
    ),
)

# What an account's requests with an Idempotency-Key became: it outlives its upload.
idempotency_keys = Table(
    "idempotency_keys",
    METADATA,
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("public_id", String(16), nullable=False, index=True),
    Column("kept_until", BigInteger, nullable=False, index=True),
)

# Every name that was ever given, so that no address ever means another file.
file_names = Table(
    "file_names",
    METADATA,
    Column("folder", String(32), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("public_id", String(16), nullable=False),
    Column("expires_at", BigInteger),
    sqlite_with_rowid=False,
)

upload_tags = Table(
    "upload_tags",
    METADATA,
    Column("upload_id", Integer, ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", String(32), primary_key=True, index=True),
    Column("position", Integer, nullable=False),
)
