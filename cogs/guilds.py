"""Servers the bot comes to and leaves; no commands."""

from discord import Guild
from discord.ext import commands

from imgoe_bot.domain.ids import GuildId
from imgoe_bot.ui.container import AnyBot, services_of
from imgoe_bot.ui.watching.shards import is_on_our_shards


class GuildsCog(commands.Cog, name="imgoe_bot.GuildsCog"):
    """Tells the services where the bot is."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._departures = services_of(bot).departures

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Find out what happened while the bot was away."""
        bot = self._bot
        present = {GuildId(guild.id) for guild in bot.guilds}
        await self._departures.reconcile(
            present, is_ours=lambda guild_id: is_on_our_shards(bot, guild_id)
        )

    @commands.Cog.listener()
    async def on_guild_join(self, guild: Guild) -> None:
        """Come to a server, or come back."""
        await self._departures.joined(GuildId(guild.id))

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: Guild) -> None:
        """Be removed from a server; an outage is another event."""
        await self._departures.left(GuildId(guild.id))


async def setup(bot: AnyBot) -> None:
    """Add the cog; called by discord.py."""
    await bot.add_cog(GuildsCog(bot))
