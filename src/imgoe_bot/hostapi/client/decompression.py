"""Bodies that come compressed though nobody asked: a few bytes of one may stand for gigabytes."""

import zlib

_GZIP_OR_DEFLATE = zlib.MAX_WBITS | 32
"""Tells the one from the other by its header. Source: zlib manual, inflateInit2."""


def unpacked(body: bytes, *, encoding: str, most_bytes: int) -> bytes | None:
    """Return the beginning of what a body holds, None when that can't be told.

    Args:
        body: as sent, or the beginning of it.
        encoding: its Content-Encoding, empty for none; of others only gzip and deflate are read.
        most_bytes: no more is made of it.
    """
    if encoding in ("", "identity"):
        return body[:most_bytes]
    if encoding not in ("gzip", "deflate"):
        return None
    try:
        return zlib.decompressobj(_GZIP_OR_DEFLATE).decompress(body, most_bytes)
    except zlib.error:
        return None
