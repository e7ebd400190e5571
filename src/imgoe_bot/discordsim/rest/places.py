"""REST routes of channels, their overwrites, and roles."""

from aiohttp import web

from imgoe_bot.discordsim.actions import places, threads
from imgoe_bot.discordsim.actions.places import overwrite_from, role_of
from imgoe_bot.discordsim.payloads.state import channel_payload, role_payload
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.rest.http import done, path_id, read_body, reply
from imgoe_bot.discordsim.rules.rights import check_may_grant, check_outranks
from imgoe_bot.discordsim.state.channels import THREADS, Channel
from imgoe_bot.discordsim.state.guilds import Guild, Member, Role
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.wire import Json, integer, text


class PlaceRoutes:
    """What the bot may do with channels and roles."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes, to be mounted under ``/api/v10``."""
        channel, roles = "/channels/{channel_id}", "/guilds/{guild_id}/roles"
        in_guild = "/guilds/{guild_id}/channels"
        held = "/guilds/{guild_id}/members/{user_id:\\d+}/roles/{role_id}"
        return [
            web.get(channel, self.channel),
            web.patch(channel, self.edit_channel),
            web.delete(channel, self.delete_channel),
            web.put(channel + "/permissions/{target_id}", self.overwrite),
            web.delete(channel + "/permissions/{target_id}", self.clear_overwrite),
            web.get(in_guild, self.channels),
            web.post(in_guild, self.add_channel),
            web.get(roles, self.roles),
            web.post(roles, self.add_role),
            web.patch(roles + "/{role_id}", self.edit_role),
            web.delete(roles + "/{role_id}", self.delete_role),
            web.put(held, self.give_role),
            web.delete(held, self.take_role),
        ]

    def _guild(self, request: web.Request, *needed: Permission) -> Guild:
        guild = self._world.guild(path_id(request, "guild_id"))
        if not guild.has_bot:
            raise problem(50001)
        for permission in needed:
            self._world.require_in_guild(self._world.bot, guild, permission)
        return guild

    def _channel(self, request: web.Request, *needed: Permission) -> Channel:
        channel = self._world.channel(path_id(request, "channel_id"))
        self._world.require(self._world.bot, channel, *needed)
        return channel

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
        channel = places.channel_from(self._world, guild, body.data)
        places.add_channel(self._world, guild, channel)
        return reply(channel_payload(self._world, channel), status=201)

    async def edit_channel(self, request: web.Request) -> web.Response:
        """Change a channel or thread."""
        body = await read_body(request)
        channel = self._channel(request)
        if channel.type in THREADS:
            self._edit_thread(channel, body.data)
        else:
            self._world.require(self._world.bot, channel, Permission.MANAGE_CHANNELS)
            places.edit_channel(self._world, channel, body.data)
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
            places.delete_channel(self._world, channel)
        return reply(payload)

    async def overwrite(self, request: web.Request) -> web.Response:
        """Set what a channel allows and denies a role or member."""
        body = await read_body(request)
        channel = self._channel(request, Permission.MANAGE_ROLES)
        target_id = path_id(request, "target_id")
        overwrite = overwrite_from(body.data, target_id)
        self._must_hold(channel, overwrite.allow | overwrite.deny)
        places.set_overwrite(self._world, channel, overwrite, of=target_id)
        return done()

    async def clear_overwrite(self, request: web.Request) -> web.Response:
        """Take an overwrite away."""
        channel = self._channel(request, Permission.MANAGE_ROLES)
        places.set_overwrite(self._world, channel, None, of=path_id(request, "target_id"))
        return done()

    async def roles(self, request: web.Request) -> web.Response:
        """List a guild's roles."""
        return reply([role_payload(role) for role in self._guild(request).roles.values()])

    async def add_role(self, request: web.Request) -> web.Response:
        """Create a role."""
        body = await read_body(request)
        guild = self._guild(request, Permission.MANAGE_ROLES)
        permissions = Permission(integer(body.data, "permissions"))
        check_may_grant(self._world, self._world.bot, guild, permissions)
        role = places.add_role(self._world, guild, text(body.data, "name", "new role"), permissions)
        return reply(role_payload(role))

    async def edit_role(self, request: web.Request) -> web.Response:
        """Change a role."""
        body = await read_body(request)
        guild = self._guild(request, Permission.MANAGE_ROLES)
        role = self._lower_role(request, guild)
        changed = Permission(integer(body.data, "permissions", int(role.permissions)))
        check_may_grant(self._world, self._world.bot, guild, changed & ~role.permissions)
        places.edit_role(self._world, guild, role, body.data)
        return reply(role_payload(role))

    async def delete_role(self, request: web.Request) -> web.Response:
        """Remove a role."""
        guild = self._guild(request, Permission.MANAGE_ROLES)
        places.delete_role(self._world, guild, self._lower_role(request, guild))
        return done()

    def _held(self, request: web.Request) -> tuple[Guild, Member, Role]:
        guild = self._guild(request, Permission.MANAGE_ROLES)
        member = self._world.member(guild.id, path_id(request, "user_id"))
        return guild, member, self._lower_role(request, guild)

    def _lower_role(self, request: web.Request, guild: Guild) -> Role:
        """Return the role in the path; raises 50013 unless the bot stands above it."""
        role = role_of(guild, path_id(request, "role_id"))
        check_outranks(self._world.bot, guild, role)
        return role

    def _must_hold(self, channel: Channel, permissions: Permission) -> None:
        """Refuse an overwrite of what the bot itself may not do in the channel."""
        mine = channel.overwrites.get(self._world.bot.id)
        if mine is not None and mine.allow & Permission.MANAGE_ROLES:
            return
        if permissions & ~self._world.permissions(channel, self._world.bot.id):
            raise problem(50013)

    async def give_role(self, request: web.Request) -> web.Response:
        """Give a member a role."""
        guild, member, role = self._held(request)
        places.set_roles(self._world, guild, member, {*member.role_ids, role.id})
        return done()

    async def take_role(self, request: web.Request) -> web.Response:
        """Take a role from a member."""
        guild, member, role = self._held(request)
        places.set_roles(self._world, guild, member, set(member.role_ids) - {role.id})
        return done()
