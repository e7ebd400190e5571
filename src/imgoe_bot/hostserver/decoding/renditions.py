"""From a client's image file to what is stored: checked, resized, with thumb and medium.

Everything here computes, blocks and runs in a worker thread.
"""

import hashlib
import io
import os
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from imgoe_bot.hostserver.decoding.exif import (
    CameraData,
    check_exif_pieces,
    read_camera_data,
    read_exif,
)
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.file_facts import Media, Rendition
from imgoe_bot.hostserver.formats import BMP, GIF, HEIC, JPEG, PNG, WEBP, Format
from imgoe_bot.hostserver.scrubbing.stills import scrub_image

THUMB_PX = 320
MEDIUM_PX = 500
HASH_CHUNK_BYTES = 1024 * 1024
STORED_AS = {BMP: PNG, HEIC: JPEG}  # what browsers don't show is stored as what they do
# As sharp as bicubic when shrinking, at half the time of Lanczos (7.4 → 3.3 ms for 800 → 500).
SHARP = Image.Resampling.HAMMING
SHARP_TIMES = 2  # as wide as wanted is a picture that is still to be made smaller
ANIMATED = ("GIF", "WEBP", "AVIF", "PNG")
ORIENTATION_TAG = 0x0112
_QUALITY = {JPEG: 85, WEBP: 80}
GREY_STEP = 257  # 65,535 of sixteen bits is 255 of eight
# Source: TIFF 6.0, Orientation; what brings each upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """The largest image that is decoded; a JPEG costs less memory, as it shrinks meanwhile."""

    pixels: int
    frames: int
    jpeg_pixels: int


def md5_of(path: Path) -> str:
    """Return the hex MD5 of a file; the API's checksum, no protection against anybody."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(HASH_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


class _Jpeg(JpegImageFile):
    """A JPEG whose Exif may be anything; Pillow would read it for a resolution nobody asks for."""

    def _read_dpi_from_exif(self) -> None:
        pass


def _open(path: Path, *, expected: Format) -> Image.Image:
    try:
        if expected is JPEG:
            check_exif_pieces(path)
            return _Jpeg(path)
        return Image.open(path, formats=(expected.name,))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Fault(Reason.TOO_MANY_PIXELS) from error
    except Fault:
        raise
    except Exception as error:  # decoders raise whatever a hostile file makes them
        raise Fault(Reason.BROKEN_IMAGE) from error


def _frames(image: Image.Image) -> int:
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception as error:  # counting reads the whole file, whatever is in it
        raise Fault(Reason.BROKEN_IMAGE) from error


def _check(image: Image.Image, source: Format, limits: ImageLimits) -> None:
    most_pixels = limits.jpeg_pixels if source is JPEG else limits.pixels
    if image.width * image.height > most_pixels:
        raise Fault(Reason.TOO_MANY_PIXELS)
    if _frames(image) > limits.frames:
        raise Fault(Reason.TOO_MANY_FRAMES)


def _is_animated(image: Image.Image) -> bool:
    return bool(getattr(image, "is_animated", False)) and image.format in ANIMATED


def _orientation(image: Image.Image) -> int:
    try:
        orientation = read_exif(image).get(ORIENTATION_TAG)
    except Exception as error:  # a PNG's may follow its pixels, which may be any bytes
        raise Fault(Reason.BROKEN_IMAGE) from error
    return orientation if isinstance(orientation, int) else 1


def _shown_size(image: Image.Image, orientation: int) -> tuple[int, int]:
    """Return width and height as a viewer shows them."""
    sideways = 5 <= orientation <= 8
    return (image.height, image.width) if sideways else (image.width, image.height)


def _scaled(image: Image.Image, width_px: int) -> Image.Image:
    size = width_px, max(1, round(image.height * width_px / image.width))
    # Pillow's annotation also names a NumPy type, which is unknown where NumPy isn't installed.
    return image.resize(size, SHARP, reducing_gap=2.0)  # pyright: ignore[reportUnknownMemberType]


def _square(image: Image.Image) -> Image.Image:
    """Return the image's middle, 320²."""
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    box, size = (left, top, left + side, top + side), (THUMB_PX, THUMB_PX)
    # Pillow's annotation also names a NumPy type, which is unknown where NumPy isn't installed.
    return image.resize(  # pyright: ignore[reportUnknownMemberType]
        size, SHARP, box=box, reducing_gap=1.5
    )


def _draft(image: Image.Image, *, shown_width_px: int, wanted_px: int) -> None:
    """Let the JPEG decoder shrink while it decodes, never below what width and thumb need."""
    scale = max(THUMB_PX / min(image.size), wanted_px / shown_width_px)
    if scale < 1:
        image.draft(image.mode, (round(image.width * scale), round(image.height * scale)))


def _decode(image: Image.Image) -> None:
    try:
        image.load()
    except Exception as error:  # decoders raise whatever a hostile file makes them
        raise Fault(Reason.BROKEN_IMAGE) from error


