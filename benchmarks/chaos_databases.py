"""The bot's database as the campaign sees it: where it is, what it holds, and how it fails."""

import asyncio
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from tests.hostserver.postgres import PostgresServer, postgres_server

SQLITE, POSTGRES = "sqlite", "postgres"
ENGINES = (SQLITE, POSTGRES)
FILE = "imgoe_bot.sqlite3"
_READ = """
import json, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=30)
json.dump(connection.execute(sys.argv[2]).fetchall(), sys.stdout)
"""
_CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
TAKEN_S = 30.0
"""The longest wait for a lock that the campaign wants to hold itself."""

Rows = Sequence[Sequence[Any]]  # what a query of the verdict's gives, by its columns


class Database(Protocol):
    """A database of a bot's own.

    Attributes:
        engine: ``sqlite`` or ``postgres``.
    """

    engine: str

    def environment(self) -> dict[str, str]:
        """Return what a bot has to be told of it."""
        ...

    async def read(self, query: str) -> Rows:
        """Return what a query finds."""
        ...


class SqliteDatabase:
    """A file in the bot's data folder.

    Attributes:
        file: the file.
    """

    engine = SQLITE

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE

    def environment(self) -> dict[str, str]:
        """Return nothing: it is where the bot looks for it unasked."""
        return {}

    async def read(self, query: str) -> Rows:
        """Return what a query finds."""
        return await asyncio.to_thread(self._read, query)

    def _read(self, query: str) -> Rows:
        address = f"file:{self.file}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=TAKEN_S)) as file:
            return file.execute(query).fetchall()

    @asynccontextmanager
    async def locked(self) -> AsyncGenerator[None]:
        """Hold the write lock, as another process may."""
        connection = sqlite3.connect(
            self.file, timeout=TAKEN_S, isolation_level=None, check_same_thread=False
        )
        with contextlib.closing(connection) as file:
            await asyncio.to_thread(file.execute, "BEGIN IMMEDIATE")
            yield
            file.execute("ROLLBACK")


class NamespacedSqliteDatabase(SqliteDatabase):
    """The same where the bot has mounted a small file system of its own on the folder.

    Args:
        folder: where the bot sees it.
        pid: the bot's process.
    """

    def __init__(self, folder: Path, *, pid: int) -> None:
        super().__init__(folder)
        self._ballast = Path(f"/proc/{pid}/root{folder}/ballast")
        self._enter = ("nsenter", f"--target={pid}", "--user", "--mount", "--preserve-credentials")

    def _read(self, query: str) -> Rows:
        command = [*self._enter, sys.executable, "-c", _READ, str(self.file), query]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own
        rows: Rows = json.loads(done.stdout)
        return rows

    @asynccontextmanager
    async def full(self) -> AsyncGenerator[None]:
        """Fill the file system; what was written is moved into the file first.

        Else the next writes would find room in the log.
        """
        await self.read("PRAGMA wal_checkpoint(TRUNCATE)")
        with contextlib.suppress(OSError), self._ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        yield
        self._ballast.unlink()


class PostgresDatabase:
    """A database of its own on a server that may be stopped and killed.

    Attributes:
        server: the server.
    """

    engine = POSTGRES

    def __init__(self, server: PostgresServer, name: str) -> None:
        self.server = server
        url = make_url(server.url).set(database=name)
        self._url = url.render_as_string(hide_password=False)

    @classmethod
    async def create(cls, server: PostgresServer) -> "PostgresDatabase":
        """Make an empty database."""
        name = f"chaos_{os.urandom(6).hex()}"
        await _run(server.url, f"CREATE DATABASE {name}")
        return cls(server, name)

    def environment(self) -> dict[str, str]:
        """Return its address."""
        return {"IMGOE_DATABASE_URL": self._url}

    async def read(self, query: str) -> Rows:
        """Return what a query finds."""
        engine = create_async_engine(self._url, poolclass=NullPool)
        async with engine.connect() as connection:
            rows = (await connection.execute(text(query))).all()
        await engine.dispose()
        return rows

    async def cut_connections(self) -> None:
        """End every connection but the one that asks for it, as an administrator may."""
        await _run(self.server.url, _CUT)


async def _run(url: str, statement: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.exec_driver_sql(statement)
    await engine.dispose()


@contextmanager
def open_server() -> Generator[PostgresServer]:
    """Run a PostgreSQL in a folder where its own user may enter."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with postgres_server(Path(folder)) as server:
            yield server
