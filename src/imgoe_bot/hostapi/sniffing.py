"""What bytes are, told by their first few: the host trusts the Content-Type we send with them."""

SNIFF_BYTES = 512
UNKNOWN_MIME = "application/octet-stream"

_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "application/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"PK\x03\x04", "application/zip"),
    (b"<?php", "application/x-php"),
)
_RIFF_FORMS = {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo", b"WAVE": "audio/x-wav"}
_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"hevc": "image/heic",
    b"hevx": "image/heic",
    b"mif1": "image/heif",
    b"msf1": "image/heif",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
}
_EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "image/heic": ".heic",
    "image/heif": ".heif",
    "image/bmp": ".bmp",
    "image/tiff": ".tiff",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "video/x-matroska": ".mkv",
}


def sniff_mime(head: bytes) -> str | None:
    """Tell the MIME type of a file by its first bytes, None when they are of no known kind.

    Args:
        head: the file's first bytes; ``SNIFF_BYTES`` of them are enough for every kind.

    Source: the formats' own specifications; design/API.md §1 on why it matters.
    """
    for signature, mime in _SIGNATURES:
        if head.startswith(signature):
            return mime
    return _sniff_container(head) or _sniff_bitmap(head) or _sniff_text(head)


def extension_of(mime: str | None) -> str:
    """Return the usual file extension of a media type with its dot, empty when it has none."""
    return _EXTENSIONS.get(mime or "", "")


def _sniff_container(head: bytes) -> str | None:
    if head[:4] == b"RIFF":
        return _RIFF_FORMS.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _sniff_brand(head)
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    return "video/quicktime" if head[4:8] in (b"moov", b"mdat", b"wide") else None


def _sniff_brand(head: bytes) -> str:
    major = head[8:12]
    if major in (b"mif1", b"msf1"):
        end = min(int.from_bytes(head[:4], "big"), len(head))
        compatible = {head[at : at + 4] for at in range(16, end, 4)}
        named = compatible & (_BRANDS.keys() - {b"mif1", b"msf1"})
        return min((_BRANDS[brand] for brand in named), default=_BRANDS[major])
    if major[:2] == b"3g":
        return "video/3gpp"
    return _BRANDS.get(major, "video/mp4")


def _sniff_bitmap(head: bytes) -> str | None:
    is_bitmap = head[:2] == b"BM" and head[6:10] == b"\x00\x00\x00\x00" and len(head) >= 26
    return "image/bmp" if is_bitmap else None


def _sniff_text(head: bytes) -> str | None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "text/html"
    if start.startswith((b"<svg", b"<!doctype svg")):
        return "image/svg+xml"
    if start.startswith(b"<?xml"):
        return "image/svg+xml" if b"<svg" in start else "text/xml"
    return None
