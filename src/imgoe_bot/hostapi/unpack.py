"""Bodies that come compressed though nobody asked: a few bytes of one may stand for gigabytes."""

import zlib

_GZIP_OR_DEFLATE = zlib.MAX_WBITS | 32
"""Tells the one from the other by its header. Source: zlib manual, inflateInit2."""


def unpacked(body: bytes, *, encoding: str, limit_bytes: int) -> bytes | None:
    """Return what a body holds, None when that is beyond the limit or can't be told.

    Args:
        body: as sent.
        encoding: its Content-Encoding, empty for none; of others only gzip and deflate are read.
        limit_bytes: nothing larger is made of it.
    """
    found: bytes | None = body
    if encoding not in ("", "identity"):
        found = _inflated(body, limit_bytes) if encoding in ("gzip", "deflate") else None
    return found if found is not None and len(found) <= limit_bytes else None


def _inflated(body: bytes, limit_bytes: int) -> bytes | None:
    try:
        return zlib.decompressobj(_GZIP_OR_DEFLATE).decompress(body, limit_bytes + 1)
    except zlib.error:
        return None
