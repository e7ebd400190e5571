"""Whether a bot's connection to Discord stands right now."""

import discord

from imgoe_bot.ui.container import AnyBot


def is_connected(bot: AnyBot) -> bool:
    """Tell whether every shard is connected.

    ``is_ready()`` alone stays true while a connection is lost.
    """
    if not bot.is_ready() or bot.is_closed():
        return False
    if isinstance(bot, discord.AutoShardedClient):
        return bool(bot.shards) and not any(shard.is_closed() for shard in bot.shards.values())
    return bot.ws.open
