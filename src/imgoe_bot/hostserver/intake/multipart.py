"""Takes a multipart/form-data body apart as it arrives, without copying it.

Sans-I/O: bytes go in, events come out. A part's data are views of the bytes that were fed, so a
large file passes through untouched. Source: RFC 7578, RFC 2046 §5.1; WHATWG's form encoding for
the escapes browsers use in names.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from urllib.parse import unquote

from imgoe_bot.hostserver.intake.form_events import Event, MalformedBody, PartData, PartStart

MEDIA_TYPE = "multipart/form-data"
HEADERS_LIMIT_BYTES = 16 * 1024
BOUNDARY_LIMIT = 200
# Not any that Python knows: to decode 16 KB of punycode takes it 19 seconds.
CHARSETS = frozenset({"utf-8", "utf8", "iso-8859-1", "latin1", "us-ascii", "ascii"})
_PARAMETER = re.compile(r';\s*+([^\s=;"]++)\s*+=\s*+("(?:[^"\\]++|\\.)*+"|[^;\s"]*+)')
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class _State(Enum):
    PREAMBLE = auto()
    AFTER_BOUNDARY = auto()
    HEADERS = auto()
    BODY = auto()
    END = auto()


def boundary_of(content_type: str) -> bytes:
    """Return the boundary a Content-Type header names.

    Raises:
        MalformedBody: none, or none that may be.
    """
    named: dict[str, str] = {name.lower(): text for name, text in _PARAMETER.findall(content_type)}
    boundary = named.get("boundary", "").strip('"')
    if not boundary.isascii() or not 0 < len(boundary) <= BOUNDARY_LIMIT:
        raise MalformedBody("no boundary")
    return boundary.encode()


def _parameter(text: str) -> str:
    if text.startswith('"'):
        return re.sub(r"\\([\"\\])", r"\1", text[1:-1])
    return text


def _extended(text: str) -> str:
    """Return a value of RFC 5987's form, ``utf-8''na%C3%AFve``."""
    named, _, encoded = text.partition("'")
    charset = named.lower() or "utf-8"
    if charset not in CHARSETS:
        raise MalformedBody("unknown charset")
    return unquote(encoded.partition("'")[2], encoding=charset, errors="replace")


def parse_headers(block: bytes) -> PartStart:
    """Return what a part's headers say.

    Raises:
        MalformedBody: they hold control characters or no form-data disposition with a name.
    """
    for line in block.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if _CONTROL.search(line):
            raise MalformedBody("control character in a header")
        if name.strip().lower() == b"content-disposition":
            return _disposition(value.decode("utf-8", "replace").strip())
    raise MalformedBody("a part without a disposition")


def _disposition(value: str) -> PartStart:
    kind = value.partition(";")[0].strip().lower()
    found = {name.lower(): _parameter(text) for name, text in _PARAMETER.findall(value)}
    if kind != "form-data" or "name" not in found:
        raise MalformedBody("a part without a name")
    if "filename*" in found:
        return PartStart(found["name"], _extended(found["filename*"]))
    return PartStart(found["name"], found.get("filename"))


class MultipartParser:
    """Feed it the body's pieces in order, then ``close`` it."""

    def __init__(self, boundary: bytes) -> None:
        self._delimiter = b"\r\n--" + boundary
        self._state = _State.PREAMBLE
        self._rest = b"\r\n"  # the first boundary may lack the line end that opens the others

    def feed(self, data: bytes) -> Iterator[Event]:
        """Yield what these bytes complete; use up one feed's events before the next feed.

        Raises:
            MalformedBody: at the first thing that can't be.
        """
        data, self._rest = self._rest + data if self._rest else data, b""
        at: int | None = 0
        while at is not None and at < len(data):
            event, at = self._step(data, at)
            if event is not None:
                yield event

    def close(self) -> Iterator[Event]:
        """See ``FormParser.close``: nothing is left.

        Raises:
            MalformedBody: before the closing boundary came.
        """
        if self._state is not _State.END:
            raise MalformedBody("the body ends early")
        return iter(())

    def _step(self, data: bytes, at: int) -> tuple[Event | None, int | None]:
        """Return the next event, if any, and where to go on; None when more must come first."""
        if self._state is _State.BODY:
            return self._body(data, at)
        if self._state is _State.HEADERS:
            return self._headers(data, at)
        if self._state is _State.AFTER_BOUNDARY:
            return None, self._after_boundary(data, at)
        if self._state is _State.PREAMBLE:
            return None, self._preamble(data, at)
        return None, None

    def _preamble(self, data: bytes, at: int) -> int | None:
        found = data.find(self._delimiter, at)
        if found < 0:
            self._rest = data[-(len(self._delimiter) - 1) :]
            return None
        self._state = _State.AFTER_BOUNDARY
        return found + len(self._delimiter)

    def _after_boundary(self, data: bytes, at: int) -> int | None:
        if len(data) - at < 2:
            self._rest = data[at:]
            return None
        mark = data[at : at + 2]
        if mark not in (b"--", b"\r\n"):
            raise MalformedBody("no line end after a boundary")
        self._state = _State.END if mark == b"--" else _State.HEADERS
        return at + 2

    def _headers(self, data: bytes, at: int) -> tuple[Event | None, int | None]:
        end = data.find(b"\r\n\r\n", at)
        if (end if end >= 0 else len(data)) - at > HEADERS_LIMIT_BYTES:
            raise MalformedBody("headers too long")
        if end < 0:
            self._rest = data[at:]
            return None, None
        self._state = _State.BODY
        return parse_headers(data[at:end]), end + 4

    def _body(self, data: bytes, at: int) -> tuple[Event | None, int | None]:
        found = data.find(self._delimiter, at)
        if found >= 0:
            self._state = _State.AFTER_BOUNDARY
            return _data(data, at, found), found + len(self._delimiter)
        # Only a carriage return among the last bytes can open a delimiter that is cut in two.
        tail = max(at, len(data) - len(self._delimiter) + 1)
        cut = data.find(b"\r", tail)
        end = len(data) if cut < 0 else cut
        self._rest = data[end:]
        return _data(data, at, end), None


def _data(data: bytes, start: int, end: int) -> PartData | None:
    return PartData(memoryview(data)[start:end]) if start < end else None
