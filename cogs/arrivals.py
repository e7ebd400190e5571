"""How sessions of the gateway begin, and what was missed before; no commands."""

import asyncio

import discord
from discord.ext import commands

from imgoe_bot.domain.ids import GuildId
from imgoe_bot.ui.container import AnyBot, services_of
from imgoe_bot.ui.watching.arrivals import Arrivals
from imgoe_bot.ui.watching.backfill_reader import BackfillReader
from imgoe_bot.ui.watching.catch_up import CatchUp
from imgoe_bot.ui.watching.history_reader import HistoryReader


class ArrivalsCog(commands.Cog, name="imgoe_bot.ArrivalsCog"):
    """Has what was missed stored and read."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._services = services_of(bot)
        self._catch_up = CatchUp(bot, self._services)
        self._readers = (HistoryReader(bot, self._services), BackfillReader(bot, self._services))
        self._arrivals = Arrivals(bot, self._services, catch_up=self._catch_up)

    @commands.Cog.listener()
    async def on_connect(self) -> None:
        """Begin a session that replays nothing; one that is resumed does, and is not told here."""
        self._arrivals.begin()

    @commands.Cog.listener()
    async def on_shard_connect(self, shard_id: int) -> None:
        """Note which shard it is that began."""
        self._arrivals.shard_began(shard_id)

    @commands.Cog.listener()
    async def on_shard_ready(self, _: int) -> None:
        """Find out what was missed in the servers that came, though not all did."""
        await self._arrivals.shard_ended()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Find out what was posted and what was deleted while the bot was away."""
        await self._arrivals.end()

    @commands.Cog.listener()
    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        """Notice that a server's events don't come for a while."""
        self._services.marks.hold_guild(GuildId(guild.id))

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Find out what was missed in a server that takes the bot back."""
        await self._arrivals.came(guild)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Find out what was missed in a server, with all others or, if it comes late, alone."""
        await self._arrivals.came(guild)

    async def cog_load(self) -> None:
        """Know the rules before the first message comes, and read what was missed when asked to."""
        await self._services.mirrors.all_rules()
        self._tasks = [asyncio.create_task(each.run()) for each in (self._catch_up, *self._readers)]
        self._arrivals.begin()  # also of a session in which a plug-in is loaded late
        if self._bot.is_ready():
            await self._arrivals.end()

    async def cog_unload(self) -> None:
        """Stop reading; what was not read is read after the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)


async def setup(bot: AnyBot) -> None:
    """Add the cog; called by discord.py."""
    await bot.add_cog(ArrivalsCog(bot))
