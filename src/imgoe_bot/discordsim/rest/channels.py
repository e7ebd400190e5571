"""REST routes of channels and their permission overwrites."""

from aiohttp import web

from imgoe_bot.discordsim.actions import threads
from imgoe_bot.discordsim.actions.channels import (
    add_channel,
    channel_from,
    delete_channel,
    edit_channel,
    overwrite_from,
    set_overwrite,
)
from imgoe_bot.discordsim.payloads.channels import channel_payload
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.rest.http import no_content, path_id, read_body, reply
from imgoe_bot.discordsim.rest.routes import BotRoutes
from imgoe_bot.discordsim.state.channels import THREADS, Channel
from imgoe_bot.discordsim.untyped_json import Json


class ChannelRoutes(BotRoutes):
    """What the bot may do with channels."""

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes, to be mounted under ``/api/v10``."""
        channel = "/channels/{channel_id}"
        in_guild = "/guilds/{guild_id}/channels"
        return [
            web.get(channel, self.channel),
            web.patch(channel, self.edit_channel),
            web.delete(channel, self.delete_channel),
            web.put(channel + "/permissions/{target_id}", self.overwrite),
            web.delete(channel + "/permissions/{target_id}", self.clear_overwrite),
            web.get(in_guild, self.channels),
            web.post(in_guild, self.add_channel),
        ]

    async def channel(self, request: web.Request) -> web.Response:
        """Return a channel the bot can view."""
        return reply(channel_payload(self._world, self._channel(request)))

    async def channels(self, request: web.Request) -> web.Response:
        """List a guild's channels, threads left out."""
        found = self._world.guild_channels(self._guild(request))
        return reply([channel_payload(self._world, channel) for channel in found])

    async def add_channel(self, request: web.Request) -> web.Response:
        """Add a channel to a guild."""
        body = await read_body(request)
        guild = self._guild(request, Permission.MANAGE_CHANNELS)
        channel = channel_from(self._world, guild, body.data)
        add_channel(self._world, guild, channel)
        return reply(channel_payload(self._world, channel), status=201)

    async def edit_channel(self, request: web.Request) -> web.Response:
        """Change a channel or thread."""
        body = await read_body(request)
        channel = self._channel(request)
        if channel.type in THREADS:
            self._edit_thread(channel, body.data)
        else:
            self._world.require(self._world.bot, channel, Permission.MANAGE_CHANNELS)
            edit_channel(self._world, channel, body.data)
        return reply(channel_payload(self._world, channel))

    def _edit_thread(self, thread: Channel, data: Json) -> None:
        if thread.owner_id != self._world.bot.id:
            self._world.require(self._world.bot, thread, Permission.MANAGE_THREADS)
        threads.edit_thread(self._world, thread, data)

    async def delete_channel(self, request: web.Request) -> web.Response:
        """Remove a channel or thread; a direct conversation is only closed."""
        channel = self._channel(request)
        payload = channel_payload(self._world, channel)
        if channel.type in THREADS:
            self._world.require(self._world.bot, channel, Permission.MANAGE_THREADS)
            threads.delete_thread(self._world, channel)
        elif channel.guild_id is not None:
            self._world.require(self._world.bot, channel, Permission.MANAGE_CHANNELS)
            delete_channel(self._world, channel)
        return reply(payload)

    async def overwrite(self, request: web.Request) -> web.Response:
        """Set what a channel allows and denies a role or member."""
        body = await read_body(request)
        channel = self._channel(request, Permission.MANAGE_ROLES)
        target_id = path_id(request, "target_id")
        overwrite = overwrite_from(body.data, target_id)
        self._must_hold(channel, overwrite.allow | overwrite.deny)
        set_overwrite(self._world, channel, overwrite, of=target_id)
        return no_content()

    async def clear_overwrite(self, request: web.Request) -> web.Response:
        """Take an overwrite away."""
        channel = self._channel(request, Permission.MANAGE_ROLES)
        set_overwrite(self._world, channel, None, of=path_id(request, "target_id"))
        return no_content()

    def _must_hold(self, channel: Channel, permissions: Permission) -> None:
        """Refuse an overwrite of what the bot itself may not do in the channel."""
        mine = channel.overwrites.get(self._world.bot.id)
        if mine is not None and mine.allow & Permission.MANAGE_ROLES:
            return
        if permissions & ~self._world.permissions(channel, self._world.bot.id):
            raise problem(50013)
