"""What the host knows of a file once it has been read."""

from dataclasses import dataclass
from pathlib import Path

from imgoe_bot.hostserver.formats import Format


@dataclass(frozen=True, slots=True)
class Rendition:
    """A smaller copy of an upload.

    Attributes:
        mark: ``th`` (thumb), ``md`` (medium) or ``fr`` (a video's frame); part of its file name.
    """

    mark: str
    extension: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Media:
    """A file ready to be stored, with all that was learnt from it.

    Attributes:
        path: the temporary file to store; owned by whoever holds the Media.
        width_px, height_px: as displayed, after the orientation its metadata ask for.
        md5: of the bytes stored, which differ from those sent when they were changed.
        duration_s: whole seconds; 0 for a still.
        exif_json: camera metadata as a JSON object, None when there is none.
        taken_at: ``YYYY:MM:DD HH:MM:SS`` as the camera wrote it.
    """

    path: Path
    format: Format
    size_bytes: int
    width_px: int
    height_px: int
    md5: str
    renditions: tuple[Rendition, ...]
    is_animated: bool = False
    duration_s: int = 0
    title: str | None = None
    description: str | None = None
    exif_json: str | None = None
    taken_at: str | None = None
