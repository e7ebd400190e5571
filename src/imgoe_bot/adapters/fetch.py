"""Reading attachments: from Discord's own addresses only, streaming, never more than allowed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp
import httpx

from imgoe_bot.domain.media import SNIFF_BYTES, Source, sniff
from imgoe_bot.errors import (
    EmptyMedia,
    MediaTooLarge,
    SourceBlocked,
    SourceGone,
    SourceUnreachable,
    UnsupportedMedia,
)
from imgoe_bot.services.ports import MediaFile

SLOWEST_BYTES_S = 64 * 1024
SLOW_START_S = 60.0
"""How long a source may keep us waiting before its pace counts."""

OK = 200
GONE = frozenset({403, 404, 410})
"""Statuses of a deleted attachment or a link that ran out. Source: DISCORD.md section 2."""


class AttachmentReader:
    """Streams from a fixed set of addresses; follows no redirect."""

    def __init__(self, http: httpx.AsyncClient, *, bases: Sequence[str]) -> None:
        """Take a client and the only base addresses it may be sent to."""
        self._http = http
        self._origins = frozenset(_origin(base) for base in bases)

    def reads(self, url: str) -> bool:
        """Tell whether an address is one of those it may be sent to."""
        return _origin(url) in self._origins

    @asynccontextmanager
    async def open(self, source: Source, *, limit_bytes: int) -> AsyncGenerator[MediaFile]:
        """Open an attachment and look at its first bytes; see ``ports.MediaReader.open``."""
        if not self.reads(source.url):
            raise SourceBlocked(reason="not-discord")
        try:
            async with self._http.stream("GET", source.url, follow_redirects=False) as response:
                yield await examine(response, source, limit_bytes)
        except (httpx.RequestError, aiohttp.ClientError) as error:
            raise SourceUnreachable from error


def _origin(url: str) -> tuple[str, str]:
    """Return scheme, host and port.

    Raises:
        SourceBlocked: it is no address, or has characters that some parsers drop.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise SourceBlocked(reason="not-an-address") from error
    if not url.isprintable():
        raise SourceBlocked(reason="not-an-address")
    return parts.scheme, parts.netloc.lower()


async def examine(response: httpx.Response, source: Source, limit_bytes: int) -> MediaFile:
    """Look at an answer's first bytes; raises as ``ports.MediaReader.open`` does."""
    _check_status(response.status_code)
    size = _declared_size(response)
    if size is not None and size > limit_bytes:
        raise MediaTooLarge(filename=source.filename, size_bytes=size, limit_bytes=limit_bytes)
    chunks = _limited(response, source.filename, limit_bytes)
    head = await _read_head(chunks)
    if not head:
        raise EmptyMedia(filename=source.filename)
    mime = sniff(head)
    if mime is None:
        raise UnsupportedMedia(filename=source.filename)
    return MediaFile(
        filename=source.filename, mime=mime, size_bytes=size, chunks=_chain(head, chunks)
    )


def _check_status(status: int) -> None:
    if status in GONE:
        raise SourceGone
    if status != OK:
        raise SourceUnreachable(status=status)


def _declared_size(response: httpx.Response) -> int | None:
    length = response.headers.get("Content-Length", "")
    encoded = "Content-Encoding" in response.headers
    return int(length) if length.isdigit() and not encoded else None


async def _limited(
    response: httpx.Response, filename: str, limit_bytes: int
) -> AsyncIterator[bytes]:
    passed = 0
    try:
        async for chunk in paced(response.aiter_bytes()):
            passed += len(chunk)
            if passed > limit_bytes:
                raise MediaTooLarge(filename=filename, limit_bytes=limit_bytes)
            yield chunk
    except (httpx.RequestError, aiohttp.ClientError) as error:
        raise SourceUnreachable from error


async def paced(
    chunks: AsyncIterator[bytes], *, start_s: float = SLOW_START_S
) -> AsyncIterator[bytes]:
    """Hand chunks on unless they come too slowly; what the reader does meanwhile takes no time.

    Raises:
        SourceUnreachable: the source is slower than 64 KiB a second for longer than ``start_s``.
    """
    now, waited_s, passed = asyncio.get_running_loop().time, 0.0, 0
    asked_at = now()
    async for chunk in chunks:
        waited_s += now() - asked_at
        passed += len(chunk)
        if waited_s > start_s + passed / SLOWEST_BYTES_S:
            raise SourceUnreachable
        yield chunk
        asked_at = now()


async def _read_head(chunks: AsyncIterator[bytes]) -> bytes:
    head = b""
    async for chunk in chunks:
        head += chunk
        if len(head) >= SNIFF_BYTES:
            break
    return head


async def _chain(head: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for chunk in rest:
        yield chunk
