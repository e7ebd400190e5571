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
) -> AsyncGenerator[None]:
    """Be the only one that has entered this for a SQLite file, in whichever process.

    The system takes the lock off when a process ends, however it ends and whatever its number is;
    the file it is on stays. On PostgreSQL there is nothing to be done: several may work there.

    Args:
        url: the database's; that of a file is made ready for ``open_engine``.
        variable: what the operator set to have the file where it is.
        patience_s: how long to wait for another one to end, in seconds.

    Raises:
        StoreInUse: another one goes on.
        ConfigError: the file's folder can't be used.
        StoreFull: it has no room.
    """
    file = find_sqlite_file(url, variable=variable)
    if file is None:
        yield
        return
    held = _open(Path(f"{file.resolve()}.lock"), variable)
    try:
        await _take(held, file, patience_s)
        yield
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


async def _take(held: int, file: Path, patience_s: float) -> None:
    if _is_taken(held, file):
        return
    log.info("another bot works with this database, waiting for its end", file=str(file))
    until = asyncio.get_running_loop().time() + patience_s
    while asyncio.get_running_loop().time() < until:
        await asyncio.sleep(AGAIN_S)
        if _is_taken(held, file):
            return
    raise StoreInUse(file=str(file))


def _is_taken(held: int, file: Path) -> bool:
    """Take the lock; False while another one has it. Where there are no locks, go without."""
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        log.warning(
            "this file system has no locks: see to it that no second bot works there",
            file=str(file),
            error=error.strerror,
        )
    return True
