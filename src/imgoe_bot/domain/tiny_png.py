"""A picture to try a host with."""

import struct
import zlib

_SIDE_PX = 16


def tiny_png(comment: str) -> bytes:
    """Return a blue square of 16 × 16 pixels.

    Args:
        comment: ASCII; makes the bytes differ, since a host may refuse the same ones twice.

    Source: PNG specification (W3C), chunk layout and colour type 2.
    """
    header = struct.pack(">IIBBBBB", _SIDE_PX, _SIDE_PX, 8, 2, 0, 0, 0)
    row = b"\x00" + b"\x3d\x7d\xd8" * _SIDE_PX
    chunks = (
        _chunk(b"IHDR", header),
        _chunk(b"tEXt", b"Comment\x00" + comment.encode("ascii")),
        _chunk(b"IDAT", zlib.compress(row * _SIDE_PX)),
        _chunk(b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
