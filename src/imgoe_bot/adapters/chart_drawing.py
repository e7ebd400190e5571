"""A chart as PNG: files and bytes a day, drawn for a dark and a light background alike."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from imgoe_bot.domain.library import Day

WIDTH_PX, HEIGHT_PX = 1000, 520
LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX = 110, 30, 30, 45
GAP_PX = 50
FONT_PX = 22

PAPER = (43, 45, 49)
INK = (219, 222, 225)
GRID = (78, 80, 88)
FILES = (96, 150, 232)
BYTES = (226, 149, 77)

Colour = tuple[int, int, int]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class _Panel:
    """One row of bars: what it shows, where, and how its top is labelled."""

    top_px: int
    bottom_px: int
    colour: Colour
    values: Sequence[int]
    label: Callable[[int], str]

    @property
    def most(self) -> int:
        return max(1, *self.values)


def draw(days: Sequence[Day]) -> bytes:
    """Return a PNG with two panels: files above, bytes below; one bar a day."""
    image = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), PAPER)
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(FONT_PX)
    middle = (HEIGHT_PX - BOTTOM_PX + TOP_PX) // 2
    files = _Panel(TOP_PX, middle - GAP_PX // 2, FILES, [d.files for d in days], str)
    size = _Panel(
        middle + GAP_PX // 2, HEIGHT_PX - BOTTOM_PX, BYTES, [d.size_bytes for d in days], short_size
    )
    for panel in (files, size):
        _draw_panel(pen, panel, font)
    _draw_dates(pen, days, font)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw_panel(pen: ImageDraw.ImageDraw, panel: _Panel, font: Font) -> None:
    for y, value in ((panel.top_px, panel.most), (panel.bottom_px, 0)):
        pen.line((LEFT_PX, y, WIDTH_PX - RIGHT_PX, y), fill=GRID, width=2)
        pen.text((LEFT_PX - 12, y), panel.label(value), fill=INK, font=font, anchor="rm")
    step = (WIDTH_PX - LEFT_PX - RIGHT_PX) / len(panel.values)
    gap = min(6.0, step / 5)
    for place, value in enumerate(panel.values):
        if value:
            height = max(2.0, (panel.bottom_px - panel.top_px) * value / panel.most)
            left = LEFT_PX + place * step + gap / 2
            box = (left, panel.bottom_px - height, left + max(1.0, step - gap), panel.bottom_px)
            pen.rectangle(box, fill=panel.colour)


def _draw_dates(pen: ImageDraw.ImageDraw, days: Sequence[Day], font: Font) -> None:
    y = HEIGHT_PX - BOTTOM_PX // 2
    pen.text((LEFT_PX, y), days[0].day.isoformat(), fill=INK, font=font, anchor="lm")
    if len(days) > 1:
        last = days[-1].day.isoformat()
        pen.text((WIDTH_PX - RIGHT_PX, y), last, fill=INK, font=font, anchor="rm")


def short_size(size_bytes: int) -> str:
    """Return a size in a few characters that every language reads: 3.4 MB."""
    number, unit = float(size_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB", "PB"):
        if number < 999.5:  # what rounds up to 1000 is the next unit
            break
        number, unit = number / 1000, larger
    return f"{number:.0f} {unit}" if number >= 99.5 else f"{number:.3g} {unit}"
