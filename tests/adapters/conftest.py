"""A small web server that answers as a test tells it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import httpx
import pytest_asyncio
from aiohttp import web

from imgoe_bot.hostapi import open_http

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Site:
    """Where it is, what it answers next, and what it was asked."""

    url: str = ""
    handler: Handler | None = None
    paths: list[str] = field(default_factory=list[str])

    def answer(
        self,
        body: bytes,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        chunked: bool = False,
    ) -> None:
        """Answer everything the same way; chunked, without telling the length."""

        async def canned(request: web.Request) -> web.Response:
            response = web.Response(status=status, body=body, headers=headers)
            if chunked:
                response.enable_chunked_encoding()
            return response

        self.handler = canned

    async def handle(self, request: web.Request) -> web.StreamResponse:
        assert self.handler is not None
        self.paths.append(request.path)
        return await self.handler(request)


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/{path:.*}", site.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    tcp = web.TCPSite(runner, "127.0.0.1", 0)
    await tcp.start()
    host, port = runner.addresses[0][:2]
    site.url = f"http://{host}:{port}"
    yield site
    await runner.cleanup()


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with open_http() as http:
        yield http
