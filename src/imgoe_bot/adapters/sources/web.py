"""Reading an address that a person typed: from the public internet only.

Every connection goes through a socket that looks at the address it is given, and at its peer once
more before it speaks, so neither a redirect nor a name that changes its mind leads inside.
"""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from imgoe_bot.adapters.sources.fetch import OK, AttachmentReader, examine
from imgoe_bot.domain.media import Source
from imgoe_bot.errors import SourceBlocked, SourceGone, SourceUnreachable
from imgoe_bot.hostapi.client.transport import shared_tls
from imgoe_bot.services.ports.media import MediaFile

REDIRECTS = frozenset({301, 302, 303, 307, 308})
REDIRECTS_MAX = 4
GONE = frozenset({404, 410})
TOTAL_S = 600
"""An interaction's answer has 15 minutes. Source: DISCORD.md section 1."""

_INNER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.88.99.0/24",
        "3fff::/20",
        "5f00::/16",
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
    )
)
"""Networks that not every Python's ``is_global`` leaves out: IPv6 addresses that stand for an IPv4
address, which could be any; 6to4 relays; documentation; segment routing.

Source: RFC 4291 (compatible, mapped), 6052 and 8215 (NAT64), 4380 (Teredo), 3056 (6to4), 7526 (its
relays), 9637 (documentation), 9602 (segment routing).
"""

Allow = Callable[[str], bool]


class _AddressBlocked(OSError):
    """The address is not one of the public internet."""


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet.

    Private, loopback, link-local (cloud metadata too), shared, multicast and reserved ones don't.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if any(ip in network for network in _INNER) or (ip.version == 6 and ip.is_site_local):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class _GuardedSocket(socket.socket):
    """Connects to allowed addresses only."""

    allow: Allow
    _peer_seen = False

    def connect(self, address: Any, /) -> None:
        self._check(address)
        super().connect(address)

    def send(self, data: Any, flags: int = 0, /) -> int:
        self._check_peer()
        return super().send(data, flags)

    def sendmsg(self, *arguments: Any) -> int:
        self._check_peer()
        return super().sendmsg(*arguments)

    def _check_peer(self) -> None:
        if not self._peer_seen:
            self._check(self.getpeername())
            self._peer_seen = True

    def _check(self, address: Any) -> None:
        if not self.allow(str(address[0])):
            raise _AddressBlocked("no public address")


def guarded_sockets(allow: Allow = is_public) -> Callable[[Any], socket.socket]:
    """Return a maker of sockets that connect to allowed addresses only."""

    def make_socket(found: Any) -> socket.socket:
        made = _GuardedSocket(family=found[0], type=found[1], proto=found[2])
        made.allow = allow
        return made

    return make_socket


def open_guarded_http(allow: Allow = is_public) -> httpx.AsyncClient:
    """Open a client that connects to allowed addresses only and keeps nothing between requests."""
    tls = shared_tls(trust_env=False)

    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            ssl=tls,
            socket_factory=guarded_sockets(allow),
            use_dns_cache=False,
            force_close=True,
            limit=8,
        )
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    return httpx.AsyncClient(
        transport=AiohttpTransport(verify=tls, client=session),
        timeout=httpx.Timeout(30, connect=10, pool=None),
        trust_env=False,
    )


class WebReader:
    """Streams from any public address; follows a few redirects, each checked again."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        """Take a client of ``open_guarded_http``."""
        self._http = http

    @asynccontextmanager
    async def open(self, source: Source, *, limit_bytes: int) -> AsyncGenerator[MediaFile]:
        """Open an address and look at its first bytes; see ``ports.MediaReader.open``."""
        site = _checked(source.url)
        try:
            async with asyncio.timeout(TOTAL_S), self._follow(source.url) as response:
                yield await examine(_handed_over(response, site), source, limit_bytes)
        except SourceUnreachable as error:
            raise SourceUnreachable(status=error.status, site=site) from error
        except (httpx.RequestError, aiohttp.ClientError, TimeoutError) as error:
            if was_blocked(error):
                raise SourceBlocked(reason="private-address") from error
            reason = "unknown-name" if _has_unknown_name(error) else None
            raise SourceUnreachable(site=site, reason=reason) from error

    @asynccontextmanager
    async def _follow(self, url: str) -> AsyncGenerator[httpx.Response]:
        for _ in range(REDIRECTS_MAX + 1):
            _checked(url)
            async with self._asked(url) as response:
                if response.status_code not in REDIRECTS:
                    yield response
                    return
                url = _joined(url, response.headers.get("Location", ""))
        raise SourceBlocked(reason="redirect")

    @asynccontextmanager
    async def _asked(self, url: str) -> AsyncGenerator[httpx.Response]:
        """Ask for an address; a few compressed bytes may stand for gigabytes, so for plain ones."""
        try:
            request = self._http.build_request("GET", url, headers={"Accept-Encoding": "identity"})
            response = await self._http.send(request, stream=True, follow_redirects=False)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError) as error:
            raise SourceBlocked(reason="not-an-address") from error
        except httpx.RemoteProtocolError as error:  # a Location that is no address
            raise SourceBlocked(reason="redirect") from error
        try:
            yield response
        finally:
            await response.aclose()


class SourceReader:
    """Reads Discord's own addresses as such, and what a person typed through the guard."""

    def __init__(self, attachments: AttachmentReader, *, web: WebReader | None) -> None:
        """Take both readers; without ``web`` no typed address but Discord's own is read."""
        self._attachments = attachments
        self._web = web

    @asynccontextmanager
    async def open(self, source: Source, *, limit_bytes: int) -> AsyncGenerator[MediaFile]:
        """Open a source; see ``ports.MediaReader.open``."""
        reader: AttachmentReader | WebReader = self._attachments
        if source.typed and not self._attachments.reads(source.url):
            if self._web is None:
                raise SourceBlocked(reason="not-discord")
            reader = self._web
        async with reader.open(source, limit_bytes=limit_bytes) as media:
            yield media


def _checked(url: str) -> str:
    """Return the site of an address of the web.

    Raises:
        SourceBlocked: it is none, or holds a user name.
    """
    try:
        parts = urlsplit(url)
        site = parts.hostname
    except ValueError as error:
        raise SourceBlocked(reason="not-an-address") from error
    if parts.scheme not in ("http", "https"):
        raise SourceBlocked(reason="scheme")
    if not site or "@" in parts.netloc or not url.isprintable():
        raise SourceBlocked(reason="not-an-address")
    return site


def _joined(url: str, place: str) -> str:
    try:
        return urljoin(url, place)
    except ValueError as error:
        raise SourceBlocked(reason="redirect") from error


def _handed_over(response: httpx.Response, site: str) -> httpx.Response:
    """Return a response that may be read.

    Raises:
        SourceGone: the site does not have the file.
        SourceUnreachable: the site does not hand it over.
        SourceBlocked: it comes compressed though we asked for the bytes themselves.
    """
    if response.status_code in GONE:
        raise SourceGone(site=site)
    if response.status_code != OK:
        raise SourceUnreachable(status=response.status_code, site=site)
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise SourceBlocked(reason="compressed")
    return response


def _has_unknown_name(error: BaseException) -> bool:
    return isinstance(error.__cause__, aiohttp.ClientConnectorDNSError)


def was_blocked(error: BaseException) -> bool:
    """Tell whether a request failed because its address is not allowed."""
    chain: Sequence[BaseException | None] = (error.__cause__, error.__context__)
    return isinstance(error, _AddressBlocked) or any(
        was_blocked(each) for each in chain if each is not None
    )