def _upright(image: Image.Image) -> Image.Image:
    """Return the image turned, whatever else stands in its metadata: Pillow writes those anew."""
    turn = _TURNS.get(_orientation(image))
    return image if turn is None else image.transpose(turn)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return an image of sixteen-bit grey with eight bits; Pillow makes white of all above 255."""
    # Only a sum and a product of the value are understood here. Pillow's annotation also names a
    # NumPy type, which is unknown where NumPy isn't installed.
    scaled = image.convert("I").point(  # pyright: ignore[reportUnknownMemberType]
        lambda value: value * (1 / GREY_STEP) + 0.5
    )
    eight = scaled.convert("L")
    key = image.info.get("transparency")
    if isinstance(key, int):
        eight.info["transparency"] = key // GREY_STEP
    return eight


def _plain_mode(image: Image.Image, target: Format) -> Image.Image:
    """Return the image in a mode that ``target`` can hold."""
    if image.mode.startswith("I"):
        image = _eight_bits(image)
    transparent = image.has_transparency_data and target is not JPEG
    wanted = "RGBA" if transparent else "RGB"
    if image.mode in (wanted, "L"):
        return image
    plain = image.convert(wanted)
    if image.mode == "CMYK":
        plain.info.pop("icc_profile", None)  # it described the four inks
    return plain


def _encode(image: Image.Image, target: Format) -> bytes:
    buffer = io.BytesIO()
    image.info.pop("comment", None)  # a client's words, which Pillow would carry along
    options: dict[str, object] = {"quality": _QUALITY[target]} if target in _QUALITY else {}
    profile = image.info.get("icc_profile")
    if isinstance(profile, bytes) and image.mode in ("RGB", "RGBA"):
        options["icc_profile"] = profile  # without it wide-gamut colours turn pale
    image.save(buffer, target.name, **options)
    return buffer.getvalue()


def _rendition_format(source: Format) -> Format:
    return source if source in (JPEG, PNG, GIF, WEBP) else WEBP


def _render(image: Image.Image, mark: str, target: Format) -> Rendition:
    return Rendition(mark, target.extension, target.mime, _encode(image, target))


def renditions_of(
    image: Image.Image, *, target: Format, full_width_px: int, is_animated: bool
) -> tuple[Rendition, ...]:
    """Return thumb (320² centre crop) and, when wider than 500 or animated, medium (500 wide).

    Of an image that stands upright.
    """
    base = plain = _plain_mode(image, target)
    made: list[Rendition] = []
    if full_width_px > MEDIUM_PX:
        base = _scaled(plain, MEDIUM_PX)
    if full_width_px > MEDIUM_PX or is_animated:
        made.append(_render(base, "md", target))
    crop_from = base if min(base.size) >= THUMB_PX else plain
    thumb = _square(crop_from)
    made.append(_render(thumb, "th", target))
    return tuple(made)


def _write_anew(image: Image.Image, target: Format, path: Path) -> None:
    made = path.with_name(f"{path.name}.new")
    try:
        made.write_bytes(_encode(image, target))
        os.replace(made, path)
    except OSError as error:
        made.unlink(missing_ok=True)
        raise Fault(Reason.STORAGE_FULL) from error


@dataclass(frozen=True, slots=True)
class ImageMaker:
    """Makes a Media of an image file; blocks, so it runs in a worker thread.

    Attributes:
        keep_location: leave the place in which a picture was taken inside it.
    """

    limits: ImageLimits
    keep_location: bool = False

    def make(self, path: Path, *, source: Format, md5: str, width_px: int | None = None) -> Media:
        """Return an image ready to be stored; the file may be rewritten in place.

        ``md5`` is of the bytes sent. A wanted ``width_px`` is ignored for animations.

        Raises:
            Fault: not decodable, too large in pixels or frames, or asked to grow.
        """
        with _open(path, expected=source) as image:
            _check(image, source, self.limits)
            is_animated = _is_animated(image)
            wanted_px = None if is_animated else width_px
            if wanted_px is None and source not in STORED_AS:
                return self._keep(path, image, source, md5)
            return self._rewrite(path, image, STORED_AS.get(source, source), wanted_px)

    def _keep(self, path: Path, image: Image.Image, stored: Format, md5: str) -> Media:
        """Store the bytes that were sent, but for the place in them."""
        size = _shown_size(image, _orientation(image))
        is_animated = _is_animated(image)
        _draft(image, shown_width_px=size[0], wanted_px=MEDIUM_PX)
        _decode(image)
        camera = read_camera_data(image)
        renditions = renditions_of(
            _upright(image),
            target=_rendition_format(stored),
            full_width_px=size[0],
            is_animated=is_animated,
        )
        scrubbed = not self.keep_location and self._scrub(path, stored)
        media = _media(path, stored, size, renditions, camera)
        md5 = md5_of(path) if scrubbed else md5
        return replace(media, md5=md5, is_animated=is_animated)

    def _rewrite(
        self, path: Path, image: Image.Image, stored: Format, width_px: int | None
    ) -> Media:
        """Store the image encoded anew, upright and at the wanted width."""
        shown_width_px, _ = _shown_size(image, _orientation(image))
        if width_px is not None and width_px > shown_width_px:
            raise Fault(Reason.ENLARGING)
        if width_px is not None:
            wanted_px = max(SHARP_TIMES * width_px, MEDIUM_PX)
            _draft(image, shown_width_px=shown_width_px, wanted_px=wanted_px)
        _decode(image)
        camera = read_camera_data(image)
        full = _plain_mode(_upright(image), stored)
        if width_px is not None and width_px < full.width:
            full = _scaled(full, width_px)
        _write_anew(full, stored, path)
        renditions = renditions_of(
            full, target=_rendition_format(stored), full_width_px=full.width, is_animated=False
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
