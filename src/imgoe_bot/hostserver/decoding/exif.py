"""Reads what a camera wrote into an image."""

import json
import mmap
from dataclasses import dataclass
from pathlib import Path

from PIL import ExifTags, Image

from imgoe_bot.hostserver.decoding.exif_values import Value, read_values
from imgoe_bot.hostserver.faults import Fault, Reason

PIECE_HEAD, PIECES_LIMIT = b"Exif\0\0", 100
VALUE_LIMIT = 256
TEXT_LIMIT = 10_000
_LEFT_OUT = frozenset({"MakerNote", "ExifOffset", "GPSInfo", "UserComment", "PrintImageMatching"})


@dataclass(frozen=True, slots=True)
class CameraData:
    """What was found; None for what wasn't.

    Attributes:
        exif_json: names and values as one JSON object, never with a location in it.
        taken_at: ``YYYY:MM:DD HH:MM:SS``.
    """

    exif_json: str | None = None
    title: str | None = None
    description: str | None = None
    taken_at: str | None = None


def check_exif_pieces(path: Path) -> None:
    """Check that a JPEG's Exif isn't cut into more pieces than it needs.

    For every piece Pillow copies all those before it.

    Raises:
        Fault: it is.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = -1
        for _ in range(PIECES_LIMIT):
            at = data.find(PIECE_HEAD, at + 1)
            if at < 0:
                return
    raise Fault(Reason.BROKEN_IMAGE)


def read_exif(image: Image.Image) -> dict[int, Value]:
    """Return what the image's Exif says; loads a PNG, in which it may follow the pixels."""
    if image.format == "PNG" and "exif" not in image.info:
        image.load()
    exif = image.info.get("exif")
    return read_values(exif) if isinstance(exif, bytes) else {}


def _plain(value: Value) -> str | int | float | None:
    """Return a value JSON can hold, None for one that isn't worth keeping."""
    if isinstance(value, bytes):
        text = value.rstrip(b"\0")
        return text.decode("ascii") if text.isascii() and len(text) <= VALUE_LIMIT else None
    if isinstance(value, str):
        return value.replace("\0", "").strip()[:VALUE_LIMIT] or None
    return value


def _named(values: dict[int, Value]) -> dict[str, str | int | float]:
    named = {ExifTags.TAGS.get(tag, ""): _plain(value) for tag, value in values.items()}
    return {
        name: value
        for name, value in sorted(named.items())
        if name and name not in _LEFT_OUT and value is not None
    }


def _windows_title(values: dict[int, Value]) -> str | None:
    raw = values.get(ExifTags.Base.XPTitle)
    if not isinstance(raw, bytes):
        return None
    return raw.decode("utf-16-le", "ignore").replace("\0", "").strip() or None


def _text(value: object) -> str | None:
    return value.replace("\0", "").strip()[:TEXT_LIMIT] or None if isinstance(value, str) else None


def read_camera_data(image: Image.Image) -> CameraData:
    """Return the metadata of a decoded image; what can't be read counts as not there."""
    values, notes = read_exif(image), image.info
    named = _named(values)
    return CameraData(
        exif_json=json.dumps(named, ensure_ascii=False) if named else None,
        title=_windows_title(values) or _text(notes.get("Title")),
        description=_text(named.get("ImageDescription")) or _text(notes.get("Description")),
        taken_at=_text(named.get("DateTimeOriginal")),
    )
