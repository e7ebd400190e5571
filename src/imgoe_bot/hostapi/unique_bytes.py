"""Makes a file's bytes unlike any other's, and leaves alone what anybody sees of it.

For a host that may have stored a file without saying so, and refuses bytes that it has: sent once
more as they are, our own file would be refused, and its delete link be lost. Each format has a
place for what nobody shows; a digest of 16 bytes is put there, while the file streams by.
"""

import hashlib
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from imgoe_bot.hostapi.sniffing import sniff_mime

HEAD_BYTES = 1024
"""Holds the place near a file's start in every format that has it there; GIF's is at 781."""

_Edit: TypeAlias = tuple[bytes, bytes]
"""A file's beginning as it is to be, and what follows its end."""


@dataclass(frozen=True, slots=True)
class UniqueStream:
    """A file's bytes on their way.

    Attributes:
        chunks: pieces of any size, to be read once.
        size_bytes: the exact number of bytes to come; None where the source's was unknown.
        is_unique: False where the format has no place for a mark: the bytes are as they were.
    """

    chunks: AsyncIterator[bytes] = field(repr=False)
    size_bytes: int | None
    is_unique: bool


async def made_unique(
    chunks: AsyncIterable[bytes], *, size_bytes: int | None, mark: str
) -> UniqueStream:
    """Read a file's first bytes, and return it with a mark in it.

    Args:
        chunks: pieces of any size.
        size_bytes: the exact number of bytes to come, None when unknown.
        mark: what makes it unique; the same mark makes the same bytes. Nobody can read it there.
    """
    source = aiter(chunks)
    head = await _first_of(source)
    digest = hashlib.sha256(f"unique bytes\0{mark}".encode()).digest()[:16]
    way = _WAYS.get(sniff_mime(head) or "")
    edit = way(head, size_bytes, digest) if way is not None else None
    if edit is None:
        return UniqueStream(_around(head, source, b""), size_bytes, is_unique=False)
    changed, tail = edit
    more_bytes = len(changed) - len(head) + len(tail)
    size = None if size_bytes is None else size_bytes + more_bytes
    return UniqueStream(_around(changed, source, tail), size, is_unique=True)


async def _first_of(source: AsyncIterator[bytes]) -> bytes:
    head = b""
    while len(head) < HEAD_BYTES and (chunk := await anext(source, None)) is not None:
        head += chunk
    return head


async def _around(head: bytes, source: AsyncIterator[bytes], tail: bytes) -> AsyncIterator[bytes]:
    yield head
    async for chunk in source:
        yield chunk
    yield tail


def _inserted(head: bytes, at: int, piece: bytes) -> _Edit | None:
    return (head[:at] + piece + head[at:], b"") if len(head) >= at else None


def _png(head: bytes, _: int | None, mark: bytes) -> _Edit | None:
    """A private chunk that no decoder has to know, behind the header.

    Source: PNG specification, third edition, 5.4 (chunk naming).
    """
    if head[8:16] != b"\x00\x00\x00\rIHDR":
        return None
    chunk = b"unIq" + mark
    checksum = zlib.crc32(chunk).to_bytes(4, "big")
    return _inserted(head, 33, len(mark).to_bytes(4, "big") + chunk + checksum)


def _jpeg(head: bytes, _: int | None, mark: bytes) -> _Edit | None:
    """A comment behind the first marker: what phones append counts its offsets from the end."""
    text = mark.hex().encode()
    return _inserted(head, 2, b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text)


def _gif(head: bytes, _: int | None, mark: bytes) -> _Edit | None:
    """A comment behind the palette that all frames share."""
    flags = head[10] if len(head) > 10 else 0
    palette_bytes = 3 << ((flags & 7) + 1) if flags & 0x80 else 0
    text = mark.hex().encode()
    return _inserted(head, 13 + palette_bytes, b"!\xfe" + bytes([len(text)]) + text + b"\0")


def _webp(head: bytes, size_bytes: int | None, mark: bytes) -> _Edit | None:
    """An unknown chunk at the end, counted in the size; or behind the end where that is unclear.

    Source: RFC 9649, 2.7.1.4 (readers ignore unknown chunks).
    """
    chunk = b"uniq" + len(mark).to_bytes(4, "little") + mark
    told_bytes = int.from_bytes(head[4:8], "little") + 8
    if size_bytes is None or told_bytes != size_bytes:
        return head, chunk
    tail = bytes(size_bytes % 2) + chunk
    riff_bytes = (size_bytes + len(tail) - 8).to_bytes(4, "little")
    return head[:4] + riff_bytes + head[8:], tail


def _boxes(head: bytes, _: int | None, mark: bytes) -> _Edit | None:
    """A free box at the end. In a last box that reaches to the end, nothing points to it.

    Source: ISO/IEC 14496-12, 8.1.2.
    """
    return head, (8 + len(mark)).to_bytes(4, "big") + b"free" + mark


def _elements(head: bytes, _: int | None, mark: bytes) -> _Edit | None:
    """A void element at the end, which may stand at any level.

    Source: RFC 8794, 11.3.2.
    """
    return head, b"\xec" + bytes([0x80 | len(mark)]) + mark


def _behind(head: bytes, _: int | None, mark: bytes) -> _Edit | None:
    """Bytes behind the end, where no offset leads."""
    return head, mark


_WAYS: dict[str, Callable[[bytes, int | None, bytes], _Edit | None]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
    "image/bmp": _behind,
    "image/tiff": _behind,
    "image/avif": _boxes,
    "image/heic": _boxes,
    "image/heif": _boxes,
    "video/mp4": _boxes,
    "video/3gpp": _boxes,
    "video/quicktime": _boxes,
    "video/webm": _elements,
    "video/x-matroska": _elements,
}
