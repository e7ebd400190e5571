"""The files that bench_host.py uploads: drawn, so nobody's rights are touched."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageFilter

QUALITIES = range(20, 96)  # above 95 nobody saves: the file doubles, the picture doesn't change
FILM_S, FILM_RATE = 20, 24


def _noise(size: tuple[int, int], grain: int) -> Image.Image:
    """A picture about as hard to compress as a photograph; more ``grain`` is harder."""
    coarse = Image.effect_mandelbrot(size, (-2.0, -1.5, 1.0, 1.5), 80)
    noise = Image.effect_noise(size, grain).filter(ImageFilter.GaussianBlur(1.2))
    channels = (Image.blend(coarse, noise, 0.5), noise, Image.blend(noise, coarse, 0.3))
    return Image.merge("RGB", channels)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _smallest(is_enough: Callable[[int], bool]) -> int:
    """Return the lowest quality that is enough, the highest when none is."""
    low, high = QUALITIES[0], QUALITIES[-1]
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle + 1, high)
    return low


def make_picture(path: Path, size: tuple[int, int], wanted_bytes: int, *, grain: int = 40) -> None:
    """Write a JPEG whose size comes closest to what is wanted."""
    image = _noise(size, grain)
    quality = _smallest(lambda each: len(_jpeg(image, each)) >= wanted_bytes)
    found = [_jpeg(image, each) for each in (quality - 1, quality)]
    path.write_bytes(min(found, key=lambda data: abs(len(data) - wanted_bytes)))


def make_film(path: Path, wanted_bytes: int) -> None:
    """Write twenty seconds of 720p of about the wanted size."""
    library: Any = av  # its stubs leave half of what is used here untyped
    with library.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FILM_RATE)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.bit_rate = wanted_bytes * 8 // FILM_S
        stream.options = {"preset": "ultrafast"}
        wide = _noise((1280 + FILM_S * FILM_RATE, 720), 40)
        for number in range(FILM_S * FILM_RATE):
            picture = wide.crop((number, 0, number + 1280, 720))
            container.mux(stream.encode(library.VideoFrame.from_image(picture)))
        container.mux(stream.encode())
