"""The copy of a SQLite file that is made before it is migrated."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.engine import make_url


def copy_of(url: URL) -> Path:
    """Return where a SQLite file is copied to before it is migrated."""
    path = Path(url.database or "")
    return path.with_suffix(path.suffix + ".before-migration")


def back_up_sqlite(url: str) -> Path | None:
    """Copy a SQLite file beside itself before it is migrated; None when there is no file yet."""
    path = Path(make_url(url).database or "")
    if not path.is_file():
        return None
    copy = copy_of(make_url(url))
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except sqlite3.Error:
        copy.unlink(missing_ok=True)  # half of one is of no use, and takes room where there is none
        raise
    return copy
