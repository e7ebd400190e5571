"""A Discord of many servers, as light as can be: gateway and REST on one port of 127.0.0.1.

    python -m benchmarks.gateway_world SERVERS

prints its port and serves until standard input ends. All servers are alike but for their ids, which
begin with the server's number, so that a server's payload is one replacement in a prepared text.
"""

import asyncio
import json
import socket
import sys
import zlib
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import WSMsgType, web

FIRST_GUILD = 1_100_000_000_000_000_000
IDS_A_GUILD = 1_000
NUMBER = "@number"
"""What stands in the prepared text for the digits that a server's ids have in common."""

BOT_ID, PERSON_ID = 90_000_000_000_000_001, 90_000_000_000_000_002
ROLES, CATEGORIES, TEXTS, VOICES = 15, 3, 15, 2
FIRST_CATEGORY, FIRST_TEXT, FIRST_VOICE = 100, 110, 150
NEWEST = 900
"""The end of the id of each text channel's newest message."""

PERMISSIONS = str(sum(1 << bit for bit in (6, 10, 11, 14, 15, 16, 38)))
"""To react, view, send, embed links, attach files, read histories, send in threads."""


def guild_id(number: int) -> int:
    """Return the id of a server by its number, from 0 on."""
    return FIRST_GUILD + number * IDS_A_GUILD


def channel_id(number: int, channel: int) -> int:
    """Return the id of one of a server's text channels, from 0 on."""
    return guild_id(number) + FIRST_TEXT + channel


def newest_id(number: int) -> int:
    """Return the id of the newest message of a server's text channels."""
    return guild_id(number) + NEWEST


def _id(ending: int) -> str:
    return f"{NUMBER}{ending:03}"


def _role(ending: int) -> dict[str, object]:
    return {
        "id": _id(ending), "name": "@everyone" if not ending else f"role number {ending}",
        "permissions": PERMISSIONS, "position": ending, "color": 3_447_003, "hoist": False,
        "colors": {"primary_color": 3_447_003, "secondary_color": None, "tertiary_color": None},
        "managed": False, "mentionable": False, "icon": None, "unicode_emoji": None, "flags": 0,
    }  # fmt: skip


def _channel(ending: int, kind: int, **more: object) -> dict[str, object]:
    closed = {"id": _id(3), "type": 0, "allow": "0", "deny": "2048"}
    return {
        "id": _id(ending), "type": kind, "name": f"channel-number-{ending}", "position": ending,
        "flags": 0, "permission_overwrites": [closed], "nsfw": False, **more,
    }  # fmt: skip


def _channels() -> list[dict[str, object]]:
    def parent(each: int) -> str:
        return _id(FIRST_CATEGORY + each % CATEGORIES)

    categories = [_channel(FIRST_CATEGORY + each, 4) for each in range(CATEGORIES)]
    texts = [
        _channel(
            FIRST_TEXT + each, 0, parent_id=parent(each), topic="What this channel is for.",
            last_message_id=_id(NEWEST), rate_limit_per_user=0, last_pin_timestamp=None,
        )
        for each in range(TEXTS)
    ]  # fmt: skip
    voices = [
        _channel(
            FIRST_VOICE + each, 2, parent_id=parent(each), bitrate=64_000, user_limit=0,
            rtc_region=None, last_message_id=None, rate_limit_per_user=0,
        )
        for each in range(VOICES)
    ]  # fmt: skip
    return [*categories, *texts, *voices]


def _member(roles: Sequence[str]) -> dict[str, object]:
    return {
        "roles": roles, "nick": None, "joined_at": "2023-04-01T00:00:00+00:00", "flags": 0,
        "premium_since": None, "deaf": False, "mute": False, "pending": False, "avatar": None,
    }  # fmt: skip


def _user(user_id: int, name: str, *, bot: bool) -> dict[str, object]:
    return {
        "id": str(user_id), "username": name, "discriminator": "0", "global_name": name,
        "avatar": None, "bot": bot, "public_flags": 0, "flags": 0,
    }  # fmt: skip


BOT = _user(BOT_ID, "bot", bot=True)
PERSON = _user(PERSON_ID, "ada", bot=False)
GUILD = {
    "id": _id(0), "name": f"Server {NUMBER}", "owner_id": str(PERSON_ID), "icon": None,
    "roles": [_role(each) for each in range(ROLES)], "emojis": [], "stickers": [],
    "features": ["COMMUNITY", "NEWS"], "preferred_locale": "en-US", "verification_level": 1,
    "default_message_notifications": 1, "explicit_content_filter": 2, "nsfw_level": 0,
    "mfa_level": 0, "premium_tier": 0, "system_channel_id": _id(FIRST_TEXT), "afk_timeout": 300,
    "system_channel_flags": 0, "rules_channel_id": _id(FIRST_TEXT), "large": True,
    "joined_at": "2023-04-01T00:00:00+00:00", "unavailable": False, "member_count": 420,
    "members": [{**_member([_id(1)]), "user": BOT}], "channels": _channels(), "threads": [],
    "voice_states": [], "presences": [], "stage_instances": [], "guild_scheduled_events": [],
    "soundboard_sounds": [],
}  # fmt: skip
GUILD_CREATE = json.dumps({"op": 0, "t": "GUILD_CREATE", "s": 2, "d": GUILD})


