"""A running host on a free port."""

import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from imgoe_bot.hostserver import HostOptions, HostServer
from tests.hostserver.driver import Client, FileList, client_of
from tests.hostserver.postgres import running_postgres


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[HostServer]:
    async with HostServer(HostOptions(tmp_path / "data")) as host:
        yield host


@pytest.fixture
def client(session: aiohttp.ClientSession, host: HostServer) -> Client:
    return client_of(host, session)


@pytest.fixture
def files(tmp_path: Path) -> FileList:
    return FileList(tmp_path / "data")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server; its folder lies outside pytest's, which others may not enter."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with running_postgres(Path(folder)) as url:
            yield url


@pytest.fixture
def unused_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
