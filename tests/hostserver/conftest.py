"""A running host on a free port."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from imgoe_bot.hostserver import HostOptions, HostServer
from tests.hostserver.driver import Client, FileList, client_of


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
