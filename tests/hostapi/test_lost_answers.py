"""The real client at the real host: an answer that gets lost on the way costs nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from imgoe_bot.errors import HostBusy, HostRefused, HostUnreachable, IdempotencyMismatch
from imgoe_bot.hostapi import BytesSource, HostClient, KeyState, UploadRequest
from imgoe_bot.hostserver import HostOptions, HostServer
from tests.hostserver.client import FileList
from tests.hostserver.pictures import picture

KEY = "job-17:a1b2"
PICTURE = UploadRequest(BytesSource(picture(size=(64, 48)), "cat.jpg"), idempotency_key=KEY)


class CuttingProxy:
    """Passes requests on, and cuts the connection where the host begins to answer."""

    def __init__(self, url: str) -> None:
        self._host, self._port = urlsplit(url).hostname, urlsplit(url).port
        self.cuts = True
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host_reader, host_writer = await asyncio.open_connection(self._host, self._port)
        outward = asyncio.create_task(_pump(reader, host_writer))
        try:
            first = await host_reader.read(65_536)
            if not self.cuts:
                writer.write(first)
                await _pump(host_reader, writer)
        finally:
            writer.transport.abort()
            host_writer.close()
            outward.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await outward


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(65_536):
        writer.write(piece)
        await writer.drain()


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[HostServer]:
    async with HostServer(HostOptions(tmp_path / "data", refuse_duplicates=True)) as server:
        yield server


@pytest_asyncio.fixture
async def proxy(server: HostServer) -> AsyncIterator[CuttingProxy]:
    cutting = CuttingProxy(server.url)
    listener = await asyncio.start_server(cutting.serve, "127.0.0.1", 0)
    cutting.url = "http://{}:{}".format(*listener.sockets[0].getsockname()[:2])
    async with listener:
        yield cutting
    await listener.wait_closed()


async def test_a_lost_answer_is_found_or_given_again_and_one_copy_lies_there(
    server: HostServer, proxy: CuttingProxy, tmp_path: Path
) -> None:
    async with HostClient(proxy.url, key=server.first_key, attempts=1) as client:
        with pytest.raises(HostUnreachable) as lost:
            await client.upload(PICTURE)
        with pytest.raises(HostUnreachable):
            await client.find_by_key(KEY)
        proxy.cuts = False
        found = await client.find_by_key(KEY)
        again = await client.upload(PICTURE)
        assert lost.value.may_be_stored
        assert found.state is KeyState.STORED
        assert found.reply is not None
        assert (found.reply.id, found.reply.delete_link) == (again.id, again.delete_link)
        assert sorted(FileList(tmp_path / "data").names()) == ["cat.jpg", "cat.th.jpg"]

        assert again.delete_link is not None
        async with HostClient(server.url) as direct:
            assert await direct.delete(again.delete_link)
        assert (await client.find_by_key(KEY)).state is KeyState.DELETED
        with pytest.raises(HostRefused) as gone:
            await client.upload(PICTURE)
        assert (type(gone.value), gone.value.status) == (HostRefused, 410)
    assert FileList(tmp_path / "data").names() == []


async def test_the_client_reads_what_the_host_says_of_a_key(server: HostServer) -> None:
    other = UploadRequest(BytesSource(picture(seed=7), "dog.jpg"), idempotency_key=KEY)
    async with HostClient(server.url, key=server.first_key, attempts=1) as client:
        assert (await client.find_by_key(KEY)).state is KeyState.NOT_STORED
        first, *others = await asyncio.gather(
            *(client.upload(PICTURE) for _ in range(6)), return_exceptions=True
        )
        busy = [each for each in (first, *others) if isinstance(each, HostBusy)]
        assert busy
        assert all(each.retry_after_s == 2 and not each.may_be_stored for each in busy)
        assert (await client.find_by_key(KEY)).state is KeyState.STORED
        with pytest.raises(IdempotencyMismatch):
            await client.upload(other)
