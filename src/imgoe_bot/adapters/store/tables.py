"""The tables, once for both engines; ``migrations`` holds how they came to be."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    false,
    literal_column,
    text,
    true,
)

from imgoe_bot.adapters.store.history_tables import backfill as backfill
from imgoe_bot.adapters.store.history_tables import backfill_tally as backfill_tally
from imgoe_bot.adapters.store.history_tables import history_range as history_range
from imgoe_bot.adapters.store.history_tables import seen as seen
from imgoe_bot.adapters.store.host_tables import host_slot as host_slot
from imgoe_bot.adapters.store.host_tables import orphan as orphan
from imgoe_bot.adapters.store.host_tables import parking as parking
from imgoe_bot.adapters.store.schema import METADATA, UtcDateTime

metadata = METADATA
"""Of all tables below."""

guild = Table(
    "guild",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("host_url", Text, nullable=False),
    Column("key_sealed", LargeBinary),
    Column("key_fingerprint", String(16)),
    Column("version", Integer, nullable=False),
)

guild_stay = Table(
    "guild_stay",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("gone_at", UtcDateTime),
)

option_value = Table(
    "option_value",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("scope_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("scope_id", BigInteger, nullable=False, server_default="0"),
    Column("name", String(32), nullable=False, server_default="key"),
    Column("old", Text),
    Column("new", Text),
    Index(None, "guild_id", "at"),
)

mirror_rule = Table(
    "mirror_rule",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("created_by", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("paused", Boolean, nullable=False, server_default=false()),
    Column("lacks", String(64)),
    Column("begins_at", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("guild_id", "channel_id"),
)

post = Table(
    "post",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("origin", String(16), nullable=False),
    Column("guild_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, index=True),
    Column("rule_id", String(16)),
    Column("author_id", BigInteger, nullable=False),
    Column("nsfw", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("locale", String(16), nullable=False, server_default="en-US"),
    Column("parent_ids", String(64), nullable=False, server_default=""),
    Column("layout", String(16), nullable=False, server_default="embed"),
    Column("withdrawn_at", UtcDateTime),
    Column("answered", Boolean, nullable=False, server_default=false()),
    Column("card_channel_id", BigInteger),
    Column("card_message_id", BigInteger),
    Column("thumbs_attached", Boolean, nullable=False, server_default=false()),
    Column("by_bot", Boolean, nullable=False, server_default=false()),
    Column("held_at", UtcDateTime),
    Column("backfill_id", Integer),
    UniqueConstraint("message_id", "rule_id"),
    Index(None, "guild_id", "message_id", unique=True),
    Index(None, "author_id", "created_at"),
    Index("ix_post_guild_id_channel_id", "guild_id", "channel_id", "message_id"),
)
_OF_BACKFILL = post.c.backfill_id.is_not(None)
Index(None, post.c.backfill_id, sqlite_where=_OF_BACKFILL, postgresql_where=_OF_BACKFILL)

upload = Table(
    "upload",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("post_id", String(16), ForeignKey("post.id"), nullable=False, index=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("uploader_id", BigInteger, nullable=False),
    Column("attachment_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("filename", Text, nullable=False),
    Column("spoiler", Boolean, nullable=False),
    Column("tags", Text, nullable=False, server_default=""),
    Column("approved", Boolean, nullable=False, server_default=true()),
    Column("host_url", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("mime", String(64), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("width_px", Integer),
    Column("height_px", Integer),
    Column("duration_s", Integer),
    Column("viewer_url", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("thumb_url", Text),
    Column("delete_link_sealed", LargeBinary),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("deleted_at", UtcDateTime),
    Column("deleted_by", BigInteger),
    Column("place", BigInteger, index=True),
    Column("folded_name", Text),
    Column("marks", Text),
    Index(None, "guild_id", "sha256"),
    Index(None, "guild_id", "created_at"),
    Index(None, "guild_id", "attachment_id"),
    Index(None, "guild_id", "place"),
    Index(None, "uploader_id", "place"),
    Index(None, "uploader_id", "guild_id", "place"),
)
_BY_SOMEBODY = upload.c.deleted_by.is_not(None)
Index(None, upload.c.deleted_by, sqlite_where=_BY_SOMEBODY, postgresql_where=_BY_SOMEBODY)
"""``place`` to ``marks`` are the library's (``catalogue/places``); r0013 makes its search index."""

