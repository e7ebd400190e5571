"""File formats by their magic bytes; a client's claims about type and name count for nothing."""

from collections.abc import Callable
from dataclasses import dataclass

SNIFF_BYTES = 64


@dataclass(frozen=True, slots=True)
class Format:
    """One format the host knows.

    Attributes:
        name: Pillow's name for an image, the container's name for a video.
        extension: without a dot, as used in stored names.
    """

    name: str
    extension: str
    mime: str
    is_video: bool = False


JPEG = Format("JPEG", "jpg", "image/jpeg")
PNG = Format("PNG", "png", "image/png")
GIF = Format("GIF", "gif", "image/gif")
WEBP = Format("WEBP", "webp", "image/webp")
AVIF = Format("AVIF", "avif", "image/avif")
BMP = Format("BMP", "bmp", "image/bmp")
HEIC = Format("HEIF", "heic", "image/heic")
MP4 = Format("MP4", "mp4", "video/mp4", is_video=True)
MOV = Format("MOV", "mov", "video/quicktime", is_video=True)
WEBM = Format("WEBM", "webm", "video/webm", is_video=True)

ALL = (JPEG, PNG, GIF, WEBP, AVIF, BMP, HEIC, MP4, MOV, WEBM)

# Every extension a stored file can have; ``jpeg`` is what a video's frame is called.
MIME_BY_EXTENSION = {one.extension: one.mime for one in ALL} | {"jpeg": "image/jpeg"}

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"hevc", b"hevx"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})


def _iso_brands(head: bytes) -> frozenset[bytes]:
    length = min(int.from_bytes(head[:4], "big"), len(head))
    compatible = {head[at : at + 4] for at in range(16, length - 3, 4)}
    return frozenset({head[8:12]} | compatible)


def _iso_media(head: bytes) -> Format | None:
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free"):
        return MOV
    if head[4:8] != b"ftyp":
        return None
    brands = _iso_brands(head)
    if brands & _AVIF_BRANDS:
        return AVIF
    if brands & _HEIC_BRANDS:
        return HEIC
    return MOV if head[8:12] == b"qt  " else MP4


def _riff(head: bytes) -> Format | None:
    return WEBP if head[8:12] == b"WEBP" else None


def _matroska(head: bytes) -> Format | None:
    return WEBM if b"webm" in head else None


_MAGIC: tuple[tuple[bytes, Callable[[bytes], Format | None]], ...] = (
    (b"\xff\xd8\xff", lambda _: JPEG),
    (b"\x89PNG\r\n\x1a\n", lambda _: PNG),
    (b"GIF87a", lambda _: GIF),
    (b"GIF89a", lambda _: GIF),
    (b"BM", lambda _: BMP),
    (b"RIFF", _riff),
    (b"\x1a\x45\xdf\xa3", _matroska),
)


def sniff(head: bytes) -> Format | None:
    """Return the format whose magic bytes open ``head`` (64 bytes suffice), None for any other."""
    for magic, decide in _MAGIC:
        if head.startswith(magic):
            return decide(head)
    return _iso_media(head)
