"""Reading attachments: from Discord's own addresses only, streaming, never more than allowed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp
import httpx

from imgoe_bot.domain.media import SNIFF_BYTES, Source, kind_of, sniff
from imgoe_bot.errors import (
    EmptyMedia,
    MediaTooLarge,
    SourceBlocked,
    SourceUnreachable,
    UnsupportedMedia,
)
from imgoe_bot.services.ports.media import MediaFile

SLOWEST_BYTES_S = 64 * 1024
SLOW_START_S = 60.0
"""How long a source may keep us waiting before its pace counts."""
ANSWER_S = 30.0
"""How long Discord may take to begin its answer; a connection has 10 s of that."""

OK = 200

_PAGE_TYPES = ("text/", "application/json", "application/xml")
_PAGE_STARTS = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<error", b"{", b"[")


class AttachmentReader:
    """Streams from a fixed set of addresses; follows no redirect.

    Nothing it is answered says that a file is gone: a CDN has its bad moments, in which what stands
    in its channel is 403 or 404, or a page. Whether the message stands, only Discord's API knows.
    """

    def __init__(
        self, http: httpx.AsyncClient, *, bases: Sequence[str], answer_s: float = ANSWER_S
    ) -> None:
        """Take a client, the only base addresses it may be sent to, and how long it may wait.

        Args:
            http: connects to every address.
            bases: whose origins are read.
            answer_s: for the head of an answer, from the request on.
        """
        self._http = http
        self._origins = frozenset(_origin(base) for base in bases)
        self._answer_s = answer_s

    def reads(self, url: str) -> bool:
        """Tell whether an address is one of those it may be sent to."""
        return _origin(url) in self._origins

    @asynccontextmanager
    async def open(self, source: Source, *, limit_bytes: int) -> AsyncGenerator[MediaFile]:
        """Open an attachment and look at its first bytes; see ``ports.MediaReader.open``."""
        if not self.reads(source.url):
            raise SourceBlocked(reason="not-discord")
        if source.size_bytes == 0:
            raise EmptyMedia(filename=source.filename)
        try:
            async with self._asked(source.url) as response:
                yield await _file_of_discord(response, source, limit_bytes)
        except (httpx.RequestError, aiohttp.ClientError) as error:
            raise SourceUnreachable from error

    @asynccontextmanager
    async def _asked(self, url: str) -> AsyncGenerator[httpx.Response]:
        request = self._http.build_request("GET", url)
        try:
            async with asyncio.timeout(self._answer_s):
                response = await self._http.send(request, stream=True, follow_redirects=False)
        except TimeoutError as error:
            raise SourceUnreachable from error
        try:
            yield response
        finally:
            await response.aclose()


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


async def _file_of_discord(response: httpx.Response, source: Source, limit_bytes: int) -> MediaFile:
    """Look at an answer's first bytes; what is not the file at all may be it the next time."""
    if response.status_code != OK:
        raise SourceUnreachable(status=response.status_code)
    if source.size_bytes and _declared_size(response) not in (None, source.size_bytes):
        raise SourceUnreachable(status=OK)
    try:
        return await examine(response, source, limit_bytes)
    except (EmptyMedia, UnsupportedMedia) as error:
        is_blank = isinstance(error, EmptyMedia) or error.found is not None
        if source.size_bytes is None and is_blank and _is_to_be_media(source):
            raise SourceUnreachable(status=OK) from error
        raise


def _is_to_be_media(source: Source) -> bool:
    """Tell whether Discord shows it as media, or its address is named so."""
    return not source.typed or kind_of(filename=source.filename, content_type=None) is not None


async def examine(response: httpx.Response, source: Source, limit_bytes: int) -> MediaFile:
    """Look at a good answer's first bytes; raises as ``ports.MediaReader.open`` does."""
    size = _declared_size(response) or source.size_bytes
    if size is not None and size > limit_bytes:
        raise MediaTooLarge(filename=source.filename, size_bytes=size, limit_bytes=limit_bytes)
    chunks = _limited(response, source, limit_bytes)
    head = await _read_head(chunks)
    if not head:
        raise EmptyMedia(filename=source.filename)
    mime = sniff(head)
    if mime is None:
        if source.size_bytes and _declared_size(response) is None:
            await _read_out(chunks)  # only its length tells whether this is what was posted
        raise UnsupportedMedia(filename=source.filename, found=_page_type(response, head))
    return MediaFile(
        filename=source.filename, mime=mime, size_bytes=size, chunks=_chain(head, chunks)
    )


def _page_type(response: httpx.Response, head: bytes) -> str | None:
    """Return the type of a page, or of an error in its place; None for anything else."""
    declared: str = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if declared.startswith(_PAGE_TYPES):
        return declared
    starts = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGE_STARTS)
    return "text/html" if starts and declared != "image/svg+xml" else None


def _declared_size(response: httpx.Response) -> int | None:
    length = response.headers.get("Content-Length", "")
    encoded = "Content-Encoding" in response.headers
    return int(length) if length.isdigit() and not encoded else None


async def _limited(
    response: httpx.Response, source: Source, limit_bytes: int
) -> AsyncIterator[bytes]:
    """Pass a body on, as long as it is allowed and was said to be."""
    passed, told = 0, source.size_bytes
    try:
        async for chunk in paced(response.aiter_bytes()):
            passed += len(chunk)
            if told and passed > told:
                raise SourceUnreachable(status=OK)
            if passed > limit_bytes:
                raise MediaTooLarge(filename=source.filename, limit_bytes=limit_bytes)
            yield chunk
    except (httpx.RequestError, aiohttp.ClientError) as error:
        raise SourceUnreachable from error
    if told and passed != told:
        raise SourceUnreachable(status=OK)


async def _read_out(chunks: AsyncIterator[bytes]) -> None:
    async for _ in chunks:
        continue


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
