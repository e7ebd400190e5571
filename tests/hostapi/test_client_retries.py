"""What was surely not stored is sent again; of anything else it is said that it may be stored."""

import asyncio
import json
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from imgoe_bot.errors import HostBroken, HostBusy, HostError, HostUnreachable
from imgoe_bot.hostapi import (
    Base64Source,
    BytesSource,
    FileSource,
    HostClient,
    StreamSource,
    UploadRequest,
    UrlSource,
)
from tests.hostapi.conftest import Seen, read_request, read_whole_request, sample

if TYPE_CHECKING:
    from tests.hostapi.conftest import RawHost, ReplayHost

GIF = b"GIF89a" + bytes(600_000)
SMALL = UploadRequest(BytesSource(GIF[:60]))
BY_GET = UploadRequest(UrlSource("https://a.example/a.gif"), method="GET")


class RefusingHost:
    """Refuses so many uploads, then stores."""

    def __init__(self, replay: "ReplayHost", *, refusals: int) -> None:
        self.seen: list[Seen] = []
        self.left = refusals
        self.status, self.code, self.headers = 429, 130, {"Retry-After": "0"}
        replay.handler = self.handle

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(await read_request(request))
        if self.left == 0:
            return web.Response(body=sample("seed-video.json"), content_type="application/json")
        self.left -= 1
        error = {"status_code": 400, "error": {"message": "Nö.", "code": self.code}}
        return web.json_response(error, status=self.status, headers=self.headers)


async def pieces() -> AsyncIterator[bytes]:
    yield GIF


@pytest.mark.parametrize("code", [130, 666])
@pytest.mark.parametrize("kind", ["file", "bytes", "base64", "url", "get"])
async def test_what_was_refused_without_being_stored_is_sent_again(
    host: "ReplayHost", tmp_path: Path, kind: str, code: int
) -> None:
    refusing = RefusingHost(host, refusals=2)
    if code == 666:
        refusing.status, refusing.code, refusing.headers = 400, 666, {}
    (tmp_path / "a.gif").write_bytes(GIF)
    request = {
        "file": UploadRequest(FileSource(tmp_path / "a.gif")),
        "bytes": UploadRequest(BytesSource(GIF, filename="a.gif")),
        "base64": UploadRequest(Base64Source("R0lGODlh")),
        "url": UploadRequest(UrlSource("https://a.example/a.gif")),
        "get": BY_GET,
    }[kind]

    async with HostClient(host.base_url, retry_wait_s=0.01) as client:
        reply = await client.upload(request)

    assert reply.id == "ZfGd"
    assert len(refusing.seen) == 3
    assert len({(seen.file, seen.filename, str(seen.fields)) for seen in refusing.seen}) == 1
    if kind in ("file", "bytes"):
        assert refusing.seen[-1].file == GIF


async def test_a_busy_host_is_waited_for_as_long_as_it_asks(host: "ReplayHost") -> None:
    refusing = RefusingHost(host, refusals=1)
    refusing.headers = {"Retry-After": "1"}
    loop = asyncio.get_running_loop()
    before = loop.time()

    async with HostClient(host.base_url, retry_wait_s=0) as client:
        await client.upload(SMALL)

    assert loop.time() - before >= 1


async def test_a_stream_is_not_sent_again_for_it_is_gone(host: "ReplayHost") -> None:
    refusing = RefusingHost(host, refusals=1)

    async with HostClient(host.base_url, retry_wait_s=0) as client:
        with pytest.raises(HostBusy):
            await client.upload(UploadRequest(StreamSource(pieces())))

    assert len(refusing.seen) == 1


async def test_a_pipe_by_its_name_is_not_opened_twice(host: "ReplayHost", tmp_path: Path) -> None:
    refusing = RefusingHost(host, refusals=1)
    pipe = tmp_path / "pipe.gif"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(GIF,))
    writer.start()

    async with HostClient(host.base_url, retry_wait_s=0) as client:
        with pytest.raises(HostBusy):
            await client.upload(UploadRequest(FileSource(pipe)))

    writer.join()
    assert len(refusing.seen) == 1


