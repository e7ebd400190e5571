"""What the engines raise, as our errors: here and nowhere else in the store."""

import importlib
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache

from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError, SQLAlchemyError

from imgoe_bot.errors import InternalError, StoreError

_BUGS = (DataError, IntegrityError, ProgrammingError)
"""What no wait cures: we wrote what may not stand there."""
_AWAY = (SQLAlchemyError, sqlite3.Error, OSError)
"""What a database that is away shows itself by; a timeout is an OSError too."""


@contextmanager
def store_errors(engine_name: str) -> Generator[None]:
    """Let what an engine raises in the block leave it as one of our errors.

    Args:
        engine_name: SQLAlchemy's, such as ``sqlite``.

    Raises:
        StoreError: the database is away; a repeat may find it back.
        InternalError: a statement of ours can't be carried out.
    """
    try:
        yield
    except _BUGS as error:
        raise InternalError(kind=type(error).__name__) from error
    except _away(engine_name) as error:
        if _is_bad_value(error):
            raise InternalError(kind=type(error).__name__) from error
        raise StoreError(kind=type(error).__name__) from error


@contextmanager
def migration_errors() -> Generator[None]:
    """Let whatever an engine raises while it is migrated leave the block as StoreError."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:  # the latter from the copy
        raise StoreError(kind=type(error).__name__) from error


def _is_bad_value(error: Exception) -> bool:
    """Tell a value that PostgreSQL takes at no time, as a text with NUL.

    Source: PostgreSQL's manual, appendix "Error Codes", class 22; SQLAlchemy tells these from no
    others.
    """
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return str(state or "").startswith("22")


@cache
def _away(engine_name: str) -> tuple[type[Exception], ...]:
    """Return what says that a database is away.

    SQLAlchemy lets some of what asyncpg raises through, as when a connection ends.
    """
    if engine_name == "sqlite":
        return _AWAY
    driver = importlib.import_module("asyncpg")  # an extra, and untyped
    return (*_AWAY, driver.PostgresError, driver.InterfaceError, driver.InternalClientError)
