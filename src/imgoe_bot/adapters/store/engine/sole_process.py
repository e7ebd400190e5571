"""One bot at a time on a SQLite file: two would both answer whatever Discord sends."""

import asyncio
import errno
import fcntl
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from imgoe_bot.adapters.store.engine.opening import find_sqlite_file
from imgoe_bot.errors import ConfigError, StoreInUse

PATIENCE_S = 5.0
"""How long one that is about to end is waited for, as where a supervisor starts its successor."""
AGAIN_S = 0.1
_TAKEN = (errno.EAGAIN, errno.EACCES)

log = structlog.stdlib.get_logger(__name__)


@asynccontextmanager
async def sole_process(
    url: str, *, variable: str, patience_s: float = PATIENCE_S
) -> AsyncGenerator[bool]:
    """Be the only one that has entered this for a SQLite file, in whichever process.

    The system takes the lock off when a process ends, however it ends and whatever its number is;
    the file it is on stays. On PostgreSQL there is nothing to be done: several may work there.

    Args:
        url: the database's; that of a file is made ready for ``open_engine``.
        variable: what the operator set to have the file where it is.
        patience_s: how long to wait for another one to end, in seconds.

    Yields:
        Whether it certainly is; not on PostgreSQL, nor on a file system that has no locks.

    Raises:
        StoreInUse: another one goes on.
        ConfigError: the file's folder can't be used.
        StoreFull: it has no room.
    """
    file = find_sqlite_file(url, variable=variable)
    if file is None:
        yield False
        return
    held = _open(Path(f"{file.resolve()}.lock"), variable)
    try:
        yield await _take(held, file, patience_s)
    finally:
        os.close(held)


def _open(lock: Path, variable: str) -> int:
    """Open the lock's file for writing: over NFS, one that is only read can't be locked.

    A child process does not inherit it. Source: Linux's manual, flock(2); PEP 446.
    """
    try:
        return os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ConfigError(variable, f"{lock} can't be written: {error.strerror}") from error


async def _take(held: int, file: Path, patience_s: float) -> bool:
    """Take the lock as soon as it is free; False where there are no locks."""
    if (taken := _try(held, file)) is not None:
        return taken
    log.info("another bot works with this database, waiting for its end", file=str(file))
    until = asyncio.get_running_loop().time() + patience_s
    while asyncio.get_running_loop().time() < until:
        await asyncio.sleep(AGAIN_S)
        if (taken := _try(held, file)) is not None:
            return taken
    raise StoreInUse(file=str(file))


def _try(held: int, file: Path) -> bool | None:
    """Take the lock; None while another one has it, False where there are no locks: go without."""
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _TAKEN:
            return None
        log.warning(
            "this file system has no locks: see to it that no second bot works there",
            file=str(file),
            error=error.strerror,
        )
        return False
    return True
