"""What Discord reads off an attached file: its type by name, its picture size by header."""

import mimetypes
import re
import secrets
import struct
import unicodedata
from collections.abc import Callable

Size = tuple[int, int]
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


def stored_name(filename: str) -> tuple[str, str | None]:
    """Return the name Discord keeps a file under, and its title where that is another.

    Letters beyond ASCII, brackets and the like are dropped, spaces and slashes become underscores;
    where nothing is left of a name it is a random one. The title is the name as sent, without its
    suffix.

    Source: discord-api-docs, issue 7754 (as Werkzeug's ``secure_filename``) and pull request 6945
    """
    stem, dot, suffix = filename.rpartition(".")
    if not stem:
        stem, dot, suffix = filename, "", ""
    kept = f"{_cleaned(stem) or secrets.token_hex(8)}{dot}{_cleaned(suffix)}".rstrip(".")
    return kept, None if kept == filename else stem


def _cleaned(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = ascii_only.replace("/", " ").replace("\\", " ").split()
    return _UNSAFE.sub("", "_".join(words)).strip("._")


def content_type_of(filename: str) -> str | None:
    """Return the type Discord would guess from a file name, None when it knows none."""
    extra = {".webp": "image/webp", ".avif": "image/avif", ".heic": "image/heic"}
    suffix = filename[filename.rfind(".") :].lower() if "." in filename else ""
    return extra.get(suffix) or mimetypes.guess_type(filename)[0]


def picture_size(data: bytes) -> Size | None:
    """Return (width_px, height_px) of a PNG, JPEG, GIF or WebP, None for anything else."""
    readers: list[tuple[bytes, Callable[[bytes], Size | None]]] = [
        (b"\x89PNG\r\n\x1a\n", _png),
        (b"GIF8", _gif),
        (b"\xff\xd8", _jpeg),
        (b"RIFF", _webp),
    ]
    for magic, read in readers:
        if data.startswith(magic):
            return _guarded(read, data)
    return None


def _guarded(read: Callable[[bytes], Size | None], data: bytes) -> Size | None:
    try:
        return read(data)
    except (struct.error, IndexError):
        return None  # a cut header is no picture


def _png(data: bytes) -> Size:
    width, height = struct.unpack_from(">II", data, 16)
    return int(width), int(height)


def _gif(data: bytes) -> Size:
    width, height = struct.unpack_from("<HH", data, 6)
    return int(width), int(height)


def _jpeg(data: bytes) -> Size | None:
    offset = 2
    while data[offset] == 0xFF:
        marker = data[offset + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack_from(">HH", data, offset + 5)
            return int(width), int(height)
        offset += 2 + int(struct.unpack_from(">H", data, offset + 2)[0])
    return None


def _webp(data: bytes) -> Size | None:
    kind = data[12:16]
    if kind == b"VP8X":
        return _uint24(data, 24) + 1, _uint24(data, 27) + 1
    if kind == b"VP8L":
        bits = int(struct.unpack_from("<I", data, 21)[0])
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return int(width) & 0x3FFF, int(height) & 0x3FFF
    return None


def _uint24(data: bytes, offset: int) -> int:
    return data[offset] | data[offset + 1] << 8 | data[offset + 2] << 16
