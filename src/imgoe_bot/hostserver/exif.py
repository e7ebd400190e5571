"""Reads what a camera wrote into an image."""

import json
from dataclasses import dataclass
from typing import Any

from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

EXIF_DIRECTORY = 0x8769
VALUE_LIMIT = 256
_LEFT_OUT = frozenset({"MakerNote", "ExifOffset", "GPSInfo", "UserComment", "PrintImageMatching"})


@dataclass(frozen=True, slots=True)
class CameraData:
    """What was found; None for what wasn't.

    Attributes:
        exif_json: names and values as one JSON object, never with a place in it.
        taken_at: ``YYYY:MM:DD HH:MM:SS``.
    """

    exif_json: str | None = None
    title: str | None = None
    description: str | None = None
    taken_at: str | None = None


def _plain(value: object) -> object:
    """Return a value JSON can hold, None for one that isn't worth keeping."""
    if isinstance(value, IFDRational):
        bottom = int(value.denominator)
        return f"{int(value.numerator)}/{bottom}" if bottom else None
    if isinstance(value, bytes):
        text = value.rstrip(b"\0")
        return text.decode("ascii") if text.isascii() and len(text) <= VALUE_LIMIT else None
    if isinstance(value, str):
        return value.replace("\0", "").strip()[:VALUE_LIMIT] or None
    return value if isinstance(value, int | float) else None


def _directories(image: Image.Image) -> dict[int, Any]:
    exif = image.getexif()
    return dict(exif) | dict(exif.get_ifd(EXIF_DIRECTORY))


def _named(values: dict[int, Any]) -> dict[str, object]:
    named = {ExifTags.TAGS.get(tag, ""): _plain(value) for tag, value in values.items()}
    return {
        name: value
        for name, value in sorted(named.items())
        if name and name not in _LEFT_OUT and value is not None
    }


def _windows_title(values: dict[int, Any]) -> str | None:
    raw = values.get(ExifTags.Base.XPTitle)
    if not isinstance(raw, bytes):
        return None
    return raw.decode("utf-16-le", "ignore").replace("\0", "").strip() or None


def _text(value: object) -> str | None:
    return (str(value).replace("\0", "").strip() or None) if isinstance(value, str) else None


def read_camera_data(image: Image.Image) -> CameraData:
    """Return the metadata of a decoded image; unreadable metadata count as none."""
    notes = image.info
    title, description = _text(notes.get("Title")), _text(notes.get("Description"))
    try:
        if "exif" not in notes and not image.getexif():
            return CameraData(title=title, description=description)
        values = _directories(image)
        named = _named(values)
        return CameraData(
            exif_json=json.dumps(named, ensure_ascii=False, allow_nan=False) if named else None,
            title=_windows_title(values) or title,
            description=_text(named.get("ImageDescription")) or description,
            taken_at=_text(named.get("DateTimeOriginal")),
        )
    except Exception:  # metadata may be any bytes; the image counts, not they
        return CameraData(title=title, description=description)
