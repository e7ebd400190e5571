"""From a client's image file to what is stored: checked, resized, with thumb and medium.

Everything here computes, blocks and runs in a worker thread.
"""

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from imgoe_bot.hostserver.decoding.exif import CameraData, read_camera_data
from imgoe_bot.hostserver.decoding.images import (
    ImageLimits,
    check_limits,
    decode,
    is_animation,
    open_image,
    orientation_of,
    shown_size,
    shrink_while_decoding,
    turn_upright,
)
from imgoe_bot.hostserver.decoding.renditions import (
    MEDIUM_PX,
    convert_mode,
    encode,
    make_renditions,
    scale,
)
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.file_facts import Media, Rendition
from imgoe_bot.hostserver.formats import BMP, HEIC, JPEG, PNG, Format
from imgoe_bot.hostserver.scrubbing.images import scrub_image

HASH_CHUNK_BYTES = 1024 * 1024
STORED_AS = {BMP: PNG, HEIC: JPEG}  # what browsers don't show is stored as what they do
DECODED_TIMES = 2  # as wide as wanted is decoded, so that scaling down stays sharp


def md5_of(path: Path) -> str:
    """Return the hex MD5 of a file; the API's checksum, no protection against anybody."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(HASH_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _overwrite(image: Image.Image, target: Format, path: Path) -> None:
    made = path.with_name(f"{path.name}.new")
    try:
        made.write_bytes(encode(image, target))
        os.replace(made, path)
    except OSError as error:
        made.unlink(missing_ok=True)
        raise Fault(Reason.STORAGE_FULL) from error


@dataclass(frozen=True, slots=True)
class ImageProcessor:
    """Makes a Media of an image file; blocks, so it runs in a worker thread.

    Attributes:
        keep_location: leave the location where a picture was taken inside it.
    """

    limits: ImageLimits
    keep_location: bool = False

    def process(
        self, path: Path, *, source: Format, md5: str, width_px: int | None = None
    ) -> Media:
        """Return an image ready to be stored; the file may be rewritten in place.

        ``md5`` is of the bytes sent. A wanted ``width_px`` is ignored for animations.

        Raises:
            Fault: not decodable, too large in pixels or frames, or asked to grow.
        """
        with open_image(path, expected=source) as image:
            check_limits(image, source, self.limits)
            is_animated = is_animation(image)
            wanted_px = None if is_animated else width_px
            if wanted_px is None and source not in STORED_AS:
                return self._store_as_sent(path, image, source, md5)
            return self._store_reencoded(path, image, STORED_AS.get(source, source), wanted_px)

    def _store_as_sent(self, path: Path, image: Image.Image, stored: Format, md5: str) -> Media:
        """Store the bytes that were sent, but for the location in them."""
        size = shown_size(image, orientation_of(image))
        is_animated = is_animation(image)
        shrink_while_decoding(image, shown_width_px=size[0], wanted_px=MEDIUM_PX)
        decode(image)
        camera = read_camera_data(image)
        renditions = make_renditions(
            turn_upright(image),
            stored=stored,
            full_width_px=size[0],
            is_animated=is_animated,
        )
        scrubbed = not self.keep_location and self._scrub(path, stored)
        media = _media(path, stored, size, renditions, camera)
        md5 = md5_of(path) if scrubbed else md5
        return replace(media, md5=md5, is_animated=is_animated)

    def _store_reencoded(
        self, path: Path, image: Image.Image, stored: Format, width_px: int | None
    ) -> Media:
        """Store the image encoded anew, upright and at the wanted width."""
        shown_width_px, _ = shown_size(image, orientation_of(image))
        if width_px is not None and width_px > shown_width_px:
            raise Fault(Reason.ENLARGING)
        if width_px is not None:
            wanted_px = max(DECODED_TIMES * width_px, MEDIUM_PX)
            shrink_while_decoding(image, shown_width_px=shown_width_px, wanted_px=wanted_px)
        decode(image)
        camera = read_camera_data(image)
        full = convert_mode(turn_upright(image), stored)
        if width_px is not None and width_px < full.width:
            full = scale(full, width_px)
        _overwrite(full, stored, path)
        renditions = make_renditions(
            full, stored=stored, full_width_px=full.width, is_animated=False
        )
        media = _media(path, stored, full.size, renditions, camera)
        return replace(media, md5=md5_of(path))

    def _scrub(self, path: Path, source: Format) -> bool:
        try:
            return scrub_image(path, source)
        except OSError as error:
            raise Fault(Reason.STORAGE_FULL) from error


def _media(
    path: Path,
    stored: Format,
    size: tuple[int, int],
    renditions: tuple[Rendition, ...],
    camera: CameraData,
) -> Media:
    return Media(
        path=path,
        format=stored,
        size_bytes=path.stat().st_size,
        width_px=size[0],
        height_px=size[1],
        md5="",
        renditions=renditions,
        title=camera.title,
        description=camera.description,
        exif_json=camera.exif_json,
        taken_at=camera.taken_at,
    )
