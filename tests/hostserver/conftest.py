"""A running host on a free port."""

import os
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from imgoe_bot.hostserver import HostOptions, HostServer, S3Bucket
from tests.hostserver.client import Client, FileList, client_of
from tests.hostserver.postgres import running_postgres
from tests.hostserver.running_host import Clock
from tests.hostserver.s3_bucket import SECRETS


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def clock() -> Clock:
    return Clock()


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
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server; its folder lies outside pytest's, which others may not enter."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with running_postgres(Path(folder)) as url:
            yield url


@pytest.fixture
async def postgres_url(postgres_server: str) -> str:
    """An empty database of that server."""
    name = f"host_{os.urandom(4).hex()}"
    engine = create_async_engine(postgres_server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f"CREATE DATABASE {name}")
    await engine.dispose()
    return f"{postgres_server.rpartition('/')[0]}/{name}"


@pytest.fixture
def unused_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    moto = pytest.importorskip("moto.server", reason="moto's server is not installed")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
async def bucket(s3_endpoint: str, session: aiohttp.ClientSession) -> S3Bucket:
    pytest.importorskip("obstore", reason="obstore is not installed")
    name = f"pictures-{os.urandom(4).hex()}"
    async with session.put(f"{s3_endpoint}/{name}") as response:
        assert response.status == 200
    return S3Bucket(name, endpoint=s3_endpoint, **SECRETS)
