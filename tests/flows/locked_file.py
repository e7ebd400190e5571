"""A SQLite file that another process writes to, for as long as a test wants."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.flows.kit import PATIENCE_S


@asynccontextmanager
async def locked(path: Path) -> AsyncGenerator[None]:
    """Hold the write lock of a SQLite file, as another process may."""
    taken = sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False)
    with contextlib.closing(taken) as file:
        await asyncio.to_thread(file.execute, "BEGIN IMMEDIATE")
        yield
        file.execute("ROLLBACK")
