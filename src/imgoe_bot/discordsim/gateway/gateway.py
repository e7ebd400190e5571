"""The gateway: sessions that number what they send, and the WebSocket that carries it.

Source: https://discord.com/developers/docs/events/gateway
"""

import asyncio
import contextlib
import secrets

from aiohttp import WSMsgType, web

from imgoe_bot.discordsim.gateway.intents import Intents, seen_with
from imgoe_bot.discordsim.gateway.sessions import (
    HEARTBEAT,
    HEARTBEAT_ACK,
    HELLO,
    IDENTIFY,
    INVALID_SESSION,
    RECONNECT,
    REQUEST_MEMBERS,
    RESUME,
    GatewayClosed,
    Session,
    control,
    parsed,
    shard,
)
from imgoe_bot.discordsim.payloads.state import guild_create_payload, member_payload, user_payload
from imgoe_bot.discordsim.state.events import Event
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.wire import (
    Json,
    Payload,
    as_int,
    flag,
    integer,
    mapping,
    optional_text,
    sequence,
    text,
)

_KNOWN_INTENTS = (1 << 26) - 1
_PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)
VERSIONS = ("8", "9", "10")
"""The versions of the gateway that are served."""
_MISSED_BEATS = 2
_IGNORED = frozenset({3, 4})  # presence and voice state updates