tally = Table(
    "tally",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("channel_id", BigInteger, primary_key=True, autoincrement=False),
    Column("files", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    sqlite_with_rowid=False,  # a period's rows lie side by side
)
"""Uploads a day (since 1970), those deleted meanwhile too; user or channel 0 are all of them."""
ONE_PERSON = tally.c.user_id != literal_column("0")
Index(
    None,
    tally.c.user_id,
    tally.c.day,
    sqlite_where=ONE_PERSON,
    postgresql_where=ONE_PERSON,
)

job = Table(
    "job",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("post_id", String(16), ForeignKey("post.id"), nullable=False),
    Column("guild_id", BigInteger, nullable=False),
    Column("step", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("run_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("owner", String(16)),
    Column("lease_until", UtcDateTime),
    Column("attachment_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("filename", Text, nullable=False),
    Column("spoiler", Boolean, nullable=False),
    Column("source", String(16), nullable=False, server_default="attachments"),
    Column("error", String(64)),
    Column("error_facts", Text),
    Column("letter", String(16)),
    Column("slots", String(32), nullable=False, server_default=""),
    Column("admitted", Boolean, nullable=False, server_default=false()),
    Column("failing_since", UtcDateTime),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("sending", Text),
    Column("parked_on", Text, nullable=False, server_default=""),
    Column("parked_until", UtcDateTime),
    Column("lane", Text, nullable=False, server_default=""),
    Column("due", Boolean, nullable=False, server_default=true()),
    UniqueConstraint("post_id", "step", "attachment_id"),
    *(
        Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))
        for name, columns, where in (
            ("ix_job_due", ("lane", "guild_id", "run_at", "id"), "state = 'ready' AND due"),
            ("ix_job_later", ("run_at",), "state = 'ready' AND NOT due"),
            ("ix_job_leased", ("lease_until",), "state = 'leased'"),
            ("ix_job_open", ("guild_id", "state", "step", "run_at"), "state != 'done'"),
            ("ix_job_letter", ("letter",), "letter IS NOT NULL"),
            ("ix_job_parked", ("parked_on", "state"), "parked_on != ''"),
            ("ix_job_parked_until", ("parked_until",), "state = 'parked'"),
            (
                "ix_job_put_off",
                ("run_at",),
                "state = 'ready' AND NOT due AND step = 'deliver' AND letter = post_id",
            ),
        )
    ),
    sqlite_autoincrement=True,
)

FAILED_UPLOAD = and_(
    job.c.step == literal_column("'upload'"), job.c.state == literal_column("'dead'")
)
"""Files that were not kept; in a query too the values stand in it, or its index is not used."""
Index(
    "ix_job_failed",
    job.c.guild_id,
    job.c.run_at,
    job.c.error,
    sqlite_where=FAILED_UPLOAD,
    postgresql_where=FAILED_UPLOAD,
)

person = Table(
    "person",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("dms_closed_until", UtcDateTime),
    Column("dm_opened_at", UtcDateTime),
    Column("quiet_until", UtcDateTime),
)

dm_slot = Table(
    "dm_slot",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "kind", "at"),
)

dm_breaker = Table(
    "dm_breaker",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("reason", String(16)),
    Column("until", UtcDateTime),
    Column("probing", Boolean, nullable=False),
)

person_choice = Table(
    "person_choice",
    metadata,
    Column("mark", String(64), primary_key=True),
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("choice", String(8), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

note = Table(
    "note",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
