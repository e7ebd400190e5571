"""REST routes of roles."""

from aiohttp import web

from imgoe_bot.discordsim.actions.members import set_member_roles
from imgoe_bot.discordsim.actions.roles import add_role, delete_role, edit_role, role_of
from imgoe_bot.discordsim.payloads.guilds import role_payload
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.rest.http import no_content, path_id, read_body, reply
from imgoe_bot.discordsim.rest.routes import BotRoutes
from imgoe_bot.discordsim.rules.permission_checks import check_may_grant, check_outranks
from imgoe_bot.discordsim.state.guilds import Guild, Member, Role
from imgoe_bot.discordsim.untyped_json import integer, text


class RoleRoutes(BotRoutes):
    """What the bot may do with roles."""

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes, to be mounted under ``/api/v10``."""
        roles = "/guilds/{guild_id}/roles"
        held = "/guilds/{guild_id}/members/{user_id:\\d+}/roles/{role_id}"
        return [
            web.get(roles, self.roles),
            web.post(roles, self.add_role),
            web.patch(roles + "/{role_id}", self.edit_role),
            web.delete(roles + "/{role_id}", self.delete_role),
            web.put(held, self.give_role),
            web.delete(held, self.take_role),
        ]

    async def roles(self, request: web.Request) -> web.Response:
        """List a guild's roles."""
        return reply([role_payload(role) for role in self._guild(request).roles.values()])

    async def add_role(self, request: web.Request) -> web.Response:
        """Create a role."""
        body = await read_body(request)
        guild = self._guild(request, Permission.MANAGE_ROLES)
        permissions = Permission(integer(body.data, "permissions"))
        check_may_grant(self._world, self._world.bot, guild, permissions)
        role = add_role(self._world, guild, text(body.data, "name", "new role"), permissions)
        return reply(role_payload(role))

    async def edit_role(self, request: web.Request) -> web.Response:
        """Change a role."""
        body = await read_body(request)
        guild = self._guild(request, Permission.MANAGE_ROLES)
        role = self._lower_role(request, guild)
        changed = Permission(integer(body.data, "permissions", int(role.permissions)))
        check_may_grant(self._world, self._world.bot, guild, changed & ~role.permissions)
        edit_role(self._world, guild, role, body.data)
        return reply(role_payload(role))

    async def delete_role(self, request: web.Request) -> web.Response:
        """Remove a role."""
        guild = self._guild(request, Permission.MANAGE_ROLES)
        delete_role(self._world, guild, self._lower_role(request, guild))
        return no_content()

    def _held(self, request: web.Request) -> tuple[Guild, Member, Role]:
        guild = self._guild(request, Permission.MANAGE_ROLES)
        member = self._world.member(guild.id, path_id(request, "user_id"))
        return guild, member, self._lower_role(request, guild)

    def _lower_role(self, request: web.Request, guild: Guild) -> Role:
        """Return the role in the path; raises 50013 unless the bot stands above it."""
        role = role_of(guild, path_id(request, "role_id"))
        check_outranks(self._world.bot, guild, role)
        return role

    async def give_role(self, request: web.Request) -> web.Response:
        """Give a member a role."""
        guild, member, role = self._held(request)
        set_member_roles(self._world, guild, member, {*member.role_ids, role.id})
        return no_content()

    async def take_role(self, request: web.Request) -> web.Response:
        """Take a role from a member."""
        guild, member, role = self._held(request)
        set_member_roles(self._world, guild, member, set(member.role_ids) - {role.id})
        return no_content()
