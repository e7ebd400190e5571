"""From a client's image file to what is stored: checked, resized, with thumb and medium.

Everything here computes, blocks and runs in a worker thread.
"""

import hashlib
import io
import os
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image, ImageOps

from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.formats import BMP, GIF, JPEG, PNG, WEBP, Format
from imgoe_bot.hostserver.media import Media, Rendition

THUMB_PX = 320
MEDIUM_PX = 500
HASH_CHUNK_BYTES = 1024 * 1024
ORIENTATION_TAG = 0x0112
_QUALITY = {JPEG: 85, WEBP: 80}


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """The largest image that is decoded."""

    pixels: int
    frames: int


def md5_of(path: Path) -> str:
    """Return the hex MD5 of a file; the API's checksum, no protection against anybody."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(HASH_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _open(path: Path, *, expected: Format) -> Image.Image:
    try:
        return Image.open(path, formats=(expected.name,))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Fault(Reason.TOO_MANY_PIXELS) from error
    except Exception as error:  # decoders raise whatever a hostile file makes them
        raise Fault(Reason.BROKEN_IMAGE) from error


def _check(image: Image.Image, limits: ImageLimits) -> None:
    if image.width * image.height > limits.pixels:
        raise Fault(Reason.TOO_MANY_PIXELS)
    if getattr(image, "n_frames", 1) > limits.frames:
        raise Fault(Reason.TOO_MANY_FRAMES)


def _is_animated(image: Image.Image) -> bool:
    return bool(getattr(image, "is_animated", False)) and image.format in ("GIF", "WEBP", "AVIF")


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION_TAG, 1))
    except Exception:  # metadata may be any bytes; without them the image stays as it is
        return 1


def _shown_size(image: Image.Image, orientation: int) -> tuple[int, int]:
    """Return width and height as a viewer shows them."""
    sideways = 5 <= orientation <= 8
    return (image.height, image.width) if sideways else (image.width, image.height)


def _scaled(image: Image.Image, width_px: int) -> Image.Image:
    size = width_px, max(1, round(image.height * width_px / image.width))
    lanczos = Image.Resampling.LANCZOS
    # Pillow's annotation also names a NumPy type, which is unknown where NumPy isn't installed.
    return image.resize(size, lanczos, reducing_gap=2.0)  # pyright: ignore[reportUnknownMemberType]


def _draft(image: Image.Image) -> None:
    """Let the JPEG decoder shrink while it decodes, never below what medium and thumb need."""
    shorter, longer = sorted(image.size)
    scale = max(THUMB_PX / shorter, MEDIUM_PX / shorter if longer else 1)
    if scale < 1:
        image.draft(image.mode, (round(image.width * scale), round(image.height * scale)))


def _decode(image: Image.Image) -> None:
    try:
        image.load()
    except Exception as error:  # decoders raise whatever a hostile file makes them
        raise Fault(Reason.BROKEN_IMAGE) from error


def _plain_mode(image: Image.Image, target: Format) -> Image.Image:
    """Return the image in a mode that ``target`` can hold."""
    transparent = image.has_transparency_data
    if target is JPEG:
        return image if image.mode in ("RGB", "L") else image.convert("RGB")
    wanted = "RGBA" if transparent else "RGB"
    return image if image.mode in (wanted, "L") else image.convert(wanted)


def _encode(image: Image.Image, target: Format) -> bytes:
    buffer = io.BytesIO()
    options: dict[str, int] = {"quality": _QUALITY[target]} if target in _QUALITY else {}
    image.save(buffer, target.name, **options)
    return buffer.getvalue()


def _rendition_format(source: Format) -> Format:
    return source if source in (JPEG, PNG, GIF, WEBP) else WEBP


def _render(image: Image.Image, mark: str, target: Format) -> Rendition:
    return Rendition(mark, target.extension, target.mime, _encode(image, target))


def renditions_of(
    image: Image.Image, *, target: Format, full_width_px: int, is_animated: bool
) -> tuple[Rendition, ...]:
    """Return thumb (320² centre crop) and, when wider than 500 or animated, medium (500 wide)."""
    upright = _plain_mode(ImageOps.exif_transpose(image), target)
    base = upright
    made: list[Rendition] = []
    if full_width_px > MEDIUM_PX:
        base = _scaled(upright, MEDIUM_PX)
    if full_width_px > MEDIUM_PX or is_animated:
        made.append(_render(base, "md", target))
    crop_from = base if min(base.size) >= THUMB_PX else upright
    thumb = ImageOps.fit(crop_from, (THUMB_PX, THUMB_PX), Image.Resampling.LANCZOS)
    made.append(_render(thumb, "th", target))
    return tuple(made)


def _resized_file(image: Image.Image, target: Format, width_px: int, path: Path) -> Path:
    upright = ImageOps.exif_transpose(image)
    if width_px > upright.width:
        raise Fault(Reason.ENLARGING)
    smaller = _scaled(_plain_mode(upright, target), width_px)
    made = path.with_name(f"{path.name}.resized")
    made.write_bytes(_encode(smaller, target))
    os.replace(made, path)
    return path


def _rewritten(path: Path, *, source: Format, width_px: int | None) -> bool:
    """Re-encode the file in place where the request or its format asks for it."""
    with _open(path, expected=source) as image:
        if width_px is None and source is not BMP:
            return False
        if _is_animated(image):
            return False
        _decode(image)
        target = PNG if source is BMP else source
        width = width_px or _shown_size(image, _orientation(image))[0]
        _resized_file(image, target, width, path)
        return True


def make_image(
    path: Path, *, source: Format, md5: str, limits: ImageLimits, width_px: int | None = None
) -> Media:
    """Check an image and make what is stored beside it; blocks, so call it in a worker thread.

    ``path`` may be rewritten in place (a wanted ``width_px``, a BMP); ``md5`` is of the bytes sent.

    Raises:
        Fault: not decodable, too large in pixels or frames, or asked to grow.
    """
    with _open(path, expected=source) as image:
        _check(image, limits)
    rewritten = _rewritten(path, source=source, width_px=width_px)
    stored = PNG if rewritten and source is BMP else source
    media = _read(path, stored, md5)
    return replace(media, md5=md5_of(path), source_md5=md5) if rewritten else media


def _read(path: Path, stored: Format, md5: str) -> Media:
    with _open(path, expected=stored) as image:
        width_px, height_px = _shown_size(image, _orientation(image))
        is_animated = _is_animated(image)
        _draft(image)
        _decode(image)
        renditions = renditions_of(
            image,
            target=_rendition_format(stored),
            full_width_px=width_px,
            is_animated=is_animated,
        )
    return Media(
        path=path,
        format=stored,
        size_bytes=path.stat().st_size,
        width_px=width_px,
        height_px=height_px,
        md5=md5,
        renditions=renditions,
        is_animated=is_animated,
    )
