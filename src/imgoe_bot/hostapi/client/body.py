"""A request's body as a counted stream: no more bytes leave than were promised, and no fewer.

aiohttp cuts a body silently that is longer than its Content-Length and waits for ever when it is
shorter, so we count for ourselves.
"""

import asyncio
import os
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from stat import S_ISREG
from typing import IO

from imgoe_bot.errors import EmptyMedia, SourceBlocked, SourceGone, SourceUnreachable
from imgoe_bot.hostapi.models import BytesSource, FileSource, StreamSource
from imgoe_bot.hostapi.sniffing import SNIFF_BYTES, UNKNOWN_MIME, extension_of, sniff_mime
from imgoe_bot.hostapi.wire.multipart import Envelope, plain_name

CHUNK_BYTES = 256 * 1024

_MIME = re.compile(r"[a-zA-Z0-9!#$&^_.+-]{1,64}/[a-zA-Z0-9!#$&^_.+-]{1,64}")


@dataclass(slots=True)
class OpenSource:
    """A source whose first bytes are known and whose rest is still to be read, once.

    Attributes:
        size_bytes: the exact size of it all; None when only its end will tell.
        found_mime: what the bytes are by their magic numbers; None when they don't tell.
        mime: what to call them to the host.
    """

    first: bytes
    rest: AsyncIterator[bytes]
    size_bytes: int | None
    filename: str
    found_mime: str | None
    mime: str


@asynccontextmanager
async def open_source(
    source: FileSource | BytesSource | StreamSource,
) -> AsyncGenerator[OpenSource]:
    """Open a source and look at its first bytes, before anything is sent.

    Raises:
        EmptyMedia: it has no bytes.
        SourceGone: there is no such file.
        SourceBlocked: it is no file, or not ours to read.
    """
    if isinstance(source, BytesSource):
        yield await _peek(_slices(source.data), size_bytes=len(source.data), name=source.filename)
    elif isinstance(source, StreamSource):
        yield await _peek(
            aiter(source.chunks),
            size_bytes=source.size_bytes,
            name=source.filename,
            declared=source.mime,
        )
    else:
        file = await asyncio.to_thread(_open, source)
        try:
            size_bytes = _regular_size(file)
            name = source.filename or source.path.name
            yield await _peek(_reads(file), size_bytes=size_bytes, name=name)
        finally:
            file.close()


def no_file() -> OpenSource:
    """Return what stands in the place of a file when the fields are all there is."""
    return OpenSource(b"", _slices(b""), 0, "", None, UNKNOWN_MIME)


@dataclass(slots=True)
class Delivery:
    """How far a request has come, so that one knows what is safe to repeat.

    Attributes:
        started: whether a byte of its body may have left.
        whole: whether all of it may have left: from then on the host may have acted on it.
    """

    started: bool = False
    whole: bool = False

    def begin(self) -> None:
        """Note that the request is sent anew, from its start."""
        self.started = self.whole = False


class CountedBody:
    """An envelope around a source, streamed once.

    aiohttp repeats no request whose body was read, so a GET is as safe with an empty one.

    Attributes:
        writing: told True before each piece that the connection shall take, False once it did.
        delivery: how far it has come.
        answer_s: how long an answer is waited for once all of it was sent.
        sent_bytes: bytes of the source that the connection took.
        failure: what broke the stream; the HTTP library only tells that something did.
    """

    def __init__(
        self,
        source: OpenSource,
        *,
        envelope: Envelope,
        delivery: Delivery,
        answer_s: float,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._source = source
        self._envelope = envelope
        self._progress = progress
        self.writing: Callable[[bool], None] = _unwatched
        self.delivery = delivery
        self.answer_s = answer_s
        self.sent_bytes = 0
        self.failure: Exception | None = None

    @property
    def content_type(self) -> str:
        """The request's Content-Type."""
        return self._envelope.content_type

    @property
    def length(self) -> int | None:
        """The whole body's length in bytes; None when only its end will tell."""
        size_bytes = self._source.size_bytes
        return None if size_bytes is None else self._envelope.length_around(size_bytes)

    @property
    def size_bytes(self) -> int | None:
        """The source's size; None when it did not come to its end and never said."""
        return self.sent_bytes if self.delivery.whole else self._source.size_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield head, file and tail; the consumer's wait for each is under the write deadline."""
        self.delivery.started = True
        try:
            async for piece in self._pieces():
                self.writing(True)
                yield piece
                self.writing(False)
        except Exception as failure:
            self.failure = failure
            raise

    async def _pieces(self) -> AsyncIterator[bytes]:
        yield self._envelope.head
        async for chunk in self._file():
            self._check_room(len(chunk))
            yield chunk
            self.sent_bytes += len(chunk)
            if self._progress is not None:
                self._progress(self.sent_bytes)
        self._check_complete()
        self.delivery.whole = True
        yield self._envelope.tail

    async def _file(self) -> AsyncIterator[bytes]:
        if self._source.first:
            yield self._source.first
        async for chunk in self._source.rest:
            for start in range(0, len(chunk), CHUNK_BYTES):
                yield chunk[start : start + CHUNK_BYTES]

    def _check_room(self, coming_bytes: int) -> None:
        promised = self._source.size_bytes
        if promised is not None and self.sent_bytes + coming_bytes > promised:
            raise SourceUnreachable

    def _check_complete(self) -> None:
        promised = self._source.size_bytes
        if promised is not None and self.sent_bytes != promised:
            raise SourceUnreachable


def _unwatched(_: bool) -> None:
    """Nobody waits for this body yet."""


async def _peek(
    rest: AsyncIterator[bytes],
    *,
    size_bytes: int | None,
    name: str | None,
    declared: str | None = None,
) -> OpenSource:
    first = b""
    while len(first) < SNIFF_BYTES and (chunk := await anext(rest, None)) is not None:
        first += chunk
    if not first:
        raise EmptyMedia(filename=name)
    found = sniff_mime(first)
    is_mime = declared is not None and _MIME.fullmatch(declared)
    mime = found or (declared if is_mime and declared else UNKNOWN_MIME)
    filename = plain_name(name or "") or f"upload{extension_of(mime)}"
    return OpenSource(first, rest, size_bytes, filename, found, mime)


async def _slices(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), CHUNK_BYTES):
        yield data[start : start + CHUNK_BYTES]


async def _reads(file: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(_read, file):
        yield chunk


def _read(file: IO[bytes]) -> bytes:
    try:
        return file.read(CHUNK_BYTES)
    except OSError as error:
        raise SourceUnreachable from error


def _open(source: FileSource) -> IO[bytes]:
    try:
        return source.path.open("rb")
    except FileNotFoundError as error:
        raise SourceGone from error
    except PermissionError as error:
        raise SourceBlocked(reason="permission") from error
    except (
        OSError,
        ValueError,
    ) as error:  # a name with a NUL is the one, a name too long the other
        raise SourceBlocked(reason="not-a-file") from error


def _regular_size(file: IO[bytes]) -> int | None:
    """A pipe or a device has no size."""
    status = os.fstat(file.fileno())
    return status.st_size if S_ISREG(status.st_mode) else None
