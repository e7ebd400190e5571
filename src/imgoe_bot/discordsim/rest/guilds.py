"""REST routes of users, guilds, members and stickers."""

from aiohttp import web

from imgoe_bot.discordsim.actions.guilds import remove_bot
from imgoe_bot.discordsim.actions.members import emit_member, set_member_roles
from imgoe_bot.discordsim.actions.roles import role_of
from imgoe_bot.discordsim.gateway.intents import GUILD_MEMBERS
from imgoe_bot.discordsim.payloads.channels import channel_payload
from imgoe_bot.discordsim.payloads.guilds import guild_payload, member_payload, sticker_payload
from imgoe_bot.discordsim.payloads.users import user_payload
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.rest.http import (
    no_content,
    path_id,
    query_id,
    query_int,
    read_body,
    reply,
)
from imgoe_bot.discordsim.rest.routes import BotRoutes
from imgoe_bot.discordsim.rules.permission_checks import check_outranks
from imgoe_bot.discordsim.untyped_json import as_int, integer, sequence, text


class GuildRoutes(BotRoutes):
    """What the bot may ask about people and guilds."""

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes, to be mounted under ``/api/v10``."""
        return [
            web.post("/users/@me/channels", self.open_direct),
            web.get("/users/@me/guilds", self.my_guilds),
            web.get("/users/{user_id:\\d+}", self.user),
            web.get("/guilds/{guild_id}", self.guild),
            web.get("/guilds/{guild_id}/members", self.members),
            web.get("/guilds/{guild_id}/members/{user_id:\\d+}", self.member),
            web.delete("/users/@me/guilds/{guild_id}", self.leave),
            web.patch("/guilds/{guild_id}/members/@me", self.edit_me),
            web.patch("/guilds/{guild_id}/members/{user_id:\\d+}", self.edit_member),
            web.get("/guilds/{guild_id}/stickers", self.stickers),
            web.get("/guilds/{guild_id}/stickers/{sticker_id}", self.sticker),
            web.get("/stickers/{sticker_id}", self.sticker),
        ]

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

    async def guild(self, request: web.Request) -> web.Response:
        """Return a guild."""
        return reply(guild_payload(self._world, self._guild(request)))

    async def members(self, request: web.Request) -> web.Response:
        """List members by rising id; the portal must grant the members intent."""
        guild = self._guild(request)
        if not self._world.privileged_intents & GUILD_MEMBERS:
            raise problem(50001)
        limit = query_int(request, "limit", default=1, most=1000)
        after = query_id(request, "after")
        later = [user_id for user_id in sorted(guild.members) if user_id > after][:limit]
        return reply([member_payload(guild.members[user_id]) for user_id in later])

    async def member(self, request: web.Request) -> web.Response:
        """Return one member."""
        guild = self._guild(request)
        return reply(member_payload(self._world.member(guild.id, path_id(request, "user_id"))))

    async def leave(self, request: web.Request) -> web.Response:
        """Leave a guild."""
        remove_bot(self._world, self._guild(request))
        return no_content()

    async def edit_me(self, request: web.Request) -> web.Response:
        """Change the bot's own name in a guild."""
        body = await read_body(request)
        guild = self._guild(request)
        member = guild.members[self._world.bot.id]
        member.nick = text(body.data, "nick") or None
        emit_member(self._world, "GUILD_MEMBER_UPDATE", guild, member)
        return reply(member_payload(member))

    async def edit_member(self, request: web.Request) -> web.Response:
        """Replace a member's roles, or its name in the guild."""
        body = await read_body(request)
        guild = self._guild(request)
        self._world.require_in_guild(self._world.bot, guild, Permission.MANAGE_ROLES)
        member = self._world.member(guild.id, path_id(request, "user_id"))
        if "nick" in body.data:
            member.nick = text(body.data, "nick") or None
        roles = sequence(body.data["roles"]) if "roles" in body.data else member.role_ids
        wanted = {as_int(role_id) for role_id in roles}
        for role_id in wanted.symmetric_difference(member.role_ids):
            role = role_of(guild, role_id)
            check_outranks(self._world.bot, guild, role)
        set_member_roles(self._world, guild, member, roles)
        return reply(member_payload(member))

    async def stickers(self, request: web.Request) -> web.Response:
        """List a guild's stickers."""
        guild = self._guild(request)
        return reply([sticker_payload(sticker) for sticker in guild.stickers.values()])

    async def sticker(self, request: web.Request) -> web.Response:
        """Return a sticker of any guild."""
        sticker_id = path_id(request, "sticker_id")
        for guild in self._world.guilds.values():
            if sticker_id in guild.stickers:
                return reply(sticker_payload(guild.stickers[sticker_id]))
        raise problem(10060)