@pytest.mark.parametrize(
    ("status", "code", "headers", "error"),
    [
        (429, 130, {"Retry-After": "61"}, HostBusy),
        (429, 130, {}, HostBusy),
        (400, 130, {}, HostBusy),
        (503, 0, {"Retry-After": "0"}, HostBusy),
        (500, 0, {}, HostBroken),
        (400, 900, {}, HostBroken),
    ],
)
async def test_what_may_be_stored_or_would_take_too_long_is_not_sent_again(
    host: "ReplayHost", status: int, code: int, headers: dict[str, str], error: type[HostError]
) -> None:
    refusing = RefusingHost(host, refusals=1)
    refusing.status, refusing.code, refusing.headers = status, code, headers

    async with HostClient(host.base_url, retry_wait_s=0) as client:
        with pytest.raises(error):
            await client.upload(SMALL)

    assert len(refusing.seen) == 1


async def test_a_wait_beyond_the_total_deadline_is_not_begun(host: "ReplayHost") -> None:
    refusing = RefusingHost(host, refusals=1)
    refusing.headers = {"Retry-After": "30"}

    async with HostClient(host.base_url, total_s=20) as client:
        with pytest.raises(HostBusy) as caught:
            await client.upload(SMALL)

    assert caught.value.retry_after_s == 30
    assert len(refusing.seen) == 1


async def test_a_repeat_tells_its_progress_from_the_start(host: "ReplayHost") -> None:
    RefusingHost(host, refusals=1)
    told: list[int] = []

    async with HostClient(host.base_url, retry_wait_s=0) as client:
        await client.upload(UploadRequest(BytesSource(GIF)), progress=told.append)

    assert told.count(len(GIF)) == 2
    assert told[: len(told) // 2] == told[len(told) // 2 :]


@pytest.mark.parametrize("request_", [SMALL, BY_GET], ids=["post", "get"])
async def test_an_answer_lost_after_the_whole_upload_leaves_it_maybe_stored(
    raw_host: "RawHost", request_: UploadRequest
) -> None:
    async with HostClient(raw_host.base_url, retry_wait_s=0) as client:
        with pytest.raises(HostUnreachable) as caught:
            await client.upload(request_)

    assert caught.value.may_be_stored
    assert raw_host.connections == 1


@pytest.mark.parametrize("request_", [SMALL, BY_GET], ids=["post", "get"])
@pytest.mark.parametrize("ends", ["answer", "total"])
async def test_time_that_runs_out_after_the_whole_upload_leaves_it_maybe_stored(
    raw_host: "RawHost", request_: UploadRequest, ends: str
) -> None:
    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_whole_request(reader, writer)
        await raw_host.release.wait()

    raw_host.handler = never_answer
    # The total runs from the start: it has to leave a slow machine time to send.
    answer_s, total_s = (0.2, 20) if ends == "answer" else (20, 2)
    async with HostClient(raw_host.base_url, answer_s=answer_s, total_s=total_s) as client:
        with pytest.raises(HostUnreachable) as caught:
            await client.upload(request_)

    assert caught.value.may_be_stored


@pytest.mark.parametrize("request_", [SMALL, BY_GET], ids=["post", "get"])
async def test_what_never_got_a_connection_is_not_stored(
    unused_tcp_port: int, request_: UploadRequest
) -> None:
    base = f"http://127.0.0.1:{unused_tcp_port}"
    async with HostClient(base, attempts=2, retry_wait_s=0) as client:
        with pytest.raises(HostUnreachable) as caught:
            await client.upload(request_)

    assert caught.value.facts == {"host": base}


async def test_a_connection_lost_half_way_through_the_body_leaves_nothing_stored(
    raw_host: "RawHost",
) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield GIF

    raw_host.handler = hang_up
    async with HostClient(raw_host.base_url) as client:
        with pytest.raises(HostUnreachable) as caught:
            await client.upload(UploadRequest(StreamSource(endless())))

    assert not caught.value.may_be_stored


async def test_an_upload_by_get_is_not_repeated_behind_our_back(raw_host: "RawHost") -> None:
    arrived = 0

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal arrived
        body = json.dumps({"status_code": 200, "image": {"id_encoded": "q3"}}).encode()
        await read_whole_request(reader, writer)
        arrived += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        await read_whole_request(reader, writer)
        arrived += 1

    raw_host.handler = answer_once
    async with HostClient(raw_host.base_url, retry_wait_s=0) as client:
        await client.upload(BY_GET)
        with pytest.raises(HostUnreachable) as caught:
            await client.upload(BY_GET)

    assert arrived == 2
    assert caught.value.may_be_stored
