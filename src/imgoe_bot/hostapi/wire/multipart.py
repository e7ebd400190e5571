"""multipart/form-data as PHP reads it, in two pieces: what stands before the file, and after."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

FILENAME_BYTES = 255

_CONTROL_OR_QUOTE = re.compile(r'[\x00-\x1f"\x7f]')


@dataclass(frozen=True, slots=True)
class FilePart:
    """The part that carries a file.

    Attributes:
        mime: what the bytes really are: hosts choose between image and video by it.
    """

    name: str
    filename: str
    mime: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """Everything of a body but the file itself."""

    boundary: str
    head: bytes
    tail: bytes

    @property
    def content_type(self) -> str:
        """The request's Content-Type."""
        return f"multipart/form-data; boundary={self.boundary}"

    def length_around(self, size_bytes: int) -> int:
        """Return the length of the whole body around a file of a size."""
        return len(self.head) + size_bytes + len(self.tail)


def multipart_envelope(fields: Sequence[tuple[str, str]], *, part: FilePart | None) -> Envelope:
    """Write the body around a file; without a file the head alone holds every field.

    Source: HTML Living Standard, multipart/form-data encoding (quoting of names).
    """
    boundary = f"imgoe{secrets.token_hex(16)}"
    opening = f"--{boundary}\r\n".encode()
    head = b"".join(opening + _field(name, value) for name, value in fields)
    if part is None:
        return Envelope(boundary, head, f"--{boundary}--\r\n".encode())
    return Envelope(boundary, head + opening + _file(part), f"\r\n--{boundary}--\r\n".encode())


def empty_envelope() -> Envelope:
    """Return what a request without a body has in place of one."""
    return Envelope("", b"", b"")


def plain_name(filename: str) -> str:
    """Return the last part of a path as a name of at most 255 bytes that keeps its extension."""
    name = re.split(r"[/\\]", filename)[-1].strip()
    if len(_encoded(name)) <= FILENAME_BYTES:
        return name
    suffix = PurePosixPath(name).suffix[:16]
    room = FILENAME_BYTES - len(_encoded(suffix))
    return _encoded(name.removesuffix(suffix))[:room].decode(errors="ignore") + suffix


def _field(name: str, value: str) -> bytes:
    disposition = f'Content-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n'
    return disposition.encode() + _encoded(value) + b"\r\n"


def _file(part: FilePart) -> bytes:
    quoted = _quoted(part.filename)
    disposition = f'form-data; name="{_quoted(part.name)}"; filename="{quoted}"'
    return _encoded(f"Content-Disposition: {disposition}\r\nContent-Type: {part.mime}\r\n\r\n")


def _quoted(text: str) -> str:
    return _CONTROL_OR_QUOTE.sub(lambda found: f"%{ord(found[0]):02X}", text)


def _encoded(text: str) -> bytes:
    return text.encode(errors="replace")
