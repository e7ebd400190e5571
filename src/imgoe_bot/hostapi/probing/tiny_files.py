"""The smallest files there are, each made unique: hosts refuse the same bytes twice."""

import secrets
import zlib
from collections.abc import Callable, Mapping

from imgoe_bot.hostapi.probing import tiny_clips

_JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb00430050373c463c32504641465a55505f78c882786e6e78"
    "f5afb991c8ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc000"
    "0b080001000101011100ffc40014000100000000000000000000000000000000ffc4001410010000000000000000"
    "0000000000000000ffda0008010100003f003fffd9"
)
_WEBP_PIXEL = bytes.fromhex("2f00000000075081540820000a9afec78888fe07")


def tiny_file(mime: str) -> bytes:
    """Return an image of 1x1 pixel, or a clip of a second, with a random comment.

    Args:
        mime: one of ``TINY_KINDS``.

    Source: PNG (W3C), JPEG (ITU T.81), GIF89a, RIFF/WebP and BITMAPINFOHEADER specifications.
    """
    return _MAKERS[mime](secrets.token_hex(tiny_clips.COMMENT_BYTES // 2).encode())


def _png(comment: bytes) -> bytes:
    header = (1).to_bytes(4) + (1).to_bytes(4) + b"\x08\x02\x00\x00\x00"
    chunks = (
        (b"IHDR", header),
        (b"tEXt", b"Comment\x00" + comment),
        (b"IDAT", zlib.compress(b"\x00" + b"\x80\x80\x80")),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(name, data) for name, data in chunks)


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)


def _jpeg(comment: bytes) -> bytes:
    app0_end = 20
    segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment
    return _JPEG[:app0_end] + segment + _JPEG[app0_end:]


def _gif(comment: bytes) -> bytes:
    screen = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x80\x80\x80\x00\x00\x00"
    extension = b"!\xfe" + bytes([len(comment)]) + comment + b"\x00"
    return screen + extension + b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00;"


def _webp(comment: bytes) -> bytes:
    chunks = _riff_chunk(b"VP8L", _WEBP_PIXEL) + _riff_chunk(b"imgo", comment)
    return b"RIFF" + (len(chunks) + 4).to_bytes(4, "little") + b"WEBP" + chunks


def _bmp(comment: bytes) -> bytes:
    """The comment stands in the gap that may be before the pixels."""
    pixels_at = 54 + len(comment)
    sizes = (pixels_at + 4, 0, pixels_at, 40, 1, 1)
    head = b"BM" + b"".join(number.to_bytes(4, "little") for number in sizes)
    return head + b"\x01\x00\x18\x00" + bytes(24) + comment + b"\x80\x80\x80\x00"


def _riff_chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2)


_MAKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
    "image/avif": tiny_clips.avif,
    "image/bmp": _bmp,
    "video/mp4": tiny_clips.mp4,
    "video/webm": tiny_clips.webm,
    "video/quicktime": tiny_clips.mov,
}
TINY_KINDS = tuple(_MAKERS)
