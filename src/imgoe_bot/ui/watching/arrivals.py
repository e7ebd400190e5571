"""When the servers of a new session have come: only then what was missed can be looked for."""

import asyncio

import discord

from imgoe_bot.domain.ids import GuildId
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.watching.catch_up import CatchUp


class Arrivals:
    """Has all servers caught up once those have come that Discord listed.

    discord.py is ready two seconds after the last of them; that is waited for where one doesn't
    come, as in an outage. Servers that come later are caught up one by one.
    """

    def __init__(self, bot: AnyBot, services: Services, *, catch_up: CatchUp) -> None:
        self._bot = bot
        self._services = services
        self._catch_up = catch_up
        self._awaited: set[int] = set()
        self._shards: set[int] = set()
        self._is_open = False

    def begin(self) -> None:
        """Note that a session begins that replays nothing, and which servers are to come."""
        self._services.marks.hold_all()
        self._absence = asyncio.ensure_future(self._catch_up.note_absence())
        self._awaited = {guild.id for guild in self._bot.guilds if guild.unavailable}
        self._is_open = True

    def shard_began(self, shard_id: int) -> None:
        """Note that a shard has said which servers are its own."""
        self._shards.add(shard_id)

    async def came(self, guild: discord.Guild) -> None:
        """Note that a server has come."""
        guild_id = GuildId(guild.id)
        self._services.marks.hold_guild(guild_id)
        if not self._is_open:
            self._services.catch_ups.ask_now(guild_id)
            return
        self._awaited.discard(guild_id)
        if not self._awaited:
            await self.shard_ended()

    async def shard_ended(self) -> None:
        """Have all servers caught up unless another shard has yet to say which are its own."""
        if len(self._shards) >= _shard_count(self._bot):
            await self.end()

    async def end(self) -> None:
        """Have all servers caught up, once a session."""
        if self._is_open:
            self._is_open = False
            await asyncio.wait([self._absence])
            await self._catch_up.ask_for_all()


def _shard_count(bot: AnyBot) -> int:
    """Return how many shards tell by ``shard_connect`` that they began; none in a bot of one."""
    if not isinstance(bot, discord.AutoShardedClient):
        return 0
    return len(bot.shard_ids) if bot.shard_ids else bot.shard_count or 1
