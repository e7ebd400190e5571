"""A proxy before an image host that makes trouble for a while, all of it on loopback."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

LOOPBACK = "127.0.0.1"
UPLOAD = "/api/1/upload"
LOOK_UP = "/api/1/idempotency"
_OF_A_CONNECTION = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "date", "server", "content-length"}
)
UNKNOWN_ACTION = (
    '{"status_code":400,"error":{"message":"Invalid action","code":120},"status_txt":"Bad Request"}'
)
"""What a Chevereto says to an action of its API that it doesn't have."""

PassOn = Callable[[], Awaitable[web.Response]]
"""Sends the request to the host, and returns its answer."""
Fault = Callable[[web.BaseRequest, PassOn], Awaitable[web.StreamResponse]]
"""What is answered, and whether the host heard of it."""


class HostProxy:
    """Passes on what it is asked, ``async with`` it; by the book while there is no trouble.

    Args:
        origin: the host's address.
        knows_keys: whether the host knows ``Idempotency-Key``, which no Chevereto does.
        tls: what it proves itself with; None for plain HTTP.

    Attributes:
        origin, knows_keys: as given.
        uploads: how many uploads were begun.
    """

    def __init__(
        self, origin: str, *, knows_keys: bool = True, tls: ssl.SSLContext | None = None
    ) -> None:
        self.origin = origin
        self.uploads = 0
        self.knows_keys = knows_keys
        self._tls = tls
        self._fault: Fault | None = None
        self._over = asyncio.Event()
        self._port = 0
        self._stack = AsyncExitStack()
        self._serving = web.Server(self._answer, access_log=None)
        self._listener: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where it listens, without a trailing slash."""
        return f"{'https' if self._tls else 'http'}://{LOOPBACK}:{self._port}"

    async def __aenter__(self) -> Self:
        self._session = await self._stack.enter_async_context(
            aiohttp.ClientSession(auto_decompress=False)
        )
        await self._open_port()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._close_port()
        await self._serving.shutdown(timeout=1)
        await self._stack.aclose()

    @asynccontextmanager
    async def answering(self, fault: Fault) -> AsyncGenerator[None]:
        """Answer with a fault while the block runs; what hangs in it then is cut off."""
        self._over = asyncio.Event()
        self._fault = fault
        try:
            yield
        finally:
            self._fault = None
            self._over.set()

    @asynccontextmanager
    async def closed(self) -> AsyncGenerator[None]:
        """Refuse every connection while the block runs, and cut those that stand."""
        self._close_port()
        try:
            yield
        finally:
            await self._open_port()

    @asynccontextmanager
    async def garbling(self) -> AsyncGenerator[None]:
        """Send to whoever connects what is neither HTTP nor TLS, while the block runs."""

        async def garble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(bytes(range(255, 0, -1)))
            writer.close()

        async with self.closed():
            server = await asyncio.start_server(garble, LOOPBACK, self._port)
            try:
                yield
            finally:
                server.close()

    async def _open_port(self) -> None:
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(
            self._serving, LOOPBACK, self._port, ssl=self._tls
        )
        self._port = self._listener.sockets[0].getsockname()[1]

    def _close_port(self) -> None:
        if self._listener is not None:
            self._listener.close()
        for connection in self._serving.connections:
            connection.force_close()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.uploads += request.path.rstrip("/") == UPLOAD
        if self._fault is None:
            return await self._pass_on(request)
        return await self._answer_wrongly(request, self._fault)

    async def _answer_wrongly(self, request: web.BaseRequest, fault: Fault) -> web.StreamResponse:
        answering = asyncio.ensure_future(fault(request, lambda: self._pass_on(request)))
        over = asyncio.ensure_future(self._over.wait())
        await asyncio.wait({answering, over}, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        if answering.done():
            return answering.result()
        answering.cancel()
        return cut_off(request)

    async def _pass_on(self, request: web.BaseRequest) -> web.Response:
        if not self.knows_keys and request.path.startswith(LOOK_UP):
            return web.json_response(text=UNKNOWN_ACTION, status=HTTPStatus.BAD_REQUEST)
        headers = request.headers.copy()
        if not self.knows_keys:
            headers.popall("Idempotency-Key", None)
        asked = self._session.request(
            request.method,
            f"{self.origin}{request.raw_path}",
            headers=headers,
            data=request.content if request.body_exists else None,
            allow_redirects=False,
        )
        try:
            async with asked as answer:
                return await _copy_of(answer)
        except aiohttp.ClientError:  # whoever asked was killed in the middle of a body
            return cut_off(request)


async def _copy_of(answer: aiohttp.ClientResponse) -> web.Response:
    kept = {
        name: value
        for name, value in answer.headers.items()
        if name.lower() not in _OF_A_CONNECTION
    }
    return web.Response(status=answer.status, headers=kept, body=await answer.read())


def cut_off(request: web.BaseRequest) -> web.Response:
    """End the connection of a request; the response is for nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
