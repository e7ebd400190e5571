"""Whatever a connection does, the call ends, in time, with an error that says what is known."""

import asyncio
import socket
import threading
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from imgoe_bot.errors import (
    BadReply,
    HostUnreachable,
    MediaTooLarge,
    SourceBlocked,
    SourceGone,
    SourceUnreachable,
)
from imgoe_bot.hostapi import (
    BytesSource,
    DeleteLink,
    FileSource,
    HostClient,
    StreamSource,
    UploadRequest,
    UrlSource,
    open_http,
)
from tests.hostapi.conftest import read_whole_request

if TYPE_CHECKING:
    from tests.hostapi.conftest import RawHost, ReplayHost

SMALL = UploadRequest(BytesSource(b"GIF89a" + bytes(50)))
CHUNK = bytes(256 * 1024)


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield CHUNK


def unused_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


async def test_a_refused_connection_is_tried_again_then_reported() -> None:
    base = f"http://127.0.0.1:{unused_port()}"
    async with HostClient(base, attempts=3, retry_wait_s=0.01) as client:
        with pytest.raises(HostUnreachable):
            await client.upload(SMALL)
        with pytest.raises(HostUnreachable):
            await client.upload(UploadRequest(UrlSource("https://a.example/"), method="GET"))


async def test_a_call_without_a_body_waits_for_a_host_that_starts(unused_tcp_port: int) -> None:
    async def start_late() -> asyncio.Server:
        await asyncio.sleep(0.3)
        return await asyncio.start_server(answer, "127.0.0.1", unused_tcp_port)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    starting = asyncio.create_task(start_late())
    base = f"http://127.0.0.1:{unused_tcp_port}"
    async with HostClient(base, attempts=9, retry_wait_s=0.1) as client:
        assert await client.is_public(f"{base}/thumb.png")
    async with await starting as server:
        server.close()


async def test_a_repeat_writes_nothing_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    base = f"http://127.0.0.1:{unused_port()}"
    async with HostClient(base, attempts=3, retry_wait_s=0.01) as client:
        with pytest.raises(HostUnreachable):
            await client.upload(SMALL)
    assert capfd.readouterr() == ("", "")


async def test_a_connection_lost_after_the_upload_is_not_repeated(raw_host: "RawHost") -> None:
    async with HostClient(raw_host.base_url, attempts=3, retry_wait_s=0.01) as client:
        with pytest.raises(HostUnreachable):
            await client.upload(SMALL)
    assert raw_host.connections == 1


