"""The chat page: a small client in the browser, for whoever wants to see the bot at work.

Static files, one WebSocket that tells what a person sees, and a few requests to act as that
person. Everything is refused that the page itself didn't ask for (``guard``).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from importlib import resources
from typing import Protocol

from aiohttp import WSMsgType, web

from imgoe_bot.discordsim.controls.person import Person
from imgoe_bot.discordsim.interactions import commands
from imgoe_bot.discordsim.page.actions import PageActions, Simulator
from imgoe_bot.discordsim.page.faults import fault_buttons
from imgoe_bot.discordsim.page.forms import read_form
from imgoe_bot.discordsim.page.guard import Handler, from_this_page
from imgoe_bot.discordsim.problems import ApiProblem
from imgoe_bot.discordsim.untyped_json import Json, Payload, integer, mapping, mappings, text

_HEARTBEAT_S = 20.0
_DIRECTORY_WANTED = "directory"
_KINDS = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


class PageSimulator(Simulator, Protocol):
    """What the page needs of a simulated Discord."""

    def snapshot(self, person: Person) -> Payload:
        """Return everything a person sees now."""
        ...

    def subscribe(self, person: Person) -> AsyncIterator[Json]:
        """Yield everything a person sees from now on, as ``{"t": …, "d": …}``."""
        ...


def routes(sim: PageSimulator) -> list[web.AbstractRouteDef]:
    """Return the page's routes, to be mounted at the root."""
    page = _Page(sim)
    return [
        web.get("/", from_this_page(page.index)),
        web.get("/static/{name}", from_this_page(page.static)),
        web.get("/page/ws", from_this_page(page.socket)),
        web.post("/page/messages", from_this_page(_json(page.say))),
        web.get("/page/messages", from_this_page(_json(page.older))),
        web.post("/page/forwards", from_this_page(_json(page.forward))),
        web.post("/page/threads", from_this_page(_json(page.thread))),
        web.post("/page/posts", from_this_page(_json(page.post))),
        web.patch("/page/messages/{id:\\d+}", from_this_page(_json(page.edit))),
        web.delete("/page/messages/{id:\\d+}", from_this_page(_json(page.delete))),
        web.post("/page/reactions", from_this_page(_json(page.react))),
        web.get("/page/faults", from_this_page(_json(page.faults))),
        web.post("/page/faults", from_this_page(_json(page.fault))),
        web.post("/page/interactions", from_this_page(_json(page.interact))),
    ]


