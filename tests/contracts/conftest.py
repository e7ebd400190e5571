"""One database a test, on every engine the bot supports."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from imgoe_bot.adapters.store import migrate, open_engine
from imgoe_bot.adapters.store.tables import metadata
from imgoe_bot.domain.ids import new_id
from tests.contracts.stores import Stores
from tests.hostserver.postgres import running_postgres

ENGINES = ("sqlite", pytest.param("postgres", marks=pytest.mark.service("postgres")))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server; its folder lies where its own user may enter."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with running_postgres(Path(folder)) as url:
            yield url


async def _migrated(url: str) -> str:
    engine = open_engine(url)
    await migrate(engine)
    await engine.dispose()
    return url


async def _create(server: str) -> str:
    """Create a database on a PostgreSQL server and return its address."""
    name = f"bot_{new_id()}"
    admin = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.exec_driver_sql(f"CREATE DATABASE {name}")
    await admin.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The address of a PostgreSQL database with this version's schema, emptied for each test."""

    async def prepare() -> str:
        return await _migrated(await _create(postgres_server))

    return asyncio.run(prepare())


@pytest.fixture(scope="session")
def sqlite_template(migrated_file: Path) -> str:
    """The address of a SQLite file with this version's schema, to be copied."""
    return f"sqlite+aiosqlite:///{migrated_file}"


@pytest.fixture(params=ENGINES)
def server(request: pytest.FixtureRequest) -> str | None:
    """Where databases are made: a PostgreSQL server, None for files."""
    if request.param == "sqlite":
        return None
    address: str = request.getfixturevalue("postgres_server")
    return address


@pytest.fixture
def template(request: pytest.FixtureRequest, server: str | None) -> str:
    """The address of a migrated database on the same engine."""
    address: str = request.getfixturevalue("postgres_template" if server else "sqlite_template")
    return address


@pytest_asyncio.fixture
async def empty_url(server: str | None, tmp_path: Path) -> str:
    """The address of a database without a table."""
    return await _create(server) if server else f"sqlite+aiosqlite:///{tmp_path / 'bot.sqlite3'}"


@pytest_asyncio.fixture
async def url(server: str | None, template: str, tmp_path: Path) -> str:
    """The address of a database with this version's schema and nothing in it."""
    if server:
        await _empty(template)
        return template
    copy = tmp_path / "bot.sqlite3"
    shutil.copy(make_url(template).database or "", copy)
    return f"sqlite+aiosqlite:///{copy}"


async def _empty(url: str) -> None:
    """Empty every table: much quicker than a new database."""
    engine = create_async_engine(url)
    tables = ", ".join(metadata.tables)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY")
    await engine.dispose()


@pytest_asyncio.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(url)
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture
async def stores(engine: AsyncEngine) -> AsyncIterator[Stores]:
    made = Stores(engine)
    yield made
    await made.database.close()


@pytest_asyncio.fixture
async def other(url: str, stores: Stores) -> AsyncIterator[Stores]:
    """The stores of a second process on the same database."""
    engine = open_engine(url)
    made = Stores(engine, stores.vault)
    yield made
    await made.database.close()
