"""The HTTP client everything here uses: httpx's interface over aiohttp's sockets."""

import functools
import socket
import ssl
from collections.abc import Callable
from http.cookiejar import CookieJar
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream

from imgoe_bot import _version

READ_BYTES = 256 * 1024

SocketFactory = Callable[[Any], socket.socket]
"""Takes what ``getaddrinfo`` found: aiohttp types it, but not fully."""


@functools.cache
def shared_tls(*, trust_env: bool = True) -> ssl.SSLContext:
    """Return httpx's TLS settings, read once: a bot opens three clients, and they take 30 ms each.

    ``trust_env`` lets SSL_CERT_FILE and SSL_CERT_DIR name other certificates, as they do at the
    first call.
    """
    return httpx.create_ssl_context(trust_env=trust_env)


class NoCookies(CookieJar):
    """Keeps no cookie and sends none; a policy that refuses them all would parse each first."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Leave what a response sets where it is."""

    def add_cookie_header(self, request: Any) -> None:
        """Add none."""


class _LargeReads(AiohttpTransport):
    """Hands responses on in pieces of 256 KiB: a sixteenth of the wake-ups of the stock 16 KiB."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        if isinstance(response.stream, AiohttpResponseStream):
            size = READ_BYTES
            response.stream.CHUNK_SIZE = size  # pyright: ignore[reportAttributeAccessIssue]  # inferred as a literal
        return response


def open_http(
    *,
    connect_s: float = 10,
    read_s: float = 60,
    write_s: float = 60,
    pool: int = 100,
    socket_factory: SocketFactory | None = None,
) -> httpx.AsyncClient:
    """Open a client that follows no redirect, keeps no cookie and speaks HTTP/1.1.

    It opens no socket before its first request; close it with ``aclose`` or ``async with``.

    Args:
        connect_s: for name, connection and TLS together, waiting for a free connection included.
        read_s: for the silence between two reads, and for an answer once all is sent; the answer
            to an upload is given longer by ``HostClient``.
        write_s: for the other side to take a piece of a body; ``HostClient`` watches it.
        pool: connections open at once.
        socket_factory: makes the sockets, from what ``getaddrinfo`` found; one that refuses to
            connect keeps the client away from that address. None makes plain ones.
    """
    tls = shared_tls()
    return httpx.AsyncClient(
        transport=_LargeReads(verify=tls, client=lambda: _session(tls, pool, socket_factory)),
        timeout=httpx.Timeout(read_s, connect=connect_s, write=write_s, pool=connect_s),
        headers={"User-Agent": f"imgoe_bot/{_version.VERSION}"},
        cookies=NoCookies(),
        follow_redirects=False,
    )


def _session(
    tls: ssl.SSLContext, pool: int, socket_factory: SocketFactory | None
) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        ssl=tls, limit=pool, keepalive_timeout=5, socket_factory=socket_factory
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        read_bufsize=READ_BYTES,
    )