def _json(act: Callable[[web.Request], Awaitable[Payload]]) -> Handler:
    """Wrap an act so that its outcome is JSON, and a refusal a sentence for the person."""

    async def handler(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(await act(request))
        except ApiProblem as problem:
            return _refused(problem.status, _sentence(problem))
        except web.HTTPException as error:
            return _refused(error.status, error.text or error.reason)
        except (LookupError, PermissionError, ValueError, TypeError) as error:
            return _refused(400, str(error.args[0] if error.args else error))
        except TimeoutError:
            return _refused(504, "The app did not answer in time.")

    return handler


def _refused(status: int, message: str) -> web.Response:
    return web.json_response({"message": message}, status=status)


def _sentence(problem: ApiProblem) -> str:
    details = list(_details(problem.errors))
    return f"{problem.message}: {' '.join(details)}" if details else problem.message


def _details(errors: Json) -> list[str]:
    found: list[str] = []
    for name, inner in errors.items():
        if name == "_errors":
            found += [text(item, "message") for item in mappings(inner)]
        else:
            found += _details(mapping(inner))
    return found


class _Page:
    """The handlers."""

    def __init__(self, sim: PageSimulator) -> None:
        self._sim = sim
        self._actions = PageActions(sim)
        self._files = resources.files("imgoe_bot.discordsim.page") / "static"

    async def index(self, request: web.Request) -> web.StreamResponse:
        """Serve the page."""
        return self._file("index.html")

    async def static(self, request: web.Request) -> web.StreamResponse:
        """Serve a file of the page."""
        return self._file(request.match_info["name"])

    def _file(self, name: str) -> web.Response:
        kind = _KINDS.get(name[name.rfind(".") :])
        file = self._files / name
        if kind is None or "/" in name or not file.is_file():
            raise web.HTTPNotFound(text="No such file.")
        return web.Response(body=file.read_bytes(), content_type=kind, charset="utf-8")

    async def say(self, request: web.Request) -> Payload:
        """Send a message."""
        message = await self._actions.say(await read_form(request))
        return {"id": str(message.id)}

    async def older(self, request: web.Request) -> Payload:
        """Return messages from further back."""
        return self._actions.older(dict(request.query))

    async def forward(self, request: web.Request) -> Payload:
        """Forward a message."""
        message = await self._actions.forward((await read_form(request)).data)
        return {"id": str(message.id)}

    async def thread(self, request: web.Request) -> Payload:
        """Open a thread."""
        thread = await self._actions.thread((await read_form(request)).data)
        return {"id": str(thread.id)}

    async def post(self, request: web.Request) -> Payload:
        """Open a post in a forum."""
        thread = await self._actions.post(await read_form(request))
        return {"id": str(thread.id)}

    async def edit(self, request: web.Request) -> Payload:
        """Change a message."""
        form = await read_form(request)
        await self._actions.edit(form.data, int(request.match_info["id"]))
        return {}

    async def delete(self, request: web.Request) -> Payload:
        """Delete a message."""
        await self._actions.delete(dict(request.query), int(request.match_info["id"]))
        return {}

    async def react(self, request: web.Request) -> Payload:
        """React, or take a reaction back."""
        await self._actions.react((await read_form(request)).data)
        return {}

    async def interact(self, request: web.Request) -> Payload:
        """Use a command, a component or a modal."""
        return await self._actions.interact(await read_form(request))

    async def faults(self, request: web.Request) -> Payload:
        """Tell which lasting faults are on in a channel."""
        return self._actions.faults_on(dict(request.query))

    async def fault(self, request: web.Request) -> Payload:
        """Let something go wrong."""
        data = (await read_form(request)).data
        await self._actions.fault(data)
        return self._actions.faults_on(data)

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """Tell a person what there is, then what happens, until the page leaves."""
        person = self._chosen(request)
        socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_S)
        await socket.prepare(request)
        async with asyncio.TaskGroup() as group:
            greeted = asyncio.Event()
            telling = group.create_task(self._tell(socket, person, greeted))
            await self._greet(socket, person)
            greeted.set()
            await self._listen(socket, person)
            telling.cancel()
        return socket

    def _chosen(self, request: web.Request) -> Person:
        people = list(self._sim.people.values())
        if not people:
            raise web.HTTPConflict(text="There is nobody to be.")
        wanted = request.query.get("person", "")
        return next((one for one in people if str(one.id) == wanted), people[0])

    async def _tell(
        self, socket: web.WebSocketResponse, person: Person, greeted: asyncio.Event
    ) -> None:
        with suppress(ConnectionResetError):
            async for event in self._sim.subscribe(person):
                await greeted.wait()
                await socket.send_json(event)

    async def _greet(self, socket: web.WebSocketResponse, person: Person) -> None:
        await asyncio.sleep(0)  # the subscription has begun: nothing after the snapshot is missed
        with suppress(ConnectionResetError):
            await socket.send_json({"t": "SNAPSHOT", "d": self._view(person)})

    async def _listen(self, socket: web.WebSocketResponse, person: Person) -> None:
        async for frame in socket:
            if frame.type is WSMsgType.TEXT and frame.data == _DIRECTORY_WANTED:
                view = self._view(person)
                del view["messages"]
                await socket.send_json({"t": "DIRECTORY", "d": view})

    def _view(self, person: Person) -> Payload:
        world = self._sim.world
        world.direct_channel(person.user, world.bot)  # always there to be written to
        view = self._sim.snapshot(person)
        guilds = [
            {**guild, "permissions": self._rights(person, integer(guild, "id"))}
            for guild in mappings(view["guilds"])
        ]
        messages = mapping(view["messages"])
        usable = {channel_id: self._usable(person, int(channel_id)) for channel_id in messages}
        return {**view, "guilds": guilds, "usable": usable, "faults": fault_buttons()}

    def _usable(self, person: Person, channel_id: int) -> list[str]:
        world = self._sim.world
        here = commands.visible(world, world.channel(channel_id), person.user)
        return [str(command.id) for command in here]

    def _rights(self, person: Person, guild_id: int) -> str:
        world = self._sim.world
        return str(int(world.guild_permissions(world.guild(guild_id), person.id)))
