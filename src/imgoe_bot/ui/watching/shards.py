"""Which servers' events reach this process."""

from discord.ext import commands

from imgoe_bot.domain.ids import GuildId
from imgoe_bot.services.ports.history import Shards
from imgoe_bot.ui.container import AnyBot


def shards_of(bot: AnyBot) -> Shards:
    """Return the shards of this process.

    Source: Discord's gateway documentation, "Sharding": ``(guild_id >> 22) % num_shards``.
    """
    if isinstance(bot, commands.AutoShardedBot):
        ours = bot.shard_ids
    else:
        ours = None if bot.shard_id is None else [bot.shard_id]
    return Shards(bot.shard_count or 1, None if ours is None else frozenset(ours))


def is_on_our_shards(bot: AnyBot, guild_id: GuildId) -> bool:
    """Tell whether a server's events come to this process."""
    return guild_id in shards_of(bot)
