"""The library's search index: what an upload is filed under, and what a search asks for.

Every piece of one, two and three characters of its file's name, and marks: its uploader, its
server, channels and tags. On SQLite the pieces stand in a full text index in their order, so that a
longer text is a phrase there; on PostgreSQL in a GIN index, which only says what has all pieces.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, text

PIECE_CHARS = 3
FTS = "upload_search"
PG_TOKENS = "imgoe_search_tokens"

_SQLITE_TOKENS = """
    (WITH RECURSIVE at(n) AS (
        SELECT 1 UNION ALL SELECT n + 1 FROM at WHERE n < length({row}.folded_name)
    )
    SELECT group_concat(hex(substr({row}.folded_name, n, 3)), ' ')
        || ' ' || group_concat(hex(substr({row}.folded_name, n, 2)), ' ')
        || ' ' || group_concat(hex(substr({row}.folded_name, n, 1)), ' ')
    FROM at) || ' ' || {row}.marks
"""
_INSERT = "INSERT INTO upload_search (rowid, tokens) VALUES (new.place, {tokens})"
_DELETE = """
    INSERT INTO upload_search (upload_search, rowid, tokens)
    VALUES ('delete', old.place, {tokens})
"""


def sqlite_tokens(row: str) -> str:
    """Return the SQL expression for what a row of ``upload`` is filed under, given its alias."""
    return _SQLITE_TOKENS.format(row=row)


SQLITE_TABLE = """
    CREATE VIRTUAL TABLE upload_search
    USING fts5(tokens, content='', columnsize=0, tokenize='ascii')
"""
SQLITE_TRIGGERS = {
    "upload_search_listed": "AFTER INSERT ON upload WHEN new.place IS NOT NULL BEGIN "
    + _INSERT.format(tokens=sqlite_tokens("new")),
    "upload_search_unlisted": "AFTER UPDATE OF place ON upload "
    "WHEN old.place IS NOT NULL AND new.place IS NULL BEGIN "
    + _DELETE.format(tokens=sqlite_tokens("old")),
    "upload_search_deleted": "AFTER DELETE ON upload WHEN old.place IS NOT NULL BEGIN "
    + _DELETE.format(tokens=sqlite_tokens("old")),
}
"""They keep the index with the table, whichever statement changes that."""

POSTGRES_FUNCTION = """
    CREATE FUNCTION imgoe_search_tokens(name text, marks text)
    RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT array(
            SELECT substr(name, n, chars)
            FROM generate_series(1, length(name)) n, generate_series(1, 3) chars
        ) || string_to_array(marks, ' ')
    $$
"""
POSTGRES_INDEX = """
    CREATE INDEX ix_upload_search ON upload
    USING gin (imgoe_search_tokens(folded_name, marks)) WHERE place IS NOT NULL
"""


_OPTION = text("SELECT 1 FROM pragma_compile_options WHERE compile_options = 'ENABLE_FTS5'")
_CHANGES = text("SELECT total_changes()")
_MERGE = text("INSERT INTO upload_search (upload_search, rank) VALUES ('merge', -64)")
"""64 pages of it; one row is changed when nothing is left. Source: sqlite.org, "FTS5", on merge."""
_TABLE = text("SELECT 1 FROM sqlite_master WHERE name = 'upload_search'")


def has_fts5(connection: Connection) -> bool:
    """Tell whether this SQLite can have the index at all."""
    return connection.execute(_OPTION).first() is not None


def has_index(connection: Connection) -> bool:
    """Tell whether a database has the index; PostgreSQL's always does."""
    if connection.dialect.name == "postgresql":
        return True
    return connection.execute(_TABLE).first() is not None


def merge_some(connection: Connection) -> bool:
    """Drop a part of what SQLite's index still holds of uploads that are gone from it.

    It notes what is gone beside what it has of it, until it merges the two by itself some day.

    Returns:
        Whether there is more to do.
    """
    if not has_index(connection):
        return False
    before = connection.execute(_CHANGES).scalar_one()
    connection.execute(_MERGE)
    return bool(connection.execute(_CHANGES).scalar_one() - before > 1)


def folded(text: str) -> str:
    """Return a text so that those which differ only in case are equal, in any script."""
    return text.casefold().replace("\0", "")


def marks_of(
    *, guild_id: int, uploader_id: int, channel_ids: Iterable[int], tags: Iterable[str]
) -> str:
    """Return what an upload is filed under beside its name."""
    scopes = scope_tokens(user_id=uploader_id, guild_id=guild_id)
    return " ".join((*scopes, *map(_channel, channel_ids), *map(_tag, tags)))


def scope_tokens(*, user_id: int | None, guild_id: int | None) -> list[str]:
    """Return what all uploads of a person, and of a server, are filed under."""
    named = (("p", user_id), ("g", guild_id))
    return [f"{kind}{id_}" for kind, id_ in named if id_ is not None]


def mark_tokens(*, channel_id: int | None, tag: str) -> list[str]:
    """Return the channel and the tag that a query asks for, as they are filed."""
    marks = [] if channel_id is None else [_channel(channel_id)]
    return [*marks, *([_tag(tag)] if tag else ())]


def _channel(channel_id: int) -> str:
    return f"c{channel_id}"


def _tag(tag: str) -> str:
    return f"t{_hex(folded(tag))}"


def _hex(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").hex()


def pieces_of(search: str) -> Sequence[str]:
    """Return the pieces of a folded text, in their order."""
    size = min(len(search), PIECE_CHARS)
    return [] if not search else [search[n : n + size] for n in range(len(search) - size + 1)]


def sqlite_match(search: str, marks: Sequence[str]) -> str:
    """Return what is asked of the full text index, given a folded text."""
    phrase = " ".join(map(_hex, pieces_of(search)))
    return " AND ".join(f'"{each}"' for each in (phrase, *marks) if each)
