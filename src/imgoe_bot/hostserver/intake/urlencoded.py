"""Takes an application/x-www-form-urlencoded body apart as it arrives.

Sans-I/O like ``multipart``, with the same events: a value may be a file in base64, so it is handed
on in pieces. A field without a value counts as not sent. Source: WHATWG URL standard, §5.
"""

from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from imgoe_bot.hostserver.intake.form_events import Event, MalformedBody, PartData, PartStart

MEDIA_TYPE = "application/x-www-form-urlencoded"
NAME_LIMIT_BYTES = 16 * 1024
NAMES_LIMIT = 1_000  # as in PHP
_END = b"&"  # behind it, what is left counts as it stands


def _decoded(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))


def _cut_escape_bytes(text: bytes) -> int:
    """Return how many bytes at the end may open an escape whose rest is still to come."""
    at = text.rfind(b"%", -2)
    return 0 if at < 0 else len(text) - at


class UrlencodedParser:
    """Feed it the body's pieces in order, then ``close`` it."""

    def __init__(self) -> None:
        self._rest = b""
        self._name: bytes | None = None  # None while a name is arriving
        self._has_value = False
        self._names_left = NAMES_LIMIT

    def feed(self, data: bytes) -> Iterator[Event]:
        """Yield what these bytes complete; use up one feed's events before the next feed.

        Raises:
            MalformedBody: at the first byte that can't be.
        """
        if not data.isascii():
            raise MalformedBody("not escaped")
        data, self._rest = self._rest + data, b""
        at = 0
        while at < len(data):
            end = data.find(b"&", at)
            if self._name is None:
                at = self._take_name(data, at, end)
            else:
                yield from self._take_value(data, at, end)
                at = len(data) if end < 0 else end + 1

    def close(self) -> Iterator[Event]:
        """See ``FormParser.close``."""
        yield from self.feed(_END)

    def _count_name(self) -> None:
        self._names_left -= 1
        if self._names_left < 0:
            raise MalformedBody("too many names")

    def _take_name(self, data: bytes, at: int, end: int) -> int:
        """Take a name, or what has come of it; return where to go on."""
        stop = len(data) if end < 0 else end
        equals = data.find(b"=", at, stop)
        if (stop if equals < 0 else equals) - at > NAME_LIMIT_BYTES:
            raise MalformedBody("name too long")
        if equals >= 0:
            self._count_name()
            self._name, self._has_value = _decoded(data[at:equals]), False
            return equals + 1
        if end < 0:
            self._rest = data[at:]
            return stop
        self._count_name()
        return end + 1

    def _take_value(self, data: bytes, at: int, end: int) -> Iterator[Event]:
        name = self._name or b""
        stop = len(data) - _cut_escape_bytes(data[at:]) if end < 0 else end
        if at < stop:
            if not self._has_value:
                yield PartStart(name.decode("utf-8", "replace"), None)
                self._has_value = True
            yield PartData(memoryview(_decoded(data[at:stop])))
        if end < 0:
            self._rest = data[stop:]
        else:
            self._name = None
