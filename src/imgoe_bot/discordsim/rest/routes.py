"""What the routes share: the guilds and channels that a request names, as far as the bot may."""

from aiohttp import web

from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.rest.http import path_id
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.guilds import Guild
from imgoe_bot.discordsim.state.world import World


class BotRoutes:
    """Routes that only the bot may use."""

    def __init__(self, world: World) -> None:
        self._world = world

    def _guild(self, request: web.Request, *needed: Permission) -> Guild:
        """Return the guild in the path, where the bot has what is needed; raises 50001, 50013."""
        guild = self._world.guild(path_id(request, "guild_id"))
        if not guild.has_bot:
            raise problem(50001)
        for permission in needed:
            self._world.require_in_guild(self._world.bot, guild, permission)
        return guild

    def _channel(self, request: web.Request, *needed: Permission) -> Channel:
        """Return the channel in the path, where the bot has what is needed; raises 50001, 50013."""
        channel = self._world.channel(path_id(request, "channel_id"))
        self._world.require(self._world.bot, channel, *needed)
        return channel
