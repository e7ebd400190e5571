"""Opens and decodes a client's image file, whatever is in it.

Everything here computes, blocks and runs in a worker thread.
"""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from imgoe_bot.hostserver.decoding.exif import check_exif_pieces, read_exif
from imgoe_bot.hostserver.decoding.renditions import THUMB_PX
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.formats import JPEG, Format

ANIMATED = ("GIF", "WEBP", "AVIF", "PNG")
ORIENTATION_TAG = 0x0112
# Source: TIFF 6.0, Orientation; what brings each upright.
_TRANSPOSES = {
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


class _Jpeg(JpegImageFile):
    """A JPEG whose Exif may be anything; Pillow would read it for a resolution nobody asks for."""

    def _read_dpi_from_exif(self) -> None:
        pass


def open_image(path: Path, *, expected: Format) -> Image.Image:
    """Open an image of a format that its first bytes named; its pixels are not read yet.

    Raises:
        Fault: it can't be one, or has more pixels than anybody decodes.
    """
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


def _count_frames(image: Image.Image) -> int:
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception as error:  # counting reads the whole file, whatever is in it
        raise Fault(Reason.BROKEN_IMAGE) from error


def check_limits(image: Image.Image, source: Format, limits: ImageLimits) -> None:
    """Check that an image may be decoded.

    Raises:
        Fault: it has more pixels or frames than the limits allow.
    """
    most_pixels = limits.jpeg_pixels if source is JPEG else limits.pixels
    if image.width * image.height > most_pixels:
        raise Fault(Reason.TOO_MANY_PIXELS)
    if _count_frames(image) > limits.frames:
        raise Fault(Reason.TOO_MANY_FRAMES)


def is_animation(image: Image.Image) -> bool:
    """Answer whether the image moves, in a format whose movement is kept."""
    return bool(getattr(image, "is_animated", False)) and image.format in ANIMATED


def orientation_of(image: Image.Image) -> int:
    """Return the Exif orientation, 1 to 8; 1, upright, where none is told.

    Raises:
        Fault: the file can't be read as far as that.
    """
    try:
        orientation = read_exif(image).get(ORIENTATION_TAG)
    except Exception as error:  # a PNG's may follow its pixels, which may be any bytes
        raise Fault(Reason.BROKEN_IMAGE) from error
    return orientation if isinstance(orientation, int) else 1


def shown_size(image: Image.Image, orientation: int) -> tuple[int, int]:
    """Return width and height as a viewer shows them."""
    sideways = 5 <= orientation <= 8
    return (image.height, image.width) if sideways else (image.width, image.height)


def shrink_while_decoding(image: Image.Image, *, shown_width_px: int, wanted_px: int) -> None:
    """Let the JPEG decoder shrink while it decodes, never below what width and thumb need."""
    scale = max(THUMB_PX / min(image.size), wanted_px / shown_width_px)
    if scale < 1:
        image.draft(image.mode, (round(image.width * scale), round(image.height * scale)))


def decode(image: Image.Image) -> None:
    """Read the pixels.

    Raises:
        Fault: they can't be decoded.
    """
    try:
        image.load()
    except Exception as error:  # decoders raise whatever a hostile file makes them
        raise Fault(Reason.BROKEN_IMAGE) from error


def turn_upright(image: Image.Image) -> Image.Image:
    """Return the image turned upright, whatever else its metadata hold: Pillow writes them anew."""
    turn = _TRANSPOSES.get(orientation_of(image))
    return image if turn is None else image.transpose(turn)
