"""Pictures to upload: plain ones, animations, landscapes, and some with a location in them.

All are drawn, so nobody's rights are touched.
"""

import io
import math
from functools import cache

from PIL import Image, ImageDraw, ImageFilter, TiffImagePlugin

MIMES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
GPS_IFD = 0x8825
SKIES = [
    ((250, 180, 120), (90, 60, 120)),
    ((120, 160, 220), (220, 230, 240)),
    ((240, 140, 150), (250, 220, 170)),
    ((130, 200, 190), (30, 90, 110)),
    ((90, 80, 150), (230, 140, 120)),
    ((200, 210, 230), (90, 120, 160)),
]


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (640, 480), seed: int = 90) -> bytes:
    """A picture that is no single colour, different for every seed."""
    left = Image.new("RGB", size, (seed * 37 % 256, 40, 90))
    right = Image.effect_mandelbrot(size, (-2.0, -1.5, 1.0, 1.5), 60).convert("RGB")
    image = Image.blend(left, right, 0.5)
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def animation(kind: str, frames: int = 3) -> bytes:
    """A small picture that changes its colour."""
    images = [Image.new("RGB", (64, 48), (80 * n % 256, 10, 10)) for n in range(frames)]
    buffer = io.BytesIO()
    images[0].save(buffer, kind, save_all=True, append_images=images[1:], duration=50)
    return buffer.getvalue()


def exif_with_location(*, orientation: int = 1) -> Image.Exif:
    """Camera metadata: a camera, a moment, a location."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Acme", "Box Brownie", orientation
    exif[0x010E] = "A view of the tower"
    exif.get_ifd(0x8769)[0x9003] = "2019:07:14 12:30:00"
    degrees = [TiffImagePlugin.IFDRational(n, 1) for n in (48, 51, 29)]
    exif.get_ifd(GPS_IFD).update({1: "N", 2: degrees, 3: "E", 4: degrees, 29: "2019:07:14"})
    return exif


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="r"><rdf:Description '
    b'exif:GPSLatitude="48,51.29N" dc:keep="kept"><exif:GPSLongitude>2,17E</exif:GPSLongitude>'
    b"</rdf:Description></rdf:RDF></x:xmpmeta>"
)


def picture_with_location(kind: str, *, orientation: int = 1) -> bytes:
    """A picture whose metadata tell where it was taken."""
    image = Image.effect_mandelbrot((600, 400), (-2.0, -1.5, 1.0, 1.5), 60).convert("RGB")
    buffer = io.BytesIO()
    exif = exif_with_location(orientation=orientation)
    options = {"xmp": XMP} if kind in ("JPEG", "WEBP") else {}
    image.save(buffer, kind, exif=exif, **options)
    return buffer.getvalue()


def _sky(size: tuple[int, int], number: int) -> Image.Image:
    top, bottom = SKIES[number % len(SKIES)]
    tall = Image.new("RGB", (1, 2))
    tall.putpixel((0, 0), top)
    tall.putpixel((0, 1), bottom)
    return tall.transform(size, Image.Transform.EXTENT, (0, 0.5, 1, 1.5), Image.Resampling.BILINEAR)


@cache
def landscape(number: int, *, size: tuple[int, int] = (1200, 800)) -> bytes:
    """Hills in front of a sky, different for every number, as a JPEG."""
    (width, height), (_, ground) = size, SKIES[number % len(SKIES)]
    image = _sky(size, number)
    draw = ImageDraw.Draw(image)
    sun, radius = (width * (0.25 + 0.12 * (number % 5)), height * 0.25), height / 12
    draw.ellipse(
        (sun[0] - radius, sun[1] - radius, sun[0] + radius, sun[1] + radius), fill=(255, 245, 220)
    )
    for layer in range(4):
        shade = (1 - layer * 0.22) * 0.55
        ridge = [(x, _height(x, layer, number, size)) for x in range(0, width + 20, 20)]
        fill = (int(ground[0] * shade), int(ground[1] * shade), int(ground[2] * shade))
        draw.polygon([(0, height), *ridge, (width, height)], fill=fill)
    buffer = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(1)).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def _height(x: int, layer: int, number: int, size: tuple[int, int]) -> float:
    scaled = x * 1600 / size[0]
    wave = math.sin(scaled / (140 + 60 * layer) + number * 1.7 + layer) * 60
    ripple = math.sin(scaled / 37 + number + layer * 2) * 14
    return size[1] * (0.5 + 0.12 * layer + (wave + ripple) / 1067)
