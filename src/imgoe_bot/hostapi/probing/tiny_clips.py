"""The smallest clips, a grey square of one second, and the smallest AVIF: what is coded elsewhere.

Made once with libx264, libvpx and libavif; what no player needs is left out. Each has room for a
comment at its end.

Source: ISO/IEC 14496-12 (boxes; ``free`` is skipped), QuickTime File Format (brand ``qt  ``),
    RFC 9559 (Matroska; a Void element is skipped).
"""

from base64 import b64decode

_MP4 = b64decode(
    "AAAAIGZ0eXBpc29tAAACAGlzb21pc28yYXZjMW1wNDEAAAJibW9vdgAAAGxtdmhkAAAAAAAAAAAAAAAAAAAD6AAAA+gA"
    "AQAAAQAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAgAAAe50cmFrAAAAXHRraGQAAAADAAAAAAAAAAAAAAABAAAAAAAAA+gAAAAAAAAAAAAAAAAAAAAAAAEA"
    "AAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAABAAAAAABAAAAAQAAAAAAGKbWRpYQAAACBtZGhkAAAAAAAAAAAAAAAA"
    "AABAAAAAQABVxAAAAAAALWhkbHIAAAAAAAAAAHZpZGUAAAAAAAAAAAAAAABWaWRlb0hhbmRsZXIAAAABNW1pbmYAAAAU"
    "dm1oZAAAAAEAAAAAAAAAAAAAACRkaW5mAAAAHGRyZWYAAAAAAAAAAQAAAAx1cmwgAAAAAQAAAPVzdGJsAAAAkXN0c2QA"
    "AAAAAAAAAQAAAIFhdmMxAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAABAAEABIAAAASAAAAAAAAAABAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAGP//AAAAK2F2Y0MBQsAK/+EAFGdCwAraehAAAAMAEAAAAwAg8SJqAQAEaM4PyAAA"
    "ABhzdHRzAAAAAAAAAAEAAAABAABAAAAAABxzdHNjAAAAAAAAAAEAAAABAAAAAQAAAAEAAAAUc3RzegAAAAAAAAALAAAA"
    "AQAAABRzdGNvAAAAAAAAAAEAAAKKAAAAE21kYXQAAAAHZYiEOiYoDg=="
)
_WEBM_BEFORE_COMMENT = b64decode(
    "GkXfo59ChoEBQveBAULygQRC84EIQoKEd2VibUKHgQJChYECGFOAZ0CJFUmpZp4q17GDD0JARImERHoAAE2AhWltZ29l"
    "V0GFaW1nb2UWVK5ro66h14EBc8WBAYOBAYaFVl9WUDgj44OEO5rKAOCGsIEQuoEQH0O2dafngQCjooEAAIAQAgCdASoQ"
    "ABAAAEcIhYWImYSIAgIADA1gAP7D4ADskA=="
)
_AVIF = b64decode(
    "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAA"
    "AAAAAAAAAAAAAAAOcGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAAHwAAAChpaW5mAAAAAAABAAAA"
    "GmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAABqaXBycAAAAEtpcGNvAAAAFGlzcGUAAAAAAAAAAQAAAAEAAAAQcGl4aQAA"
    "AAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEADQAGgAAAABdpcG1hAAAAAAAAAAEAAQQBAoMEAAAAJ21kYXQS"
    "AAoIGAAGiAhoNCAyERTHh4ZlAgggnlAAAABIWtqe"
)
_BRANDS = slice(8, 32)

COMMENT_BYTES = 16
"""The WebM's Void element and the Segment around it count on so many."""


def mp4(comment: bytes) -> bytes:
    """Return an MP4 of 16x16 pixels in H.264."""
    return _MP4 + _free(comment)


def mov(comment: bytes) -> bytes:
    """Return the same as QuickTime."""
    quicktime = b"qt  " + bytes(4) + b"qt  " * 4
    return _MP4[: _BRANDS.start] + quicktime + _MP4[_BRANDS.stop :] + _free(comment)


def webm(comment: bytes) -> bytes:
    """Return a WebM of 16x16 pixels in VP8; the comment has ``COMMENT_BYTES``."""
    return _WEBM_BEFORE_COMMENT + comment


def avif(comment: bytes) -> bytes:
    """Return an AVIF of 1x1 pixel."""
    return _AVIF + _free(comment)


def _free(comment: bytes) -> bytes:
    return (len(comment) + 8).to_bytes(4) + b"free" + comment
