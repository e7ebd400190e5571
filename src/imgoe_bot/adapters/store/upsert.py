"""Insertions that two processes may make at the same moment, on either engine."""

import importlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Table

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

Values = Mapping[str, Any]  # SQLAlchemy types no column's value


@cache
def _insert_into(engine_name: str, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """Return the engine's own statement; the other one's dialect is not loaded (4 MB)."""
    dialect = importlib.import_module(f"sqlalchemy.dialects.{engine_name}")
    insert: postgresql.Insert | sqlite.Insert = dialect.insert(table)
    return insert


@cache
def _new_rows(engine_name: str, table: Table) -> "postgresql.Insert | sqlite.Insert":
    return _insert_into(engine_name, table).on_conflict_do_nothing()


def _insert(connection: Connection, table: Table) -> "postgresql.Insert | sqlite.Insert":
    return _insert_into(connection.dialect.name, table)


def new_rows(connection: Connection, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """Return the statement that inserts rows and leaves those alone whose key is taken."""
    return _new_rows(connection.dialect.name, table)


def insert_new(connection: Connection, table: Table, values: Values) -> bool:
    """Insert a row; False when there is one with its key already, which is left alone."""
    statement = new_rows(connection, table)
    return connection.execute(statement, dict(values)).rowcount == 1


def upsert(
    connection: Connection,
    table: Table,
    *,
    key: Values,
    values: Values,
    where: ColumnElement[bool] | None = None,
) -> None:
    """Insert a row, or write its values over those of the row with the same key.

    Args:
        connection: in a transaction.
        table: where.
        key: the columns of its primary key, or of a unique constraint.
        values: the other columns; at least one.
        where: whether a row that is there is written over; None: always.
    """
    statement = _insert(connection, table).values(**key, **values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=list(key), set_=dict(values), where=where)
    )


def upsert_all(
    connection: Connection,
    table: Table,
    *,
    key: tuple[str, ...],
    rows: Sequence[Values],
    where: ColumnElement[bool] | None = None,
) -> None:
    """Do what ``upsert`` does for many rows in one statement.

    Args:
        connection: in a transaction.
        table: where.
        key: the columns of its primary key, or of a unique constraint.
        rows: the same columns in each; none is fine.
        where: whether a row that is there is written over; None: always.
    """
    if not rows:
        return
    statement = _insert(connection, table)
    set_ = {name: statement.excluded[name] for name in rows[0] if name not in key}
    connection.execute(
        statement.on_conflict_do_update(index_elements=key, set_=set_, where=where), list(rows)
    )


def add_all(
    connection: Connection, table: Table, *, key: Sequence[str], rows: Sequence[Values]
) -> None:
    """Insert rows of numbers, or add their values to those of the rows with the same keys.

    Args:
        connection: in a transaction.
        table: where.
        key: its primary key's columns.
        rows: the same columns in each, no key twice; none is fine.
    """
    if not rows:
        return
    statement = _insert(connection, table).values(list(rows))
    sums = {name: table.c[name] + statement.excluded[name] for name in rows[0] if name not in key}
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=sums))
