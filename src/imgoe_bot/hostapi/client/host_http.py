"""Calls over HTTP with an end to every wait, and a repeat only while no byte has left."""

import asyncio
import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from types import MappingProxyType
from typing import cast

import aiohttp
import httpx

from imgoe_bot.errors import BadReply, HostError, HostUnreachable, ReplyMissing
from imgoe_bot.hostapi.client.body import CountedBody, Delivery
from imgoe_bot.hostapi.client.decompression import unpacked
from imgoe_bot.hostapi.client.log_filter import unlogged
from imgoe_bot.hostapi.client.retries import Backoff, retried
from imgoe_bot.hostapi.wire.requests import Call
from imgoe_bot.hostapi.wire.responses import Response

REPLY_BYTES = 1024 * 1024

_NO_ANSWER = (
    httpx.HTTPError,
    httpx.InvalidURL,
    aiohttp.ClientError,
    OSError,
    ValueError,  # of names that no resolver can be asked for
)


class HostHttp:
    """Calls one host. Every failure to get a response is HostUnreachable.

    Args:
        host: the host's base address, for the errors.
        total_s: the longest a ``deadline`` block may take, None for no end.
        backoff: how often to try to connect, and how long to wait in between.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        host: str,
        total_s: float | None,
        backoff: Backoff,
    ) -> None:
        self._http = http
        self._host = host
        self._total_s = total_s
        self._backoff = backoff

    @asynccontextmanager
    async def deadline(
        self, delivery: Delivery | None = None
    ) -> AsyncGenerator[Callable[[], float]]:
        """Bound a block by the total time allowed; gives what tells the seconds left of it.

        Args:
            delivery: how far the block's request has come, for the error.

        Raises:
            HostUnreachable: the block did not end in time.
        """
        loop, end = asyncio.get_running_loop(), asyncio.timeout(self._total_s)

        def left_s() -> float:
            at = end.when()
            return math.inf if at is None else at - loop.time()

        try:
            async with end:
                yield left_s
        except TimeoutError as error:
            if not end.expired():
                raise
            raise self._unreachable(delivery) from error

    async def get(self, url: str, *, is_secret: bool = False) -> Response:
        """Call without a body; tried again while no connection comes about.

        Args:
            url: what to get.
            is_secret: keeps the address out of httpx's log.
        """
        target = self._target(url)
        with unlogged(str(target) if is_secret else ""):
            return await self._get(target)

    async def ask(self, call: Call) -> Response:
        """Ask what changes nothing at the host; else as ``get``, and no log holds the address."""
        target = self._target(f"{self._host}{call.path}", call.fields)
        with unlogged(str(target) if call.fields else ""):
            return await self._get(target, headers=dict(call.headers))

    async def get_start(self, url: str, *, most_bytes: int) -> Response:
        """Call as ``get`` does for the beginning of a response; what follows it is not read."""
        return await self._get(self._target(url), most_bytes=most_bytes)

    async def _get(
        self,
        url: httpx.URL,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        most_bytes: int | None = None,
    ) -> Response:
        async def once() -> Response:
            return await self._call(
                "GET", url, headers=headers, content=None, most_bytes=most_bytes
            )

        return await self._again_while(_never_connected, once)

    async def post_nothing(self, url: str) -> Response:
        """Post an empty body, once, to an address that no log shall hold."""
        target = self._target(url)
        with unlogged(str(target)):
            return await self._call("POST", target, headers={}, content=b"")

    async def post(self, url: str, *, headers: Mapping[str, str], body: CountedBody) -> Response:
        """Stream a body; tried again only until its first byte is asked for.

        Raises:
            Exception: what the body's own source or progress callback raised.
        """
        return await self._send("POST", self._target(url), headers=headers, body=body)

    async def send_query(
        self,
        url: str,
        query: Sequence[tuple[str, str]],
        *,
        headers: Mapping[str, str],
        body: CountedBody,
    ) -> Response:
        """Get an address at which a host acts, which no log shall hold; as safe as ``post``.

        Args:
            url: the address.
            query: added to it, encoded.
            headers: besides the usual ones.
            body: an empty one.
        """
        target = self._target(url, query)
        with unlogged(str(target)):
            return await self._send("GET", target, headers=headers, body=body)

    def _target(self, url: str, query: Sequence[tuple[str, str]] = ()) -> httpx.URL:
        try:
            return httpx.URL(url, params=list(query)) if query else httpx.URL(url)
        except (httpx.InvalidURL, ValueError):
            raise HostUnreachable(host=self._host) from None

    async def _send(
        self, method: str, url: httpx.URL, *, headers: Mapping[str, str], body: CountedBody
    ) -> Response:
        """Stream a body; of known length unless it has none, then the HTTP library sends chunks."""
        length = {} if body.length is None else {"Content-Length": str(body.length)}

        def may_repeat(error: HostError) -> bool:
            return isinstance(error, HostUnreachable) and not body.delivery.started

        async def once() -> Response:
            return await self._stream_out(method, url, headers={**headers, **length}, body=body)

        async with self._stall_watch(body.delivery) as writing:
            body.writing = writing
            return await self._again_while(may_repeat, once)

    async def _stream_out(
        self, method: str, url: httpx.URL, *, headers: Mapping[str, str], body: CountedBody
    ) -> Response:
        try:
            return await self._call(method, url, headers=headers, content=body)
        except HostUnreachable:
            if body.failure is not None:
                raise body.failure from None
            raise

    async def _call(
        self,
        method: str,
        url: httpx.URL,
        *,
        headers: Mapping[str, str],
        content: CountedBody | bytes | None,
        most_bytes: int | None = None,
    ) -> Response:
        """Make one call. The cause is dropped where its text repeats the address."""
        delivery = content.delivery if isinstance(content, CountedBody) else None
        try:
            request = self._http.build_request(
                method,
                url,
                headers={"Accept-Encoding": "identity", **headers},
                content=content,
                timeout=self._timeout(content),
            )
            response = await self._http.send(request, stream=True, follow_redirects=False)
            try:
                return await self._read(response, most_bytes, delivery)
            finally:
                await response.aclose()
        except httpx.RemoteProtocolError:  # httpx's own word for a Location that is no address
            raise BadReply(host=self._host, may_be_stored=_is_whole(delivery)) from None
        except _NO_ANSWER as error:
            if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ClientError):
                raise
            tells = url.raw_path.decode() in str(error) and url.path != "/"
            raise self._unreachable(delivery) from (None if tells else error)

    def _timeout(self, content: CountedBody | bytes | None) -> httpx.Timeout:
        """Return the limits of a call; an upload's answer has one of its own."""
        own = self._http.timeout
        if not isinstance(content, CountedBody):
            return own
        return httpx.Timeout(content.answer_s, connect=own.connect, write=own.write, pool=own.pool)

    async def _read(
        self, response: httpx.Response, most_bytes: int | None, delivery: Delivery | None
    ) -> Response:
        """Read a response; of its body the beginning if no more is wanted, else all or nothing."""
        silence_s = self._http.timeout.read
        body = await _start_of(response, most_bytes or REPLY_BYTES + 1, silence_s=silence_s)
        if body is None or (most_bytes is None and len(body) > REPLY_BYTES):
            status = response.status_code
            may_be_stored = _is_whole(delivery) and not 300 <= status < 500
            raise ReplyMissing(host=self._host, status=status, may_be_stored=may_be_stored)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Response(response.status_code, headers, body)

    async def _again_while(
        self, may_repeat: Callable[[HostError], bool], once: Callable[[], Awaitable[Response]]
    ) -> Response:
        def wait_s(error: HostError, made: int) -> float | None:
            return self._backoff.wait_s(made) if may_repeat(error) else None

        return await retried(once, attempts=self._backoff.attempts, wait_s=wait_s)

    @asynccontextmanager
    async def _stall_watch(self, delivery: Delivery) -> AsyncGenerator[Callable[[bool], None]]:
        """Bound each wait for the other side to take a piece: the transport itself does not."""
        loop, write_s = asyncio.get_running_loop(), self._http.timeout.write
        stall = asyncio.timeout(None)

        def writing(waits: bool) -> None:
            stall.reschedule(loop.time() + write_s if waits and write_s is not None else None)

        try:
            async with stall:
                yield writing
        except TimeoutError as error:
            if not stall.expired():
                raise
            raise self._unreachable(delivery) from error

    def _unreachable(self, delivery: Delivery | None) -> HostUnreachable:
        return HostUnreachable(host=self._host, may_be_stored=_is_whole(delivery))


