"""How much there is to do where Discord's search does not say: a few pages tell for the rest."""

import contextlib
from collections.abc import Sequence

import discord

from imgoe_bot.domain.estimate import Estimate, Glance, Segment, extrapolated, segments
from imgoe_bot.domain.history import PAGE
from imgoe_bot.domain.ids import MessageId
from imgoe_bot.domain.media import kind_of
from imgoe_bot.domain.options import Kind
from imgoe_bot.ui.access.refusals import SETTLED, translated
from imgoe_bot.ui.reading.places import Readable

PAGES = 24
"""Requests for one estimate, at most."""
PAGES_OF_ONE = 6
"""Of these for one channel, at most."""


async def sample(
    channels: Sequence[Readable], *, after: int, before: int, kinds: frozenset[Kind]
) -> Estimate:
    """Estimate what channels hold between two ids.

    Where there are more channels than may be asked for, some of them tell for all.

    Raises:
        SourceUnreachable: Discord did not answer.
    """
    active = [each for each in channels if _may_hold(each, after, before)]
    if not active:
        return Estimate()
    step = max(1, -(-len(active) // PAGES))
    chosen = active[::step]
    pages = min(PAGES_OF_ONE, PAGES // len(chosen))
    total = Estimate()
    for channel in chosen:
        total = total.plus(await _sample_one(channel, after, before, kinds, pages))
    return total.times(len(active) / len(chosen))


def _may_hold(channel: Readable, after: int, before: int) -> bool:
    """Tell whether a channel may have messages in between, without asking."""
    return (channel.last_message_id or 0) > after and channel.id < before


async def _sample_one(
    channel: Readable, after: int, before: int, kinds: frozenset[Kind], pages: int
) -> Estimate:
    """Estimate one channel; no message is older than it, nor newer than its newest."""
    begin = max(after, channel.id - 1)
    end = min(before, (channel.last_message_id or 0) + 1)
    glances: list[Glance] = []
    with contextlib.suppress(*SETTLED):
        for segment in segments(begin, end, pages):
            page = await _page_after(channel, segment.after)
            if len(page) < PAGE:  # that is all there is
                glances.append(_glance_at(page, Segment(segment.after, end), kinds))
                break
            glances.append(_glance_at(page, segment, kinds))
    return extrapolated(glances)


async def _page_after(channel: Readable, after: int) -> list[discord.Message]:
    async with translated(needs="read_message_history"):
        found = channel.history(limit=PAGE, after=discord.Object(after), oldest_first=True)
        return [message async for message in found]


def _glance_at(page: Sequence[discord.Message], segment: Segment, kinds: frozenset[Kind]) -> Glance:
    inside = [message for message in page if message.id < segment.before]
    return Glance(
        segment=segment,
        seen=_count(inside, kinds),
        last=MessageId(inside[-1].id) if inside else None,
        whole=len(inside) < PAGE,
    )


def _count(messages: Sequence[discord.Message], kinds: frozenset[Kind]) -> Estimate:
    sizes = [
        file.size
        for message in messages
        if not message.author.bot
        for file in message.attachments
        if kind_of(filename=file.filename, content_type=file.content_type) in kinds
    ]
    return Estimate(len(messages), len(sizes), sum(sizes))
