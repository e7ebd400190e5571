"""A small server that answers as it is told, so that the client meets real sockets."""

import asyncio
import json
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import pytest
import pytest_asyncio
from aiohttp import BodyPartReader, web

SAMPLES = Path(__file__).parent / "samples"

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


def sample(name: str) -> bytes:
    """Return the body of a recorded answer; its neighbour README says where it came from."""
    return (SAMPLES / name).read_bytes()


@dataclass
class Seen:
    """A request as the server got it."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    fields: dict[str, str] = field(default_factory=dict[str, str])
    file: bytes | None = None
    file_headers: Mapping[str, str] = field(default_factory=dict[str, str])
    filename: str | None = None


@dataclass
class Canned:
    """An answer to give."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


class ReplayHost:
    """Answers every upload with one canned answer and keeps what it was sent."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.answer = Canned(body=sample("seed-video.json"))
        self.handler: Handler | None = None
        self.base_url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if self.handler is not None:
            return await self.handler(request)
        self.seen.append(await read_request(request))
        answer = self.answer
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    def answer_sample(self, name: str, *, status: int = 200) -> None:
        kind = "application/json" if name.endswith(".json") else "text/html; charset=UTF-8"
        self.answer = Canned(status, sample(name), {"Content-Type": kind})

    def answer_text(self, text: str, *, status: int = 200) -> None:
        self.answer = Canned(status, text.encode(), {"Content-Type": "text/html; charset=UTF-8"})

    def answer_json(self, value: object, *, status: int = 200) -> None:
        self.answer = Canned(status, json.dumps(value).encode())


async def read_request(request: web.Request) -> Seen:
    """Take a request apart; aiohttp's reader calls what aiohttp itself has deprecated (#3260)."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "unread_data", DeprecationWarning)
        return await _read_request(request)


async def _read_request(request: web.Request) -> Seen:
    seen = Seen(request.method, request.path, dict(request.query), request.headers)
    if request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            body = bytes(await part.read())
            if part.filename is None:
                seen.fields[part.name or ""] = body.decode()
            else:
                seen.fields[part.name or ""] = "<file>"
                seen.file, seen.file_headers, seen.filename = body, part.headers, part.filename
    return seen


@pytest_asyncio.fixture
async def host() -> AsyncIterator[ReplayHost]:
    replay = ReplayHost()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", replay.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host_name, port = runner.addresses[0][:2]
    replay.base_url = f"http://{host_name}:{port}"
    yield replay
    await runner.cleanup()


@pytest.fixture
def samples() -> Path:
    return SAMPLES


RawHandler: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class RawHost:
    """A server that does to a connection whatever it is told, HTTP or not."""

    def __init__(self) -> None:
        self.connections = 0
        self.handler: RawHandler = read_whole_request
        self.base_url = ""
        self.release = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self.handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def read_whole_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read one request of known length, and answer nothing."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("content-length:")[2].partition("\r\n")[0] or "0")
    await reader.readexactly(length)


@pytest_asyncio.fixture
async def raw_host() -> AsyncIterator[RawHost]:
    raw = RawHost()
    server = await asyncio.start_server(raw.serve, "127.0.0.1", 0)
    host_name, port = server.sockets[0].getsockname()[:2]
    raw.base_url = f"http://{host_name}:{port}"
    async with server:
        yield raw
        raw.release.set()
    await server.wait_closed()