def _is_whole(delivery: Delivery | None) -> bool:
    return delivery is not None and delivery.whole


async def _start_of(
    response: httpx.Response, most_bytes: int, *, silence_s: float | None
) -> bytes | None:
    """Read the beginning of a body, None when it comes in an encoding that nobody asked for."""
    body = bytearray()
    generated = cast("AsyncGenerator[bytes]", response.aiter_raw())  # typed as less than it is
    async with aclosing(generated) as pieces:
        while len(body) < most_bytes and (piece := await _next(pieces, silence_s)) is not None:
            body += piece
    encoding = response.headers.get("Content-Encoding", "")
    return unpacked(bytes(body), encoding=encoding, most_bytes=most_bytes)


async def _next(pieces: AsyncGenerator[bytes], silence_s: float | None) -> bytes | None:
    silence = asyncio.timeout(silence_s)
    try:
        async with silence:
            return await anext(pieces, None)
    except TimeoutError as error:
        if not silence.expired():
            raise
        raise httpx.ReadTimeout("") from error


def _never_connected(error: HostError) -> bool:
    """Whether no connection came about; httpx's classes hide that from aiohttp's one inside."""
    cause = error.__cause__
    refused = cause is not None and isinstance(cause.__cause__, aiohttp.ClientConnectorError)
    return isinstance(error, HostUnreachable) and refused
