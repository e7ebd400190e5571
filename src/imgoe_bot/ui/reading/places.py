"""Where a rule of mirroring can stand, as discord.py knows it."""

import discord
from discord.app_commands import AppCommandThread

from imgoe_bot.ui.translate import Words

Mirrorable = (
    discord.TextChannel
    | discord.Thread
    | discord.ForumChannel
    | discord.CategoryChannel
    | discord.VoiceChannel
)
"""Channels that a rule can stand in."""

Place = Mirrorable | AppCommandThread | discord.Guild
"""Where a rule can stand: a channel, what holds channels, or the whole server.

Of a thread that Discord does not show the bot, it is told no more than the command says.
"""


def name_of(place: Place, words: Words) -> str:
    """Return a place as it stands in a text."""
    return words("mirror.server") if isinstance(place, discord.Guild) else place.mention