async def test_a_host_that_stops_reading_is_given_up(raw_host: "RawHost") -> None:
    async def never_read(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await raw_host.release.wait()

    raw_host.handler = never_read
    async with open_http(write_s=0.2) as http:
        client = HostClient(raw_host.base_url, http=http)
        with pytest.raises(HostUnreachable):
            await client.upload(UploadRequest(StreamSource(endless())))


async def test_a_source_that_waits_is_not_a_host_that_stalls(host: "ReplayHost") -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield CHUNK
        await asyncio.sleep(0.3)
        yield CHUNK

    async with open_http(write_s=0.2, read_s=0.2) as http:
        reply = await HostClient(host.base_url, http=http).upload(
            UploadRequest(StreamSource(slow()))
        )
    assert reply.id == "ZfGd"


async def test_a_host_that_never_answers_is_given_up(raw_host: "RawHost") -> None:
    async def never_answer(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await raw_host.release.wait()

    raw_host.handler = never_answer
    async with HostClient(raw_host.base_url, answer_s=0.2) as client:
        with pytest.raises(HostUnreachable):
            await client.upload(SMALL)


async def test_a_name_that_is_looked_up_for_ever_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release = threading.Event()

    def look_up(*_: object, **__: object) -> list[object]:
        release.wait()
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    async with open_http(connect_s=0.1) as http:
        client = HostClient("http://host.example", http=http, attempts=2, retry_wait_s=0)
        try:
            async with asyncio.timeout(15):
                with pytest.raises(HostUnreachable):
                    await client.upload(SMALL)
        finally:
            release.set()


async def test_a_connection_that_never_gets_free_is_given_up(raw_host: "RawHost") -> None:
    arrived = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_whole_request(reader, writer)
        arrived.set()
        await raw_host.release.wait()

    raw_host.handler = hold
    async with open_http(pool=1, connect_s=0.1) as http:
        client = HostClient(raw_host.base_url, http=http, attempts=2, retry_wait_s=0)
        first = asyncio.create_task(client.upload(SMALL))
        async with asyncio.timeout(15):
            await arrived.wait()
            with pytest.raises(HostUnreachable) as caught:
                await client.upload(SMALL)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
    assert not caught.value.may_be_stored


async def test_uploads_that_wait_for_one_another_all_arrive(host: "ReplayHost") -> None:
    async with open_http(pool=2) as http:
        client = HostClient(host.base_url, http=http)
        await asyncio.gather(*(client.upload(SMALL) for _ in range(50)))
    assert len(host.seen) == 50


async def test_the_total_deadline_ends_even_a_flowing_upload(host: "ReplayHost") -> None:
    async def swallow(request: web.Request) -> web.StreamResponse:
        async for _ in request.content.iter_any():
            pass
        return web.Response()

    host.handler = swallow
    async with HostClient(host.base_url, total_s=0.2) as client:
        with pytest.raises(HostUnreachable):
            await client.upload(UploadRequest(StreamSource(endless())))


async def test_a_cut_reply_is_no_success(raw_host: "RawHost") -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"status_code": 200, "im')
        await writer.drain()

    raw_host.handler = cut
    async with HostClient(raw_host.base_url) as client:
        with pytest.raises(HostUnreachable):
            await client.upload(SMALL)


async def test_what_is_no_http_is_no_answer(raw_host: "RawHost") -> None:
    async def banner(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example ESMTP\r\n\r\n")
        await writer.drain()

    raw_host.handler = banner
    async with HostClient(raw_host.base_url) as client:
        with pytest.raises(HostUnreachable):
            await client.upload(SMALL)


async def test_an_answer_before_the_end_of_the_body_is_read(raw_host: "RawHost") -> None:
    async def refuse_early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        await raw_host.release.wait()

    raw_host.handler = refuse_early
    async with HostClient(raw_host.base_url) as client:
        with pytest.raises(MediaTooLarge):
            await client.upload(UploadRequest(StreamSource(endless())))


async def test_an_endless_reply_is_cut_off(host: "ReplayHost") -> None:
    host.answer.body = b'{"a": "' + bytes(3 * 1024 * 1024)
    async with HostClient(host.base_url) as client:
        with pytest.raises(BadReply):
            await client.upload(SMALL)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_post_follows_no_redirect(host: "ReplayHost", status: int) -> None:
    host.answer.status = status
    host.answer.headers = {"Location": f"{host.base_url}/api/1/upload/?secret"}
    async with HostClient(host.base_url) as client:
        with pytest.raises(BadReply) as caught:
            await client.upload(SMALL)
    assert len(host.seen) == 1
    assert caught.value.host_message == f"Location: {host.base_url}/api/1/upload/"


async def test_a_cancelled_upload_passes_the_cancellation_on(raw_host: "RawHost") -> None:
    arrived = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        arrived.set()
        await raw_host.release.wait()

    raw_host.handler = hold
    async with HostClient(raw_host.base_url) as client:
        task = asyncio.create_task(client.upload(SMALL))
        await asyncio.wait_for(arrived.wait(), 15)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_what_the_progress_callback_raises_ends_the_upload(host: "ReplayHost") -> None:
    def stop(_: int) -> None:
        raise KeyError("enough")

    async with HostClient(host.base_url) as client:
        with pytest.raises(KeyError, match="enough"):
            await client.upload(SMALL, progress=stop)


async def test_a_host_cannot_set_cookies(host: "ReplayHost") -> None:
    host.answer.headers = {"Content-Type": "application/json", "Set-Cookie": "session=1; Path=/"}
    async with HostClient(host.base_url) as client:
        await client.upload(SMALL)
        await client.upload(SMALL)
    assert all("Cookie" not in seen.headers for seen in host.seen)


async def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    async with HostClient("http://127.0.0.1:1") as client:
        with pytest.raises(SourceGone):
            await client.upload(UploadRequest(FileSource(tmp_path / "none.png")))
        with pytest.raises(SourceBlocked, match="not-a-file"):
            await client.upload(UploadRequest(FileSource(tmp_path)))


@pytest.mark.parametrize("name", ["x" * 300, "nul\0"])
async def test_a_name_that_no_file_can_have_is_no_file(tmp_path: Path, name: str) -> None:
    async with HostClient("http://127.0.0.1:1") as client:
        with pytest.raises(SourceBlocked, match="not-a-file"):
            await client.upload(UploadRequest(FileSource(tmp_path / name)))


async def test_a_file_that_cannot_be_read_is_a_source_that_breaks_off() -> None:
    async with HostClient("http://127.0.0.1:1") as client:
        with pytest.raises(SourceUnreachable):
            await client.upload(UploadRequest(FileSource(Path("/proc/self/mem"))))


@pytest.mark.parametrize("name", ["a..b", ".", f"{'a' * 64}.example"])
async def test_what_is_no_name_of_a_site_is_not_public_and_no_delete_link(
    host: "ReplayHost", name: str
) -> None:
    async with HostClient(host.base_url) as client:
        assert not await client.is_public(f"http://{name}/thumb.png")
    with pytest.raises(ValueError, match="absolute"):
        DeleteLink(f"http://{name}/image/a/delete/{'5' * 48}")


async def test_what_the_source_raises_is_not_taken_for_the_hosts_fault(host: "ReplayHost") -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield CHUNK
        raise ValueError("of the caller's own")

    async with HostClient(host.base_url) as client:
        with pytest.raises(ValueError, match="own"):
            await client.upload(UploadRequest(StreamSource(broken())))


@pytest.mark.parametrize(("wbits", "encoding"), [(31, "gzip"), (15, "deflate")])
async def test_a_reply_compressed_unasked_is_read_no_further_than_any_reply(
    host: "ReplayHost", wbits: int, encoding: str
) -> None:
    def packed(body: bytes) -> bytes:
        machine = zlib.compressobj(9, wbits=wbits)
        return machine.compress(body) + machine.flush()

    host.answer.headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
    host.answer.body = packed(host.answer.body)
    async with HostClient(host.base_url) as client:
        assert (await client.upload(SMALL)).id == "ZfGd"
        host.answer.body = packed(bytes(64 * 1024 * 1024))
        tracemalloc.start()
        with pytest.raises(BadReply):
            await client.upload(SMALL)
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak_bytes < 8 * 1024 * 1024
    assert {seen.headers["Accept-Encoding"] for seen in host.seen} == {"identity"}


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "gzip"])
async def test_a_reply_in_an_encoding_nobody_asked_for_is_none(
    host: "ReplayHost", encoding: str
) -> None:
    host.answer.headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
    async with HostClient(host.base_url) as client:
        with pytest.raises(BadReply):
            await client.upload(SMALL)


async def test_a_delete_that_gets_no_connection_tells_no_link(
    caplog: pytest.LogCaptureFixture,
) -> None:
    base = f"http://127.0.0.1:{unused_port()}"
    async with HostClient(base, attempts=2, retry_wait_s=0.01) as client:
        with pytest.raises(HostUnreachable) as caught:
            await client.delete(DeleteLink(f"{base}/image/a/delete/{'5' * 48}"))
    assert "5555" not in repr(caught.value) + repr(caught.value.__cause__) + caplog.text