class Gateway:
    """All sessions of the bot.

    Args:
        world: whose events are dispatched.
        heartbeat_interval_ms: what HELLO asks for.

    Attributes:
        url: the address READY gives for resuming, set once the server knows its port.
        copies: how many times each event is sent; a fault to inject.
    """

    def __init__(self, world: World, *, heartbeat_interval_ms: int) -> None:
        self.url = ""
        self.copies = 1
        self._held: list[Event] = []
        self._hold = 0
        self.sessions: dict[str, Session] = {}
        self._world = world
        self._heartbeat_interval_ms = heartbeat_interval_ms
        self._sockets: dict[web.WebSocketResponse, asyncio.Queue[str]] = {}
        world.listeners.append(self.deliver)

    def is_connected(self, shards: int | None) -> bool:
        """Tell whether so many shards have a socket now; None: all that the bot announced."""
        live = [session for session in self.sessions.values() if session.outbox is not None]
        wanted = shards or max((session.shard_count for session in live), default=1)
        return len({session.shard_id for session in live}) >= wanted

    def deliver(self, event: Event) -> None:
        """Send an event to every session that asked for it, or hold it back for ``reorder``."""
        guild = self._world.guilds.get(event.guild_id or 0)
        is_out = guild is not None and guild.in_outage
        if is_out or not self._world.may_see(event, self._world.bot.id):
            return
        if self._hold == 0:
            self._send(event)
            return
        self._held.append(event)
        self._hold -= 1
        if self._hold == 0:
            self.release()

    def reorder(self, count: int) -> None:
        """Hold the next events back and send them in reverse when there are ``count``."""
        self._hold = count

    def release(self) -> None:
        """Send what is held back, the last first."""
        held, self._held, self._hold = self._held[::-1], [], 0
        for event in held:
            self._send(event)

    def _send(self, event: Event) -> None:
        for session in self.sessions.values():
            wanted = session.intents.want(event) or self._about_itself(event)
            if session.owns(event.guild_id) and wanted:
                data = seen_with(session.intents, event, bot_id=self._world.bot.id)
                for _ in range(self.copies):
                    session.dispatch(event.name, data)

    def _about_itself(self, event: Event) -> bool:
        user = mapping(event.data.get("user"))
        mine = text(user, "id") == str(self._world.bot.id)
        return event.name == "GUILD_MEMBER_UPDATE" and mine

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one gateway connection from HELLO to its end."""
        socket = web.WebSocketResponse(max_msg_size=1 << 20)
        await socket.prepare(request)
        outbox: asyncio.Queue[str] = asyncio.Queue()
        self._sockets[socket] = outbox
        writer = asyncio.create_task(_write(socket, outbox))
        try:
            await self._converse(socket, outbox, version=request.query.get("v", VERSIONS[-1]))
        finally:
            del self._sockets[socket]
            self._detach(outbox)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
        return socket

    async def _converse(
        self, socket: web.WebSocketResponse, outbox: "asyncio.Queue[str]", *, version: str
    ) -> None:
        try:
            if version not in VERSIONS:
                raise GatewayClosed(4012, "Invalid API version")
            hello = {"heartbeat_interval": self._heartbeat_interval_ms}
            outbox.put_nowait(control(HELLO, hello))
            await self._listen(socket, outbox)
        except GatewayClosed as closing:
            await _drained(outbox)
            await socket.close(code=closing.code, message=closing.reason.encode())

    async def _listen(self, socket: web.WebSocketResponse, outbox: "asyncio.Queue[str]") -> None:
        patience_s = _MISSED_BEATS * self._heartbeat_interval_ms / 1000
        try:
            async with asyncio.timeout(patience_s) as alive:
                async for message in socket:
                    if message.type is not WSMsgType.TEXT:
                        continue
                    frame = parsed(message.data)
                    if integer(frame, "op", -1) == HEARTBEAT:
                        alive.reschedule(asyncio.get_running_loop().time() + patience_s)
                    self._receive(frame, outbox)
        except TimeoutError:
            self._forget(outbox)
            raise GatewayClosed(4009, "Session timed out.") from None

    def _receive(self, frame: Json, outbox: "asyncio.Queue[str]") -> None:
        code, data = integer(frame, "op", -1), mapping(frame.get("d"))
        session = self._attached(outbox)
        if code == HEARTBEAT:
            outbox.put_nowait(control(HEARTBEAT_ACK, None))
        elif code == IDENTIFY:
            self._identify(session, data, outbox)
        elif code == RESUME:
            self._resume(data, outbox)
        elif session is None:
            raise GatewayClosed(4003, "Not authenticated.")
        elif code == REQUEST_MEMBERS:
            self._send_members(session, data)
        elif code not in _IGNORED:
            raise GatewayClosed(4001, "Unknown opcode.")

    def _attached(self, outbox: "asyncio.Queue[str]") -> Session | None:
        for session in self.sessions.values():
            if session.outbox is outbox:
                return session
        return None

    def _forget(self, outbox: "asyncio.Queue[str]") -> None:
        """Drop a session for good: it can't be resumed."""
        session = self._attached(outbox)
        if session is not None:
            del self.sessions[session.id]

    def _detach(self, outbox: "asyncio.Queue[str]") -> None:
        session = self._attached(outbox)
        if session is not None:
            session.outbox = None

    def _identify(self, session: Session | None, data: Json, outbox: "asyncio.Queue[str]") -> None:
        if session is not None:
            raise GatewayClosed(4005, "Already authenticated.")
        if text(data, "token") != self._world.bot_token:
            raise GatewayClosed(4004, "Authentication failed.")
        shard_id, shard_count = shard(data)
        fresh = Session(secrets.token_hex(16), self._intents(data), shard_id, shard_count)
        self._forget_shard(fresh)
        self.sessions[fresh.id] = fresh
        fresh.outbox = outbox
        self._welcome(fresh)

    def _intents(self, data: Json) -> Intents:
        bits = integer(data, "intents", -1)
        if bits < 0 or bits & ~_KNOWN_INTENTS:
            raise GatewayClosed(4013, "Invalid intent(s).")
        if bits & _PRIVILEGED & ~self._world.privileged_intents:
            raise GatewayClosed(4014, "Disallowed intent(s).")
        return Intents(bits)

    def _forget_shard(self, fresh: Session) -> None:
        for known in tuple(self.sessions.values()):
            if known.shard_id == fresh.shard_id and known.outbox is None:
                del self.sessions[known.id]

    def _welcome(self, session: Session) -> None:
        guilds = [g for g in self._world.guilds.values() if g.has_bot and session.owns(g.id)]
        ready: Payload = {
            "v": 10,
            "user": user_payload(self._world.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": [session.shard_id, session.shard_count],
            "application": {"id": str(self._world.bot.id), "flags": self._world.application_flags},
            "private_channels": [],
            "presences": [],
        }
        session.dispatch("READY", ready)
        for guild in guilds:
            if guild.in_outage:
                continue
            everyone = session.intents.members and session.intents.presences
            session.dispatch(
                "GUILD_CREATE", guild_create_payload(self._world, guild, all_members=everyone)
            )
        self._world.emit(Event("BOT_READY", {}, only=frozenset()))

    def _resume(self, data: Json, outbox: "asyncio.Queue[str]") -> None:
        if text(data, "token") != self._world.bot_token:
            raise GatewayClosed(4004, "Authentication failed.")
        session = self.sessions.get(text(data, "session_id"))
        seen = integer(data, "seq")
        if session is None:
            outbox.put_nowait(control(INVALID_SESSION, False))
            return
        if seen > session.sequence:
            raise GatewayClosed(4007, "Invalid seq.")
        session.outbox = outbox
        for number, frame in session.history:
            if number > seen:
                outbox.put_nowait(frame)
        session.dispatch("RESUMED", {})
        self._world.emit(Event("BOT_RESUMED", {}, only=frozenset()))

    def _send_members(self, session: Session, data: Json) -> None:
        guild = self._world.guilds.get(integer(data, "guild_id"))
        if guild is None or not guild.has_bot:
            return
        wanted = {as_int(item) for item in sequence(data.get("user_ids"))}
        query = optional_text(data, "query") or ""
        found = [
            member_payload(member)
            for user_id, member in guild.members.items()
            if (user_id in wanted if wanted else member.user.name.startswith(query))
        ]
        chunk: Payload = {
            "guild_id": str(guild.id),
            "members": found[: integer(data, "limit") or None],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [str(item) for item in wanted - guild.members.keys()],
        }
        if flag(data, "presences"):
            chunk["presences"] = []
        if "nonce" in data:
            chunk["nonce"] = data["nonce"]
        session.dispatch("GUILD_MEMBERS_CHUNK", chunk)

    def ask_to_reconnect(self) -> None:
        """Send opcode 7 to every connected session."""
        for outbox in self._sockets.values():
            outbox.put_nowait(control(RECONNECT, None))

    async def drop(self, *, resumable: bool, code: int = 4000) -> None:
        """Close every socket; without ``resumable`` the sessions are forgotten as well."""
        if not resumable:
            self.sessions.clear()
        for session in self.sessions.values():
            session.outbox = None
        closing = [socket.close(code=code) for socket in tuple(self._sockets)]
        await asyncio.gather(*closing, return_exceptions=True)


async def _write(socket: web.WebSocketResponse, outbox: "asyncio.Queue[str]") -> None:
    with contextlib.suppress(ConnectionError):
        while True:
            await socket.send_str(await outbox.get())
            outbox.task_done()


async def _drained(outbox: "asyncio.Queue[str]") -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(outbox.join(), timeout=1)
