"""Histories of channels as REST gives them: a page at a time, the oldest first."""

import discord

from imgoe_bot.domain.history import PAGE, Gap, ParkReason
from imgoe_bot.ui.container import AnyBot
from imgoe_bot.ui.discord_codes import LACKING, UNKNOWN_CHANNEL
from imgoe_bot.ui.reading.places import Readable


async def find_channel(bot: AnyBot, gap: Gap) -> Readable | ParkReason | None:
    """Return the channel of a gap, or what has to be waited for; None where there is none any more.

    A thread that was archived is in nobody's memory.

    Raises:
        discord.HTTPException: Discord does not say.
    """
    guild = bot.get_guild(gap.guild_id)
    if guild is None or guild.unavailable:
        return ParkReason.AWAY
    channel: object = guild.get_channel_or_thread(gap.channel_id)
    if channel is None:
        try:
            channel = await guild.fetch_channel(gap.channel_id)
        except discord.NotFound as error:
            if error.code != UNKNOWN_CHANNEL:  # a proxy's page, and not Discord's own word
                raise
        except discord.Forbidden as error:
            if error.code not in LACKING:
                raise
            return ParkReason.ACCESS
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
