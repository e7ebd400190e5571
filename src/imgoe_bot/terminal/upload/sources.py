"""What an argument of ``imgoe-bot upload`` stands for: a file, a pipe, or a web address, opened."""

import asyncio
import os
import re
import stat
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from imgoe_bot.adapters.sources.web import WebReader
from imgoe_bot.domain.media import Source as WebSource
from imgoe_bot.errors import SourceBlocked, SourceGone
from imgoe_bot.hostapi import FileSource, StreamSource

CHUNK_BYTES = 256 * 1024
STANDARD_INPUT = "-"

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")

FileOrStream = FileSource | StreamSource


class SourceOpener:
    """Opens what arguments stand for.

    Args:
        web: reads web addresses.
        url_limit_bytes: the largest file read from one.
    """

    def __init__(self, web: WebReader, *, url_limit_bytes: int) -> None:
        self._web = web
        self._url_limit_bytes = url_limit_bytes

    def open(self, argument: str) -> AbstractAsyncContextManager[FileOrStream]:
        """Open an argument for one reading.

        Raises:
            SourceError: there is nothing to read, or it may not be read.
        """
        if argument == STANDARD_INPUT:
            return _open_descriptor(os.dup(0))
        if is_web_address(argument):
            return self._open_web(argument)
        return _open_path(Path(argument))

    @asynccontextmanager
    async def _open_web(self, url: str) -> AsyncGenerator[FileOrStream]:
        source = WebSource(url, _name_in(url), None, typed=True)
        async with self._web.open(source, limit_bytes=self._url_limit_bytes) as media:
            yield StreamSource(media.chunks, media.size_bytes, media.filename or None, media.mime)


def is_web_address(argument: str) -> bool:
    """Whether an argument is an address and no path, be it of a kind that is not read."""
    return _ADDRESS.match(argument) is not None


def _name_in(url: str) -> str:
    try:
        return PurePosixPath(unquote(urlsplit(url).path)).name
    except ValueError:  # whoever reads it says that it is no address
        return ""


def size_of(source: FileOrStream) -> int | None:
    """Return a source's size in bytes, None where only its end will tell."""
    if isinstance(source, StreamSource):
        return source.size_bytes
    try:
        return source.path.stat().st_size
    except OSError:
        return None


@asynccontextmanager
async def _open_path(path: Path) -> AsyncGenerator[FileOrStream]:
    """Open a file, or a pipe such as a shell's ``<(…)``, which no thread must wait for."""
    try:
        is_pipe = stat.S_ISFIFO((await asyncio.to_thread(path.stat)).st_mode)
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK) if is_pipe else None
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceGone from error
    except PermissionError as error:
        raise SourceBlocked(reason="permission") from error
    except OSError as error:
        raise SourceBlocked(reason="not-a-file") from error
    if descriptor is None:
        yield FileSource(path)
        return
    async with _open_descriptor(descriptor) as source:
        yield source


@asynccontextmanager
async def _open_descriptor(descriptor: int) -> AsyncGenerator[FileOrStream]:
    """Stream a descriptor and close it. A pipe is waited for without a thread: Ctrl-C ends it."""
    mode = os.fstat(descriptor).st_mode
    waits = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
    async with aclosing((_piped if waits else _read)(descriptor)) as chunks:
        yield StreamSource(chunks)


async def _piped(descriptor: int) -> AsyncGenerator[bytes]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(CHUNK_BYTES)
    shared = os.dup(descriptor)
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", buffering=0)
    )
    try:
        while chunk := await reader.read(CHUNK_BYTES):
            yield chunk
    finally:
        transport.close()
        os.set_blocking(shared, True)  # others hold the same pipe
        os.close(shared)


async def _read(descriptor: int) -> AsyncGenerator[bytes]:
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
