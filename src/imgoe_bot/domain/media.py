"""What bytes really are, told by their first bytes and never by a name."""

from dataclasses import dataclass

from imgoe_bot.domain.options import Kind

SNIFF_BYTES = 64
"""How many leading bytes ``sniff`` wants to see at most."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)

_BRANDS: dict[bytes, str] = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"qt  ": "video/quicktime",
}

_AUDIO_BRANDS = frozenset([b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "])

_IMAGE_EXTENSIONS = frozenset(
    ["jpg", "jpeg", "jfif", "png", "apng", "gif", "webp", "bmp", "avif", "heic", "heif"]
)
_VIDEO_EXTENSIONS = frozenset(["mp4", "m4v", "mov", "webm"])


@dataclass(frozen=True, slots=True)
class Source:
    """Where bytes can be read from right now.

    Attributes:
        url: a link that works now; it expires and is never stored.
        filename: the name the person gave the file.
        size_bytes: the declared size, None when unknown.
        typed: whether a person typed the address; then it may lead anywhere.
    """

    url: str
    filename: str
    size_bytes: int | None
    typed: bool = False


def sniff(head: bytes) -> str | None:
    """Return the MIME type of an image or video that starts with these bytes, else None.

    Source: the formats' own signatures; ISO 14496-12 for ``ftyp`` brands.
    """
    for magic, mime in _MAGIC:
        if head.startswith(magic):
            return mime
    if head[:2] == b"BM" and head[6:10] == bytes(4):  # else any text may begin so
        return "image/bmp"
    if head[:4] == b"\x1aE\xdf\xa3" and b"webm" in head[:SNIFF_BYTES]:
        return "video/webm"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return None if head[8:12] in _AUDIO_BRANDS else _BRANDS.get(head[8:12], "video/mp4")
    return None


def kind_of(*, filename: str, content_type: str | None) -> Kind | None:
    """Tell from what Discord declares what an attachment may be, None when it is no media.

    Discord's ``content_type`` is optional and can be wrong, so a telling name is enough; the bytes
    have the last word (``sniff``).
    """
    declared = (content_type or "").partition("/")[0]
    extension = filename.rpartition(".")[2].lower()
    if declared == "image" or extension in _IMAGE_EXTENSIONS:
        return Kind.IMAGE
    if declared == "video" or extension in _VIDEO_EXTENSIONS:
        return Kind.VIDEO
    return None
