"""The places of what a query reaches in the library, on either engine, with an index or without."""

from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Text,
    cast,
    column,
    func,
    literal,
    select,
    table,
)

from imgoe_bot.adapters.store import search_index
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.catalogue.places import first_place
from imgoe_bot.domain.library import Query, Scope

_FTS = table(search_index.FTS, column("rowid", BigInteger))
_UPLOAD = t.upload.c

Places = tuple[Select[Any], ColumnElement[Any]]
"""A query for places, in no order, and the column that has them."""


def is_filtered(query: Query) -> bool:
    """Tell whether a query needs the search index."""
    return bool(query.search or query.tag or query.channel_id is not None)


def places(scope: Scope, query: Query, *, engine_name: str, is_indexed: bool) -> Places:
    """Return where a query's uploads are in the library.

    Args:
        scope: whose.
        query: what for.
        engine_name: SQLAlchemy's, such as ``sqlite``.
        is_indexed: whether the database has the search index.
    """
    if not (is_filtered(query) and is_indexed):
        return _walked(scope, query)
    if engine_name == "sqlite":
        return _matched(scope, query)
    found, place = _walked(scope, query)
    return found.where(_is_candidate(scope, query)), place


def has_more(connection: Connection, scope: Scope, *, than: int) -> bool:
    """Tell whether a scope has more than so many uploads."""
    found, _ = _walked(scope, Query())
    beyond = found.limit(1).offset(than)
    return connection.execute(beyond).first() is not None


def _walked(scope: Scope, query: Query) -> Places:
    conditions = [*reached(scope), _UPLOAD.place.is_not(None), *_since(query, _UPLOAD.place)]
    if query.search:
        name = search_index.folded(query.search)
        conditions.append(_UPLOAD.folded_name.contains(name, autoescape=True))
    listed = literal(" ").concat(_UPLOAD.marks).concat(" ")
    for mark in search_index.mark_tokens(channel_id=query.channel_id, tag=query.tag):
        conditions.append(listed.contains(f" {mark} "))
    return select(_UPLOAD.place).where(*conditions), _UPLOAD.place


def reached(scope: Scope) -> list[ColumnElement[bool]]:
    """Return the conditions that keep a scope's uploads."""
    conditions: list[ColumnElement[bool]] = []
    if scope.user_id is not None:
        conditions.append(_UPLOAD.uploader_id == scope.user_id)
    if scope.guild_id is not None:
        conditions.append(_UPLOAD.guild_id == scope.guild_id)
    return conditions


def _matched(scope: Scope, query: Query) -> Places:
    """Return what SQLite's full text index finds: that alone knows all, and in order."""
    name = search_index.folded(query.search)
    match = search_index.sqlite_match(name, _marks(scope, query))
    matches = column(search_index.FTS).op("MATCH")(literal(match))
    return select(_FTS.c.rowid).where(matches, *_since(query, _FTS.c.rowid)), _FTS.c.rowid


def _is_candidate(scope: Scope, query: Query) -> ColumnElement[bool]:
    """Say of a row that PostgreSQL's index has it under all that is asked for."""
    name = search_index.folded(query.search)
    tokens = [*search_index.pieces_of(name), *_marks(scope, query)]
    filed = getattr(func, search_index.PG_TOKENS)(_UPLOAD.folded_name, _UPLOAD.marks)
    has_all: ColumnElement[bool] = filed.op("@>")(cast(tokens, ARRAY(Text)))
    return has_all


def _marks(scope: Scope, query: Query) -> list[str]:
    return [
        *search_index.scope_tokens(user_id=scope.user_id, guild_id=scope.guild_id),
        *search_index.mark_tokens(channel_id=query.channel_id, tag=query.tag),
    ]


def _since(query: Query, place: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    if query.since is None:
        return []
    return [place >= first_place(datetime.combine(query.since, time(), UTC))]
