"""The library at a million uploads: places, a search index, tallies, and indexes for what grew.

All in one transaction, in batches: a process that is killed leaves the schema as it was.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
import structlog
from alembic import op

from imgoe_bot.adapters.store import search_index
from imgoe_bot.adapters.store.migrations.progress import Report, progress_of

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

log = structlog.stdlib.get_logger(__name__)

BATCH = 5_000
COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "place": sa.BigInteger(),
    "folded_name": sa.Text(),
    "marks": sa.Text(),
}
INDEXES: dict[str, tuple[str, ...]] = {
    "ix_upload_place": ("upload", "place"),
    "ix_upload_guild_id_place": ("upload", "guild_id", "place"),
    "ix_upload_uploader_id_place": ("upload", "uploader_id", "place"),
    "ix_upload_uploader_id_guild_id_place": ("upload", "uploader_id", "guild_id", "place"),
    "ix_upload_guild_id_attachment_id": ("upload", "guild_id", "attachment_id"),
    "ix_upload_deleted_by": ("upload", "deleted_by"),
    "ix_job_failed": ("job", "guild_id", "run_at", "error"),
    "ix_tally_user_id_day": ("tally", "user_id", "day"),
    "ix_post_author_id_created_at": ("post", "author_id", "created_at"),
    "ix_post_guild_id_channel_id": ("post", "guild_id", "channel_id", "message_id"),
}
PARTIAL = {
    "ix_tally_user_id_day": "user_id != 0",
    "ix_upload_deleted_by": "deleted_by IS NOT NULL",
    "ix_job_failed": "step = 'upload' AND state = 'dead'",
}

PLACES = """
    CREATE TEMPORARY TABLE listed AS
    SELECT row_number() OVER (ORDER BY created_at, id) AS n, id,
        created_at / 1000000 * 16384 - 1 + row_number() OVER (
            PARTITION BY created_at / 1000000 ORDER BY created_at, position DESC, id DESC
        ) AS place
    FROM upload
    WHERE deleted_at IS NULL AND post_id IN (SELECT id FROM post) AND NOT EXISTS (
        SELECT 1 FROM job WHERE job.post_id = upload.post_id AND job.step = 'erase'
    )
"""
"""As ``catalogue/places`` gives them: newer is higher, and no two are the same."""

SOME = sa.text("""
    SELECT listed.place, upload.id, upload.filename, upload.guild_id, upload.uploader_id,
        upload.tags, post.channel_id, post.parent_ids
    FROM listed JOIN upload ON upload.id = listed.id JOIN post ON post.id = upload.post_id
    WHERE listed.n > :after AND listed.n <= :last
""")
LIST = sa.text(
    "UPDATE upload SET place = :place, folded_name = :folded_name, marks = :marks WHERE id = :id"
)
FILL = """
    INSERT INTO upload_search (rowid, tokens) SELECT upload.place, {tokens}
    FROM listed JOIN upload ON upload.id = listed.id
    WHERE listed.n > :after AND listed.n <= :last ORDER BY listed.n
"""
OPTIMIZE = sa.text("INSERT INTO upload_search (upload_search) VALUES ('optimize')")
TALLY = """
    INSERT INTO tally (user_id, guild_id, day, channel_id, files, size_bytes)
    SELECT {user}, upload.guild_id, upload.created_at / 86400000000 AS day, {channel},
        count(*), sum(upload.size_bytes)
    FROM upload JOIN post ON post.id = upload.post_id GROUP BY 1, 2, 3, 4
"""


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    connection = op.get_bind()
    for name, kind in COLUMNS.items():
        op.add_column("upload", sa.Column(name, kind))
    _create_tally()
    for user in ("0", "upload.uploader_id"):
        for channel in ("0", "post.channel_id"):
            op.execute(TALLY.format(user=user, channel=channel))
    op.execute(PLACES)
    op.execute("CREATE UNIQUE INDEX ix_listed ON listed (n)")
    total = connection.scalar(sa.text("SELECT count(*) FROM listed")) or 0
    _list(connection, total)
    op.drop_index("ix_upload_uploader_id", table_name="upload")
    for name, (table, *columns) in INDEXES.items():
        where = sa.text(PARTIAL[name]) if name in PARTIAL else None
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
    _index(connection, total)
    op.execute("DROP TABLE listed")


def _create_tally() -> None:
    op.create_table(
        "tally",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "user_id", "day", "channel_id", name=op.f("pk_tally")),
        sqlite_with_rowid=False,
    )


def _batches(total: int, report: Report) -> Iterator[dict[str, int]]:
    for after in range(0, total, BATCH):
        report(after)
        yield {"after": after, "last": after + BATCH}


def _list(connection: sa.Connection, total: int) -> None:
    report = progress_of("places in the library", total=total)
    for batch in _batches(total, report):
        rows = [_listed(row) for row in connection.execute(SOME, batch).mappings()]
        connection.execute(LIST, rows)


def _listed(row: sa.RowMapping) -> dict[str, Any]:
    parents = [int(id_) for id_ in row["parent_ids"].split(",") if id_]
    return {
        "id": row["id"],
        "place": row["place"],
        "folded_name": search_index.folded(row["filename"]),
        "marks": search_index.marks_of(
            guild_id=row["guild_id"],
            uploader_id=row["uploader_id"],
            channel_ids=(row["channel_id"], *parents),
            tags=[tag for tag in row["tags"].split(",") if tag],
        ),
    }


def _index(connection: sa.Connection, total: int) -> None:
    if connection.dialect.name == "postgresql":
        log.info("migrating", work="search index", total=total)
        op.execute(search_index.POSTGRES_FUNCTION)
        op.execute(search_index.POSTGRES_INDEX)
    elif search_index.has_fts5(connection):
        op.execute(search_index.SQLITE_TABLE)
        fill = sa.text(FILL.format(tokens=search_index.sqlite_tokens("upload")))
        for batch in _batches(total, progress_of("search index", total=total)):
            connection.execute(fill, batch)
        connection.execute(OPTIMIZE)
        for name, what in search_index.SQLITE_TRIGGERS.items():
            connection.exec_driver_sql(f"CREATE TRIGGER {name} {what}; END")


def downgrade() -> None:
    """Take the schema back to the revision before."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX ix_upload_search")
        op.execute("DROP FUNCTION imgoe_search_tokens")
    else:
        for name in search_index.SQLITE_TRIGGERS:
            op.execute(f"DROP TRIGGER IF EXISTS {name}")
        op.execute("DROP TABLE IF EXISTS upload_search")
    for name, (table, *_) in INDEXES.items():
        op.drop_index(name, table_name=table)
    op.create_index("ix_upload_uploader_id", "upload", ["uploader_id"])
    op.drop_table("tally")
    for name in COLUMNS:
        op.drop_column("upload", name)
