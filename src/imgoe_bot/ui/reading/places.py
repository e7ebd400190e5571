"""Places as discord.py knows them: where rules can stand, and what holds what."""

import discord
from discord.app_commands import AppCommandThread

from imgoe_bot.domain.ids import (
    ChannelId,
)
from imgoe_bot.ui.translate import Words

Mirrorable = (
    discord.TextChannel
    | discord.Thread
    | discord.ForumChannel
    | discord.CategoryChannel
    | discord.VoiceChannel
)
"""Channels that a rule can stand in."""

Readable = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
"""Channels that messages stand in."""

Place = Mirrorable | AppCommandThread | discord.Guild
"""Where a rule can stand: a channel, what holds channels, or the whole server.

Of a thread that Discord does not show the bot, it is told no more than the command says.
"""

OPTION_TYPES = (
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.category,
    discord.ChannelType.forum,
    discord.ChannelType.media,
    discord.ChannelType.news_thread,
    discord.ChannelType.public_thread,
    discord.ChannelType.private_thread,
)
"""Channels that rules and options are named for; a command may offer more."""


def name_of(place: Place, words: Words) -> str:
    """Return a place as it stands in a text."""
    return words("mirror.server") if isinstance(place, discord.Guild) else place.mention


def channel_line(channel: object) -> tuple[ChannelId, ...]:
    """Return the ids of a channel and its parents: thread, channel, category, as far as known."""
    ids = (
        getattr(channel, "id", None),
        getattr(channel, "parent_id", None),
        getattr(_holder_of(channel), "category_id", None),
    )
    return tuple(ChannelId(id_) for id_ in ids if id_ is not None)


def _holder_of(channel: object) -> object:
    """Return what stands in a category: a thread's channel, None where that is not known.

    A thread's own ``category_id`` raises where its channel is not in discord.py's memory.
    """
    if isinstance(channel, discord.Thread | AppCommandThread):
        return channel.parent
    return channel


def is_nsfw(channel: object) -> bool:
    """Tell whether a channel is age-restricted; one that is not known is none."""
    is_nsfw = getattr(channel, "is_nsfw", None)
    return bool(is_nsfw()) if is_nsfw else False
