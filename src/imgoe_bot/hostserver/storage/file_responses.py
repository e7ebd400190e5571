"""Serves stored files: correct types, ranges, caching for ever, nothing that could run."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from aiohttp import web

from imgoe_bot.hostserver.faults import Fault
from imgoe_bot.hostserver.formats import MIME_BY_EXTENSION
from imgoe_bot.hostserver.index.file_names import FileExpiry
from imgoe_bot.hostserver.names import is_stored_name
from imgoe_bot.hostserver.storage.folder import FolderBlobs
from imgoe_bot.hostserver.storage.s3 import ObjectFacts, S3Blobs

LOG = logging.getLogger(__name__)
CHUNK_BYTES = 256 * 1024
YEAR_S = 365 * 86_400
WITHOUT_INDEX_S = 60
# A browser that opens a video as a page loads it once more for that page, and starts it only where
# nothing is sandboxed. It is never taken for anything else than a video.
VIDEO_POLICY = "default-src 'none'; media-src 'self'"
IMAGE_POLICY = "default-src 'none'; sandbox"
OPEN_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def type_of(name: str) -> str:
    """Return the content type of a stored file.

    Raises:
        HTTPNotFound: files of this extension are never served.
    """
    mime = MIME_BY_EXTENSION.get(name.rpartition(".")[2])
    if mime is None:
        raise web.HTTPNotFound
    return mime


def _safe_headers(name: str) -> dict[str, str]:
    """Return the headers that let a file show itself and nothing else."""
    policy = VIDEO_POLICY if type_of(name).startswith("video/") else IMAGE_POLICY
    return {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff"}


def pending_headers(name: str) -> dict[str, str]:
    """Return the headers of a file that only admins see.

    Raises:
        HTTPNotFound: files of this extension are never served.
    """
    return _safe_headers(name) | {"Cache-Control": "no-store"}


class Files(Protocol):
    """Sends stored files."""

    async def send(
        self, request: web.Request, name: str, headers: dict[str, str]
    ) -> web.StreamResponse:
        """Answer with one file, or the part of it that was asked for.

        Raises:
            HTTPNotFound: there is none.
        """
        ...


def _cached_for(left_s: float) -> str:
    """Return the caching of a file that stays for this long; its name never means another one."""
    if left_s >= YEAR_S:
        return f"public, max-age={YEAR_S}, immutable"
    return f"public, max-age={int(left_s)}"


@dataclass(frozen=True, slots=True)
class PublicFiles:
    """Answers ``/images/…``: approved files by their own names, for as long as they are to stay."""

    files: Files
    expiry: FileExpiry

    async def send(self, request: web.Request) -> web.StreamResponse:
        """Answer with one file, or the part of it that was asked for."""
        name = request.match_info["name"]
        if not is_stored_name(name):
            raise web.HTTPNotFound
        left_s = await self._left_s(name)
        if left_s <= 0:
            raise web.HTTPNotFound
        headers = _safe_headers(name) | OPEN_HEADERS | {"Cache-Control": _cached_for(left_s)}
        return await self.files.send(request, name, headers)

    async def _left_s(self, name: str) -> float:
        """Return the seconds a file has left; without the index, files go on for a minute each."""
        try:
            return await self.expiry.find_left_s(name) or 0
        except Fault:
            return WITHOUT_INDEX_S


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """Files of a folder; ranges and validators are aiohttp's."""

    blobs: FolderBlobs

    async def send(
        self, request: web.Request, name: str, headers: dict[str, str]
    ) -> web.StreamResponse:
        """See ``Files.send``."""
        mime, path = type_of(name), self.blobs.path_of(name)
        if path is None:
            raise web.HTTPNotFound
        response = web.FileResponse(path, chunk_size=CHUNK_BYTES, headers=headers)
        response.content_type = mime
        return response


def _wanted(request: web.Request, facts: ObjectFacts) -> slice | None:
    """Return the part a request asks for, None for the whole file.

    Raises:
        HTTPRequestRangeNotSatisfiable: it lies outside the file.
    """
    unless_changed = request.headers.get("If-Range")
    if "Range" not in request.headers or unless_changed not in (None, facts.etag):
        return None
    try:
        start, stop, _ = request.http_range.indices(facts.size_bytes)
    except ValueError:
        return None
    if start >= stop:
        headers = {"Content-Range": f"bytes */{facts.size_bytes}"}
        raise web.HTTPRequestRangeNotSatisfiable(headers=headers)
    return slice(start, stop)


def _is_unchanged(request: web.Request, facts: ObjectFacts) -> bool:
    """Answer whether the client has this file already. Source: RFC 9110 §13.1.2, §13.1.3."""
    known = request.if_none_match
    if known is not None:
        return any(etag.value in ("*", facts.etag.strip('"')) for etag in known)
    since = request.if_modified_since
    return since is not None and int(facts.modified_s) <= since.timestamp()


@dataclass(frozen=True, slots=True)
class S3Files:
    """Files of a bucket, passed through with back-pressure."""

    blobs: S3Blobs

    async def send(
        self, request: web.Request, name: str, headers: dict[str, str]
    ) -> web.StreamResponse:
        """See ``Files.send``."""
        mime = type_of(name)
        facts = await asyncio.to_thread(self.blobs.find, name)
        if facts is None:
            raise web.HTTPNotFound
        if _is_unchanged(request, facts):
            return web.Response(status=304, headers=headers | {"ETag": facts.etag})
        part = _wanted(request, facts)
        shown = part or slice(0, facts.size_bytes)
        response = web.StreamResponse(status=206 if part else 200, headers=headers)
        response.headers.update({"ETag": facts.etag, "Accept-Ranges": "bytes"})
        response.content_type, response.content_length = mime, shown.stop - shown.start
        response.last_modified = facts.modified_s
        if part:
            total = facts.size_bytes
            response.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{total}"
        chunks = self.blobs.read(name, start=shown.start, end=shown.stop)
        first = b"" if request.method == "HEAD" else await _next(chunks)
        await response.prepare(request)
        try:
            await _pass_on(first, chunks, response)
        except Fault as error:
            LOG.error("the storage broke off within a file")
            _cut_off(request)
            raise ConnectionResetError from error
        return response


def _cut_off(request: web.Request) -> None:
    """End a connection on which the length that was promised can't be kept."""
    if request.transport is not None:
        request.transport.abort()


async def _next(chunks: Iterator[bytes]) -> bytes:
    return await asyncio.to_thread(partial(next, chunks, b""))


async def _pass_on(chunk: bytes, rest: Iterator[bytes], response: web.StreamResponse) -> None:
    while chunk:
        await response.write(chunk)
        chunk = await _next(rest)
    await response.write_eof()
