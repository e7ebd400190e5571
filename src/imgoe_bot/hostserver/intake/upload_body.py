"""Reads an upload request: parameters into memory, the file to disk."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from imgoe_bot.hostserver.access.sender import Sender
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.intake.form_events import Event, FormParser, PartStart
from imgoe_bot.hostserver.intake.form_parsers import find_parser
from imgoe_bot.hostserver.intake.request_body import UNREADABLE, pieces
from imgoe_bot.hostserver.intake.spool import Spool, open_spool
from imgoe_bot.hostserver.names import sent_filename

FIELD_LIMIT_BYTES = 64 * 1024
FIELDS_LIMIT = 50
SOURCE_NAMES = ("source", "image")


def wire_limit_bytes(limit_bytes: int) -> int:
    """Return what a body with a file of ``limit_bytes`` may have: a byte can take three, as %2B."""
    return 3 * limit_bytes + FIELDS_LIMIT * FIELD_LIMIT_BYTES


def text_limit_bytes(limit_bytes: int) -> int:
    """Return how long a file of ``limit_bytes`` may be in base64: a third more, and line ends."""
    return limit_bytes * 3 // 2


@dataclass(slots=True)
class IncomingUpload:
    """What has arrived of an upload request.

    Attributes:
        sender: who sends it.
        fields: the parameters that are text; of two with one name the first counts.
        spool: the source's bytes; empty when there was none.
        source_name: the part it came in (``source`` or ImgBB's ``image``), None without one.
        filename: the client's name for a file; None when the source is text (base64 or a URL).
        by_post: whether the body carried it.
    """

    sender: Sender
    spool: Spool
    by_post: bool
    fields: dict[str, str] = field(default_factory=dict[str, str])
    source_name: str | None = None
    filename: str | None = None
    _fields_seen: int = 0

    async def add_field(self, name: str, value: str) -> None:
        """Keep a text parameter.

        Raises:
            Fault: there are more than anybody needs, or it is a key and nobody's.
        """
        self._fields_seen += 1
        if self._fields_seen > FIELDS_LIMIT:
            raise Fault(Reason.BAD_BODY, "Too many fields")
        if name not in self.fields:
            self.fields[name] = value
            if name == "key":
                await self.sender.learn_key(value)

    def begin_source(self, name: str, filename: str | None) -> None:
        """Note that the source starts here, and count who sends it.

        Raises:
            Fault: there was one already, or they send too many.
        """
        if self.source_name is not None:
            raise Fault(Reason.BAD_BODY, "More than one source")
        self.sender.count_upload()
        self.source_name, self.filename = name, filename

    def expect_file(self) -> None:
        """Let what the source means, instead of itself, be as large as a file."""
        self.spool.limit_bytes = self.sender.limit_bytes

    async def write(self, data: bytes | memoryview) -> None:
        """Keep some of the source's bytes.

        Raises:
            Fault: more than its sender may send, as far as the sender is known.
        """
        if self.spool.size_bytes + len(data) > self._limit_bytes:
            raise self.sender.too_large()
        await self.spool.write(data)

    @property
    def _limit_bytes(self) -> int:
        limit_bytes = self.sender.limit_bytes
        return text_limit_bytes(limit_bytes) if self.filename is None else limit_bytes


class _TextPart:
    """A parameter, kept in memory."""

    def __init__(self, name: str, incoming: IncomingUpload) -> None:
        self._name, self._incoming, self._text = name, incoming, bytearray()

    async def take(self, data: memoryview) -> None:
        self._text += data
        if len(self._text) > FIELD_LIMIT_BYTES:
            raise Fault(Reason.TOO_LARGE, "A text field is too long")

    async def finish(self) -> None:
        await self._incoming.add_field(self._name, self._text.decode("utf-8", "replace"))


class _SourcePart:
    """The source, or a field of that name that was left out of a form: blank, without a name."""

    def __init__(self, start: PartStart, incoming: IncomingUpload) -> None:
        self._start, self._incoming = start, incoming
        self._is_open = False
        if start.filename:
            self._begin()

    def _begin(self) -> None:
        named = self._start.filename
        filename = None if named is None else sent_filename(named)
        self._incoming.begin_source(self._start.name, filename)
        self._is_open = True

    async def take(self, data: memoryview) -> None:
        if not self._is_open:
            if not bytes(data).strip():
                return
            self._begin()
        await self._incoming.write(data)

    async def finish(self) -> None:
        """Nothing is left to do."""


def _part(start: PartStart, incoming: IncomingUpload) -> _TextPart | _SourcePart | None:
    """Return where a part goes; a file under another name to PHP, too, is no parameter."""
    if start.name in SOURCE_NAMES:
        return _SourcePart(start, incoming)
    return _TextPart(start.name, incoming) if start.filename is None else None


class _PartReader:
    """Hands what a parser finds to an upload that is coming in."""

    def __init__(self, parser: FormParser, incoming: IncomingUpload) -> None:
        self._parser = parser
        self._incoming = incoming
        self._part: _TextPart | _SourcePart | None = None
        self._arrived_bytes = 0

    async def feed(self, data: bytes) -> None:
        self._arrived_bytes += len(data)
        if self._arrived_bytes > wire_limit_bytes(self._incoming.sender.limit_bytes):
            raise self._incoming.sender.too_large()
        await self._take(self._parser.feed(data))

    async def close(self) -> None:
        await self._take(self._parser.close())
        await self._finish_part()

    async def _take(self, events: Iterator[Event]) -> None:
        for event in events:
            if isinstance(event, PartStart):
                await self._finish_part()
                self._part = _part(event, self._incoming)
            elif self._part is not None:
                await self._part.take(event.data)

    async def _finish_part(self) -> None:
        if self._part is not None:
            await self._part.finish()
            self._part = None


async def _read_body(request: web.Request, incoming: IncomingUpload) -> None:
    parser = find_parser(request)
    if parser is None:
        return
    reader = _PartReader(parser, incoming)
    async for piece in pieces(request):
        await reader.feed(piece)
    await reader.close()


async def _read_query(request: web.Request, incoming: IncomingUpload) -> None:
    for name in request.query:
        if name not in SOURCE_NAMES:
            await incoming.add_field(name, request.query[name])
        elif incoming.source_name is None:
            incoming.begin_source(name, None)
            await incoming.write(request.query[name].encode())


async def read_upload(request: web.Request, incoming: IncomingUpload) -> None:
    """Take in a request's parts, the body's before the address's.

    Raises:
        Fault: malformed, too large, too slow, more than one source, or a wrong key.
    """
    limit_bytes = incoming.sender.authenticator.options.body_limit_bytes
    if (request.content_length or 0) > wire_limit_bytes(limit_bytes):
        raise Fault(Reason.TOO_LARGE)
    try:
        if incoming.by_post:
            await _read_body(request, incoming)
        await _read_query(request, incoming)
    except UNREADABLE as error:
        raise Fault(Reason.BAD_BODY) from error


@asynccontextmanager
async def open_incoming(sender: Sender, *, folder: Path) -> AsyncGenerator[IncomingUpload]:
    """Give an empty upload; its temporary file, unless moved away, is gone at the end."""
    limit_bytes = text_limit_bytes(sender.authenticator.options.body_limit_bytes)
    async with open_spool(folder, limit_bytes=limit_bytes) as spool:
        yield IncomingUpload(sender, spool, by_post=sender.request.method == "POST")
