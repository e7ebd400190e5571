"""REST routes of users, guilds, channels, members and roles."""

from aiohttp import web

from imgoe_bot.discordsim.entities import Channel, Guild
from imgoe_bot.discordsim.http import path_id, query_int, read_body, reply
from imgoe_bot.discordsim.payloads import (
    channel_payload,
    guild_payload,
    member_payload,
    role_payload,
    user_payload,
)
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.wire import Payload, integer
from imgoe_bot.discordsim.world import World


class GuildRoutes:
    """What the bot may ask about people and places."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes, to be mounted under ``/api/v10``."""
        return [
            web.post("/users/@me/channels", self.open_direct),
            web.get("/users/@me/guilds", self.my_guilds),
            web.get("/users/{user_id:\\d+}", self.user),
            web.get("/channels/{channel_id}", self.channel),
            web.get("/guilds/{guild_id}", self.guild),
            web.get("/guilds/{guild_id}/channels", self.guild_channels),
            web.get("/guilds/{guild_id}/members", self.members),
            web.get("/guilds/{guild_id}/members/{user_id:\\d+}", self.member),
            web.get("/guilds/{guild_id}/roles", self.roles),
        ]

    def _guild(self, request: web.Request) -> Guild:
        guild = self._world.guild(path_id(request, "guild_id"))
        if not guild.has_bot:
            raise problem(50001)
        return guild

    def _channels(self, channels: list[Channel]) -> list[Payload]:
        return [channel_payload(self._world, channel) for channel in channels]

    async def open_direct(self, request: web.Request) -> web.Response:
        """Open the direct conversation with a user; opening succeeds even with closed DMs."""
        body = await read_body(request)
        user = self._world.user(integer(body.data, "recipient_id"))
        if user is self._world.bot:
            raise problem(50007)
        return reply(
            channel_payload(self._world, self._world.direct_channel(self._world.bot, user))
        )

    async def my_guilds(self, request: web.Request) -> web.Response:
        """List the bot's guilds."""
        mine = [guild for guild in self._world.guilds.values() if guild.has_bot]
        return reply([guild_payload(self._world, guild) for guild in mine])

    async def user(self, request: web.Request) -> web.Response:
        """Return a user."""
        return reply(user_payload(self._world.user(path_id(request, "user_id"))))

    async def channel(self, request: web.Request) -> web.Response:
        """Return a channel the bot can view."""
        channel = self._world.channel(path_id(request, "channel_id"))
        self._world.require(self._world.bot, channel)
        return reply(channel_payload(self._world, channel))

    async def guild(self, request: web.Request) -> web.Response:
        """Return a guild."""
        return reply(guild_payload(self._world, self._guild(request)))

    async def guild_channels(self, request: web.Request) -> web.Response:
        """List a guild's channels, threads left out."""
        guild = self._guild(request)
        return reply(self._channels(list(self._world.guild_channels(guild))))

    async def members(self, request: web.Request) -> web.Response:
        """List members by rising id."""
        guild = self._guild(request)
        limit = query_int(request, "limit", default=1, most=1000)
        after = int(request.query.get("after", "0"))
        later = [user_id for user_id in sorted(guild.members) if user_id > after][:limit]
        return reply([member_payload(guild.members[user_id]) for user_id in later])

    async def member(self, request: web.Request) -> web.Response:
        """Return one member."""
        guild = self._guild(request)
        return reply(member_payload(self._world.member(guild.id, path_id(request, "user_id"))))

    async def roles(self, request: web.Request) -> web.Response:
        """List a guild's roles."""
        return reply([role_payload(role) for role in self._guild(request).roles.values()])
