"""Charts, and Pillow with them, for whoever asks for one: 9 MB that most processes never need."""

import asyncio
from collections.abc import Sequence

from imgoe_bot.domain.library import Day


class BarChart:
    """``services.reports.stats.Painter`` with Pillow."""

    async def paint(self, days: Sequence[Day]) -> bytes:
        """Return the chart, drawn beside the event loop."""
        return await asyncio.to_thread(_draw, days)


def _draw(days: Sequence[Day]) -> bytes:
    from imgoe_bot.adapters.chart_drawing import draw

    return draw(days)
