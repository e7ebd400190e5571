"""The chart of /stats: a real PNG whose bars say what the numbers say."""

import io
from datetime import date, timedelta

import pytest
from PIL import Image

from imgoe_bot.adapters.chart import BarChart
from imgoe_bot.adapters.chart_drawing import BYTES, FILES, PAPER, draw, short_size
from imgoe_bot.domain.library import Day

FIRST = date(2026, 5, 1)


def _open(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    return image.convert("RGB")


def _painted(image: Image.Image, colour: tuple[int, int, int]) -> int:
    """Count the pixels of a colour."""
    counted = image.getcolors(image.width * image.height) or []
    return sum(count for count, found in counted if found == colour)


async def test_the_chart_is_a_small_png() -> None:
    png = await BarChart().paint([Day(FIRST + timedelta(days=n), n, n * 1000) for n in range(30)])

    assert _open(png).size == (1000, 520)
    assert len(png) < 50_000


def test_a_day_with_more_has_a_higher_bar() -> None:
    few = _painted(_open(draw([Day(FIRST, 1, 10), Day(FIRST, 10, 10)])), FILES)
    many = _painted(_open(draw([Day(FIRST, 9, 10), Day(FIRST, 10, 10)])), FILES)

    assert few < many


def test_days_without_uploads_draw_no_bar() -> None:
    image = _open(draw([Day(FIRST), Day(FIRST + timedelta(days=1))]))

    assert (_painted(image, FILES), _painted(image, BYTES)) == (0, 0)
    assert image.getpixel((0, 0)) == PAPER


@pytest.mark.parametrize("days", [1, 2, 92, 365])
def test_every_length_of_time_fits(days: int) -> None:
    image = _open(draw([Day(FIRST + timedelta(days=n), 10**6, 10**15) for n in range(days)]))

    assert _painted(image, FILES) > 1000
    assert image.getpixel((image.width - 1, image.height - 1)) == PAPER


@pytest.mark.parametrize(
    ("size_bytes", "label"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (8_512_345, "8.51 MB"),
        (99_600, "100 kB"),
        (999_499, "999 kB"),
        (999_600, "1 MB"),
        (10**15, "1 PB"),
    ],
)
def test_a_size_is_labelled_in_few_characters(size_bytes: int, label: str) -> None:
    assert short_size(size_bytes) == label
