"""REST routes of the application: login and commands."""

from collections.abc import Callable

from aiohttp import web

from imgoe_bot.discordsim.payloads.commands import command_payload
from imgoe_bot.discordsim.payloads.users import user_payload
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.rest.http import no_content, path_id, read_body, reply
from imgoe_bot.discordsim.rest.routes import BotRoutes
from imgoe_bot.discordsim.rules.commands import (
    check_command,
    check_commands,
    duplicate_name,
)
from imgoe_bot.discordsim.state.commands import Command
from imgoe_bot.discordsim.state.events import Event
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import Json, integer, text


class ApplicationRoutes(BotRoutes):
    """Who the bot is and which commands it has."""

    def __init__(self, world: World, *, gateway_url: Callable[[], str], shards: int) -> None:
        super().__init__(world)
        self._shards = shards
        self._gateway_url = gateway_url

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes, to be mounted under ``/api/v10``."""
        every = "/applications/{application_id}/commands"
        in_guild = "/applications/{application_id}/guilds/{guild_id}/commands"
        routes: list[web.AbstractRouteDef] = [
            web.get("/users/@me", self.me),
            web.get("/oauth2/applications/@me", self.application),
            web.get("/applications/@me", self.application),
            web.get("/gateway/bot", self.gateway),
            web.get("/gateway", self.gateway),
        ]
        for path in (every, in_guild):
            routes += [
                web.get(path, self.commands),
                web.put(path, self.replace_commands),
                web.post(path, self.add_command),
                web.get(path + "/{command_id:\\d+}", self.command),
                web.patch(path + "/{command_id:\\d+}", self.change_command),
                web.delete(path + "/{command_id:\\d+}", self.remove_command),
            ]
        return routes

    async def me(self, request: web.Request) -> web.Response:
        """Return the bot's own account."""
        account = user_payload(self._world.bot)
        return reply(account | {"verified": True, "mfa_enabled": False, "locale": "en-US"})

    async def application(self, request: web.Request) -> web.Response:
        """Return the application."""
        bot = self._world.bot
        return reply(
            {
                "id": str(bot.id),
                "name": bot.display_name,
                "description": "",
                "icon": None,
                "owner": user_payload(self._world.owner),
                "bot_public": True,
                "bot_require_code_grant": False,
                "verify_key": "0" * 64,
                "flags": self._world.application_flags,
                "approximate_guild_count": sum(g.has_bot for g in self._world.guilds.values()),
                "summary": "",
                "team": None,
            }
        )

    async def gateway(self, request: web.Request) -> web.Response:
        """Return where the gateway is and how many sessions may start."""
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 16}
        return reply(
            {"url": self._gateway_url(), "shards": self._shards, "session_start_limit": limit}
        )

    def _scope(self, request: web.Request) -> int | None:
        if path_id(request, "application_id") != self._world.bot.id:
            raise problem(10002)
        if "guild_id" not in request.match_info:
            return None
        return self._guild(request).id

    def _in_scope(self, request: web.Request) -> list[Command]:
        guild_id = self._scope(request)
        return [item for item in self._world.commands.values() if item.guild_id == guild_id]

    def _found(self, request: web.Request) -> Command:
        command_id = path_id(request, "command_id")
        for command in self._in_scope(request):
            if command.id == command_id:
                return command
        raise problem(10063)

    async def commands(self, request: web.Request) -> web.Response:
        """List the commands of a scope."""
        return reply([command_payload(self._world, item) for item in self._in_scope(request)])

    async def command(self, request: web.Request) -> web.Response:
        """Return one command."""
        return reply(command_payload(self._world, self._found(request)))

    async def replace_commands(self, request: web.Request) -> web.Response:
        """Replace all commands of a scope; a command keeps its id while its name stays."""
        body = await read_body(request)
        guild_id = self._scope(request)
        known = {(item.type, item.name): item for item in self._in_scope(request)}
        check_commands(body.items)
        for command in known.values():
            del self._world.commands[command.id]
        made = [self._keep(data, guild_id, known) for data in body.items]
        self._world.emit(Event("COMMANDS_SYNCED", {}, only=frozenset()))
        return reply([command_payload(self._world, command) for command in made])

    async def add_command(self, request: web.Request) -> web.Response:
        """Add one command, or replace the one of the same name."""
        body = await read_body(request)
        guild_id = self._scope(request)
        check_command(body.data)
        known = {(item.type, item.name): item for item in self._in_scope(request)}
        made = self._keep(body.data, guild_id, known)
        self._world.emit(Event("COMMANDS_SYNCED", {}, only=frozenset()))
        return reply(command_payload(self._world, made), status=201)

    async def change_command(self, request: web.Request) -> web.Response:
        """Change the given fields of one command."""
        body = await read_body(request)
        command = self._found(request)
        changed = {**command.definition, **body.data, "type": command.type}
        check_command(changed)
        others = [item for item in self._in_scope(request) if item is not command]
        if (command.type, text(changed, "name")) in {(item.type, item.name) for item in others}:
            raise duplicate_name("name")
        command.definition, command.name = changed, text(changed, "name")
        return reply(command_payload(self._world, command))

    async def remove_command(self, request: web.Request) -> web.Response:
        """Remove one command."""
        del self._world.commands[self._found(request).id]
        return no_content()

    def _keep(
        self, data: Json, guild_id: int | None, known: dict[tuple[int, str], Command]
    ) -> Command:
        kind, name = integer(data, "type", 1), text(data, "name")
        before = known.get((kind, name))
        command_id = self._world.ids.next() if before is None else before.id
        command = Command(command_id, kind, name, guild_id, data, version=self._world.ids.next())
        self._world.commands[command.id] = command
        return command