def _digits(number: int) -> str:
    return str(guild_id(number) // IDS_A_GUILD)


def message(message_id: int, channel: int, guild: int) -> dict[str, object]:
    """Return a message without files by a person."""
    return {
        "id": str(message_id), "channel_id": str(channel), "guild_id": str(guild), "type": 0,
        "author": PERSON, "member": _member([]), "content": "Nothing to be kept of this one.",
        "timestamp": "2023-05-01T00:00:00+00:00", "edited_timestamp": None, "tts": False,
        "mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [],
        "embeds": [], "pinned": False, "flags": 0, "components": [], "nonce": None,
    }  # fmt: skip


class Session:
    """One gateway session: a compressor of its own, as Discord's zlib-stream has it."""

    def __init__(self, ws: web.WebSocketResponse) -> None:
        self._socket = ws
        self._compressor = zlib.compressobj(1)

    async def send(self, text: str) -> None:
        """Send one payload."""
        body = self._compressor.compress(text.encode())
        await self._socket.send_bytes(body + self._compressor.flush(zlib.Z_SYNC_FLUSH))

    async def serve(self, guilds: int) -> None:
        """Say hello, list the servers and send each; then acknowledge heartbeats."""
        await self.send(json.dumps({"op": 10, "d": {"heartbeat_interval": 41_250}}))
        sending: asyncio.Task[None] | None = None
        async for received in self._socket:
            if received.type is not WSMsgType.TEXT:
                continue
            match json.loads(received.data)["op"]:
                case 1:
                    await self.send('{"op": 11}')
                case 2:
                    sending = asyncio.create_task(self._start(guilds))
                case _:
                    pass
        if sending is not None:
            sending.cancel()

    async def _start(self, guilds: int) -> None:
        listed = [{"id": str(guild_id(each)), "unavailable": True} for each in range(guilds)]
        ready = {
            "v": 10, "user": BOT, "guilds": listed, "session_id": "one", "shard": [0, 1],
            "resume_gateway_url": "ws://127.0.0.1:9",
            "application": {"id": str(BOT_ID), "flags": 0},
        }  # fmt: skip
        await self.send(json.dumps({"op": 0, "t": "READY", "s": 1, "d": ready}))
        for number in range(guilds):
            await self.send(GUILD_CREATE.replace(NUMBER, _digits(number)))

    async def flow(self, *, guilds: int, messages: int, per_s: int) -> None:
        """Send so many messages, in turn to all servers and channels."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for each in range(messages):
            number = (each * 7_919) % guilds
            data = message(
                newest_id(number) + 1 + each // guilds,
                channel_id(number, each % TEXTS),
                guild_id(number),
            )
            await self.send(json.dumps({"op": 0, "t": "MESSAGE_CREATE", "s": 3, "d": data}))
            await asyncio.sleep(max(0.0, began + (each + 1) / per_s - loop.time()))


class World:
    """The routes."""

    def __init__(self, guilds: int) -> None:
        self._guilds = guilds
        self._session: Session | None = None

    def app(self, url: str) -> web.Application:
        """Return what is served; the gateway is told to lie at ``url``."""
        gateway = {
            "url": url, "shards": 1,
            "session_start_limit": {
                "total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1
            },
        }  # fmt: skip
        application = {
            "id": str(BOT_ID), "name": "bot", "icon": None, "description": "", "flags": 0,
            "bot_public": True, "bot_require_code_grant": False, "verify_key": "00",
            "owner": PERSON,
        }  # fmt: skip
        app = web.Application()
        app.router.add_get("/", self._gateway)
        app.router.add_get("/users/@me", _constant(BOT))
        app.router.add_get("/oauth2/applications/@me", _constant(application))
        app.router.add_get("/applications/@me", _constant(application))
        app.router.add_get("/gateway/bot", _constant(gateway))
        app.router.add_put("/applications/{id}/commands", _constant([]))
        app.router.add_get("/channels/{id}/messages", _history)
        app.router.add_post("/flow", self._flow)
        return app

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(max_msg_size=0, compress=False)
        await ws.prepare(request)
        self._session = Session(ws)
        await self._session.serve(self._guilds)
        return ws

    async def _flow(self, request: web.Request) -> web.Response:
        asked: dict[str, int] = await request.json()
        if self._session is not None:
            await self._session.flow(guilds=max(1, self._guilds), **asked)
        return web.Response()


def _json(value: object) -> web.Response:
    """Answer as Discord does: discord.py reads no JSON that names a charset."""
    return web.Response(body=json.dumps(value).encode(), content_type="application/json")


def _constant(value: object) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_: web.Request) -> web.Response:
        return _json(value)

    return answer


async def _history(request: web.Request) -> web.Response:
    """Answer with nothing after a message, and with the one just before one."""
    before = request.query.get("before")
    if before is None:
        return _json([])
    newest = int(before) - 1
    guild = newest - newest % IDS_A_GUILD
    return _json([message(newest, int(request.match_info["id"]), guild)])


async def _serve(guilds: int) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    runner = web.AppRunner(World(guilds).app(f"ws://127.0.0.1:{port}/"), access_log=None)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
