"""A Discord that does no more than say things: a process of its own for ``bench_gateway``.

Serves each client below a path of its own, ``/NAME/api`` and ``/NAME/gateway``; prints its port,
then does what it is told line by line, answering each with a line:

    wait NAME                               until this client's session stands
    send NAME GUILDS CHANNEL PICTURE COUNT PER_S

``send`` is answered once the client has taken everything out of its socket. GUILDS is ``ruled`` or
``unruled``, PICTURE 0 or 1, PER_S 0 for a flood.
"""

import asyncio
import json
import sys
import zlib
from collections import defaultdict
from itertools import cycle, islice
from typing import Any

from aiohttp import WSMsgType, web

from benchmarks.gateway_payloads import (
    BOT_ID,
    GUILDS,
    WITH_RULES,
    Payload,
    frame,
    guild_create,
    guild_id,
    message_create,
    user,
)

PATIENCE_S = 60
PLACES = {
    "ruled": (WITH_RULES,),
    "unruled": tuple(each for each in range(GUILDS) if each != WITH_RULES),
}


class Client:
    """One client's socket, compressed as Discord compresses it."""

    def __init__(self) -> None:
        self.stands = asyncio.Event()
        self.taken = asyncio.Event()
        self._socket = web.WebSocketResponse(autoping=False)
        self._zlib = zlib.compressobj()
        self._sequence = 0

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Converse until the client leaves."""
        await self._socket.prepare(request)
        await self._send(b'{"op":10,"d":{"heartbeat_interval":41250},"s":null,"t":null}')
        async for message in self._socket:
            if message.type is WSMsgType.PONG:
                self.taken.set()
            elif message.type is WSMsgType.TEXT:
                await self._answer(message.json())
        return self._socket

    async def _answer(self, asked: Payload) -> None:
        match asked["op"]:
            case 1:
                await self._send(b'{"op":11,"d":null,"s":null,"t":null}')
            case 2:
                await self._welcome(asked["d"].get("shard", [0, 1]))
            case _:
                return

    async def _welcome(self, shard: list[int]) -> None:
        there = [{"id": str(guild_id(each)), "unavailable": True} for each in range(GUILDS)]
        ready = {
            "v": 10,
            "user": user(BOT_ID, bot=True),
            "guilds": there,
            "session_id": "bench",
            "resume_gateway_url": "ws://127.0.0.1:9",  # nobody is cut off here
            "application": {"id": str(BOT_ID), "flags": 1 << 19},
            "shard": shard,
        }
        await self.say("READY", ready)
        for guild in range(GUILDS):
            await self.say("GUILD_CREATE", guild_create(guild))
        self.stands.set()

    async def say(self, event: str, data: object) -> None:
        """Send an event."""
        self._sequence += 1
        await self._send(frame(event, data, self._sequence))

    async def _send(self, text: bytes) -> None:
        await self._socket.send_bytes(
            self._zlib.compress(text) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
        )

    async def until_taken(self) -> None:
        """Wait until the client has read all that was sent: it answers a ping in its turn."""
        self.taken.clear()
        await self._socket.ping()
        await self.taken.wait()


clients: dict[str, Client] = defaultdict(Client)


async def gateway(request: web.Request) -> web.WebSocketResponse:
    """Serve a client's socket."""
    return await clients[request.match_info["name"]].serve(request)


async def rest(request: web.Request) -> web.Response:
    """Answer what a client asks at its start, and that nothing else is there."""
    name, path = request.match_info["name"], request.match_info["path"]
    answer: Any = None
    match request.method, path.split("/"):
        case "GET", ["users", "@me"]:
            answer = user(BOT_ID, bot=True)
        case "GET", [*_, "applications", "@me"]:
            bot = user(BOT_ID, bot=True)
            answer = {"id": str(BOT_ID), "name": "bench", "bot": bot, "owner": bot, "icon": None}
            answer |= {"description": "", "bot_public": True, "verify_key": "", "flags": 1 << 19}
            answer |= {"bot_require_code_grant": False, "summary": ""}
        case "GET", ["gateway", "bot"]:
            limit = {"total": 1000, "remaining": 1000, "reset_after": 1, "max_concurrency": 1}
            url = f"ws://{request.host}/{name}/gateway"
            answer = {"url": url, "shards": 1, "session_start_limit": limit}
        case "PUT", ["applications", _, "commands"]:
            made = enumerate(await request.json(), start=BOT_ID + 100)
            own = {"application_id": str(BOT_ID), "version": "1"}
            answer = [
                {"description": ""} | each | own | {"id": str(number)} for number, each in made
            ]
        case "GET", ["channels", _, "messages"]:
            answer = []
        case _:
            return _json({"code": 10003, "message": "Unknown"}, status=404)
    return _json(answer)


def _json(answer: object, *, status: int = 200) -> web.Response:
    """discord.py takes for JSON what says exactly this, without a charset."""
    body = json.dumps(answer).encode()
    return web.Response(body=body, status=status, content_type="application/json")


async def obey(words: list[str]) -> None:
    """Do one thing."""
    client = clients[words[1]]
    await client.stands.wait()
    if words[0] == "send":
        await _send(client, *words[2:])
    await client.until_taken()


async def _send(
    client: Client, places: str, channel: str, picture: str, number: str, per_s: str
) -> None:
    loop = asyncio.get_running_loop()
    begun, pause_s = loop.time(), 1 / int(per_s) if int(per_s) else 0
    for sent, guild in enumerate(islice(cycle(PLACES[places]), int(number)), start=1):
        message = message_create(guild, int(channel), picture=picture == "1")
        await client.say("MESSAGE_CREATE", message)
        await asyncio.sleep(max(0, begun + sent * pause_s - loop.time()))


async def main() -> None:
    """Serve until standard input ends."""
    application = web.Application()
    application.router.add_get("/{name}/gateway", gateway)
    application.router.add_route("*", "/{name}/api/{path:.*}", rest)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        async with asyncio.timeout(PATIENCE_S):
            await obey(line.split())
        print("done", flush=True)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
