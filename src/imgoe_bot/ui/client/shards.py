"""Which servers' events reach this process."""

from discord.ext import commands

from imgoe_bot.domain.ids import GuildId
from imgoe_bot.ui.container import AnyBot


def is_on_our_shards(bot: AnyBot, guild_id: GuildId) -> bool:
    """Tell whether a server's events come to this process.

    Source: Discord's gateway documentation, "Sharding": ``(guild_id >> 22) % num_shards``.
    """
    if isinstance(bot, commands.AutoShardedBot):
        ours = bot.shard_ids
    else:
        ours = None if bot.shard_id is None else [bot.shard_id]
    return ours is None or (guild_id >> 22) % (bot.shard_count or 1) in ours
