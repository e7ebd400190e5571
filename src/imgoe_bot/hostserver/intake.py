"""Reads an upload request: parameters into memory, the file to disk."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.multipart import MultipartParser, PartData, PartStart, boundary_of
from imgoe_bot.hostserver.names import sent_filename
from imgoe_bot.hostserver.spool import Spool, open_spool

FIELD_LIMIT_BYTES = 64 * 1024
FIELDS_LIMIT = 50
SOURCE_NAMES = ("source", "image")
# What aiohttp raises, in all, for a body that isn't what it claims to be.
UNREADABLE = (
    ValueError,
    AssertionError,
    LookupError,
    RecursionError,
    HttpProcessingError,
    web.HTTPException,
    web.RequestPayloadError,
)


@dataclass(slots=True)
class Intake:
    """What arrived.

    Attributes:
        fields: the parameters that are text; of two with one name the first counts.
        spool: the source's bytes; empty when there was none.
        source_name: the part it came in (``source`` or ImgBB's ``image``), None without one.
        filename: the client's name for a file; None when the source is text (base64 or a URL).
        by_post: whether the body carried it.
        unasked_bytes: how much came in files that are no source.
    """

    spool: Spool
    by_post: bool
    fields: dict[str, str] = field(default_factory=dict[str, str])
    source_name: str | None = None
    filename: str | None = None
    unasked_bytes: int = 0

    def add_field(self, name: str, value: str) -> None:
        """Keep a text parameter.

        Raises:
            Fault: there are more than anybody needs.
        """
        if len(self.fields) >= FIELDS_LIMIT:
            raise Fault(Reason.BAD_BODY, "Too many fields")
        self.fields.setdefault(name, value)

    def begin_source(self, name: str, filename: str | None) -> None:
        """Note that the source starts here.

        Raises:
            Fault: there was one already.
        """
        if self.source_name is not None:
            raise Fault(Reason.BAD_BODY, "More than one source")
        self.source_name, self.filename = name, filename

    def read_past(self, size_bytes: int) -> None:
        """Count bytes of a file that nobody asked for.

        Raises:
            Fault: there is no end to them.
        """
        self.unasked_bytes += size_bytes
        if self.unasked_bytes > self.spool.limit_bytes * 3:  # as much as a whole body may have
            raise Fault(Reason.TOO_LARGE)


class _Part:
    """The part that is arriving: the source goes to disk, text into memory.

    A file under another name is read past: to PHP, too, a file is no parameter.
    """

    def __init__(self, start: PartStart, intake: Intake) -> None:
        self._intake = intake
        self._name = start.name
        self._is_source, is_file = start.name in SOURCE_NAMES, start.filename is not None
        self._text: bytearray | None = None if self._is_source or is_file else bytearray()
        if self._is_source:
            named = start.filename
            intake.begin_source(start.name, None if named is None else sent_filename(named))

    async def take(self, data: memoryview) -> None:
        if self._is_source:
            await self._intake.spool.write(data)
        elif self._text is None:
            self._intake.read_past(len(data))
        else:
            self._add(self._text, data)

    def _add(self, text: bytearray, data: memoryview) -> None:
        text += data
        if len(text) > FIELD_LIMIT_BYTES:
            raise Fault(Reason.TOO_LARGE, "A text field is too long")

    def finish(self) -> None:
        if self._text is not None:
            self._intake.add_field(self._name, self._text.decode("utf-8", "replace"))


async def _read_multipart(request: web.Request, intake: Intake) -> None:
    parser = MultipartParser(boundary_of(request.headers["Content-Type"]))
    part: _Part | None = None
    async for chunk, _ in request.content.iter_chunks():  # unlike iter_any, joins nothing
        for event in parser.feed(chunk):
            if isinstance(event, PartData):
                if part is not None:
                    await part.take(event.data)
                continue
            if part is not None:
                part.finish()
            part = _Part(event, intake)
    parser.close()
    if part is not None:
        part.finish()


async def _take_pairs(pairs: Mapping[str, str], intake: Intake) -> None:
    for name, value in pairs.items():
        if name in SOURCE_NAMES:
            intake.begin_source(name, None)
            await intake.spool.write(value.encode())
        else:
            intake.add_field(name, value)


async def _read_urlencoded(request: web.Request, intake: Intake) -> None:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > intake.spool.limit_bytes * 3:  # a byte may take three, as %2B does
            raise Fault(Reason.TOO_LARGE)
    pairs = parse_qsl(body.decode("ascii"), max_num_fields=FIELDS_LIMIT)
    await _take_pairs(dict(reversed(pairs)), intake)


async def _read(request: web.Request, intake: Intake) -> None:
    if request.method == "POST":
        # request.content_type asks the email package, which takes longer than the database.
        content_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if content_type == "multipart/form-data":
            await _read_multipart(request, intake)
        elif content_type == "application/x-www-form-urlencoded":
            await _read_urlencoded(request, intake)
    for name in request.query:
        if name not in SOURCE_NAMES:
            intake.add_field(name, request.query[name])
        elif intake.source_name is None:
            await _take_pairs({name: request.query[name]}, intake)


@asynccontextmanager
async def read_request(
    request: web.Request, *, folder: Path, limit_bytes: int
) -> AsyncGenerator[Intake]:
    """Give the request's parts; the temporary file is gone at the end unless it was moved away.

    Raises:
        Fault: malformed, too large, or more than one source.
    """
    if (request.content_length or 0) > limit_bytes * 3:
        raise Fault(Reason.TOO_LARGE)
    async with open_spool(folder, limit_bytes=limit_bytes) as spool:
        intake = Intake(spool, by_post=request.method == "POST")
        try:
            await _read(request, intake)
        except UNREADABLE as error:
            raise Fault(Reason.BAD_BODY) from error
        yield intake
