"""Reading an address that a person typed: from the public internet only.

Every connection goes through a socket that looks at the address it is given, and at its peer once
more before it speaks, so neither a redirect nor a name that changes its mind leads inside.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urljoin, urlsplit

import aiohttp
import httpx

from imgoe_bot.adapters.sources.attachments import OK, AttachmentReader, examine
from imgoe_bot.adapters.sources.guarded_http import was_blocked
from imgoe_bot.domain.media import Source
from imgoe_bot.errors import SourceBlocked, SourceGone, SourceUnreachable
from imgoe_bot.services.ports.media import MediaFile

REDIRECTS = frozenset({301, 302, 303, 307, 308})
REDIRECTS_MAX = 4
PASSING = frozenset({408, 421, 423, 425, 429})
"""What of 4xx may be otherwise the next time."""
TOTAL_S = 600
"""An interaction's answer has 15 minutes. Source: DISCORD.md section 1."""


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
        SourceGone: the site does not have the file, or not for us.
        SourceUnreachable: the site does not hand it over.
        SourceBlocked: it comes compressed though we asked for the bytes themselves.
    """
    if response.is_client_error and response.status_code not in PASSING:
        raise SourceGone(site=site)
    if response.status_code != OK:
        raise SourceUnreachable(status=response.status_code, site=site)
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise SourceBlocked(reason="compressed")
    return response


def _has_unknown_name(error: BaseException) -> bool:
    return isinstance(error.__cause__, aiohttp.ClientConnectorDNSError)
