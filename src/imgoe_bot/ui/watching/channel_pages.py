"""Histories of channels as REST gives them: a page at a time, the oldest first."""

import discord

from imgoe_bot.domain.history import PAGE, Gap
from imgoe_bot.ui.discord_codes import UNKNOWN_CHANNEL
from imgoe_bot.ui.reading.places import Readable


async def find_channel(guild: discord.Guild, channel_id: int) -> Readable | None:
    """Return a channel that can be read, None where there is none any more.

    A thread that was archived is in nobody's memory.

    Raises:
        discord.Forbidden: the bot may not see it.
    """
    channel: object = guild.get_channel_or_thread(channel_id)
    if channel is None:
        try:
            channel = await guild.fetch_channel(channel_id)
        except discord.NotFound as error:
            if error.code != UNKNOWN_CHANNEL:  # a proxy's page, and not Discord's own word
                raise
    return channel if isinstance(channel, Readable) else None


async def fetch_page(channel: Readable, gap: Gap) -> list[discord.Message]:
    """Return the next messages of a gap, the oldest first; fewer than a page are its last."""
    history = channel.history(
        limit=PAGE,
        after=discord.Object(gap.after),
        before=None if gap.before is None else discord.Object(gap.before),
        oldest_first=True,
    )
    return [message async for message in history]
