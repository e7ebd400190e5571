"""What the engines raise, as our errors: here and nowhere else in the store."""

import importlib
import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError, SQLAlchemyError

from imgoe_bot.errors import (
    ImgoeError,
    InternalError,
    StoreBroken,
    StoreError,
    StoreFull,
    StoreReadOnly,
)

_BUGS = (DataError, IntegrityError, ProgrammingError)
"""What no wait cures: we wrote what may not stand there."""
_AWAY = (SQLAlchemyError, sqlite3.Error, OSError)
"""What a database that is away shows itself by; a timeout is an OSError too."""

_BY_SQLITE_CODE: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_READONLY: StoreReadOnly,
    sqlite3.SQLITE_IOERR: StoreBroken,
    sqlite3.SQLITE_CORRUPT: StoreBroken,
    sqlite3.SQLITE_NOTADB: StoreBroken,
}
_BY_SQLSTATE: dict[str, type[StoreError]] = {
    "53100": StoreFull,
    "25006": StoreReadOnly,
    "58030": StoreBroken,
    "XX001": StoreBroken,
    "XX002": StoreBroken,
}
"""What is not listed is away: starting (57P03), stopping, out of connections.

Source: PostgreSQL's manual, appendix "Error Codes".
"""
_BAD_VALUE = "22"
"""The class of codes for a value that PostgreSQL takes at no time, as a text with NUL."""
_NO_ROOM_BYTES = 64 * 1024
"""SQLite lengthens its shared memory by half of that, and calls it an I/O error if it can't."""


@contextmanager
def store_errors(url: URL) -> Generator[None]:
    """Let what an engine raises in the block leave it as one of our errors.

    Args:
        url: the database's.

    Raises:
        StoreError: the database is away, full, read-only or damaged; a repeat may find it well.
        InternalError: a statement of ours can't be carried out.
    """
    try:
        yield
    except _BUGS as error:
        raise InternalError(kind=type(error).__name__) from error
    except _away(url.get_backend_name()) as error:
        raise _translated(error, url) from error


@contextmanager
def migration_errors(url: URL) -> Generator[None]:
    """Let whatever an engine raises while it is migrated leave the block as StoreError."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:  # the latter from the copy
        raise _named(error, url) from error


def _translated(error: Exception, url: URL) -> ImgoeError:
    if _sqlstate(error).startswith(_BAD_VALUE):  # SQLAlchemy tells these from no others
        return InternalError(kind=type(error).__name__)
    return _named(error, url)


def _named(error: Exception, url: URL) -> StoreError:
    kind = type(error).__name__
    if url.get_backend_name() != "sqlite":
        return _BY_SQLSTATE.get(_sqlstate(error), StoreError)(kind=kind)
    folder = Path(url.database or "").absolute().parent
    return _of_file(error, folder)(kind=kind, where=str(folder))


def _sqlstate(error: Exception) -> str:
    """Return PostgreSQL's code, which SQLAlchemy may have wrapped; empty where there is none."""
    return str(getattr(getattr(error, "orig", error), "sqlstate", None) or "")


def _of_file(error: Exception, folder: Path) -> type[StoreError]:
    """Tell what ails a file. An I/O error is many things, so the disk is looked at.

    Source: SQLite's ``os_unix.c``: only ENOSPC at a write is SQLITE_FULL; what a quota, a limit of
    the process or a disk that became read-only refuses is SQLITE_IOERR.
    """
    code = getattr(getattr(error, "orig", error), "sqlite_errorcode", 0) & 0xFF
    kind = _BY_SQLITE_CODE.get(code, StoreError)
    return _ailment_of(folder) or kind if code == sqlite3.SQLITE_IOERR else kind


def _ailment_of(folder: Path) -> type[StoreError] | None:
    try:
        disk = os.statvfs(folder)
    except OSError:
        return None
    if disk.f_flag & os.ST_RDONLY:
        return StoreReadOnly
    return StoreFull if disk.f_bavail * disk.f_frsize < _NO_ROOM_BYTES else None


@cache
def _away(engine_name: str) -> tuple[type[Exception], ...]:
    """Return what says that a database is away.

    SQLAlchemy lets some of what asyncpg raises through, as when a connection ends.
    """
    if engine_name == "sqlite":
        return _AWAY
    driver = importlib.import_module("asyncpg")  # an extra, and untyped
    return (*_AWAY, driver.PostgresError, driver.InterfaceError, driver.InternalClientError)
