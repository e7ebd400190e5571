"""Landscapes for the pages' pictures: drawn, so nobody's rights are touched."""

import io
import math
from functools import cache

from PIL import Image, ImageDraw, ImageFilter

SKIES = [
    ((250, 180, 120), (90, 60, 120)),
    ((120, 160, 220), (220, 230, 240)),
    ((240, 140, 150), (250, 220, 170)),
    ((130, 200, 190), (30, 90, 110)),
    ((90, 80, 150), (230, 140, 120)),
    ((200, 210, 230), (90, 120, 160)),
]


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
