"""One socket of the bot: what it sends is read here, answered or refused.

Source: https://discord.com/developers/docs/events/gateway
"""

import asyncio
import contextlib
import secrets

from aiohttp import WSMsgType, web

from imgoe_bot.discordsim.gateway.frames import (
    HEARTBEAT,
    HEARTBEAT_ACK,
    HELLO,
    IDENTIFY,
    INVALID_SESSION,
    REQUEST_MEMBERS,
    RESUME,
    GatewayClosed,
    control,
    parsed,
    shard,
)
from imgoe_bot.discordsim.gateway.intents import Intents
from imgoe_bot.discordsim.gateway.payloads import members_chunk_payload, ready_payload
from imgoe_bot.discordsim.gateway.sessions import Session, Sessions
from imgoe_bot.discordsim.payloads.guilds import guild_create_payload
from imgoe_bot.discordsim.state.events import Event
from imgoe_bot.discordsim.state.world import PRIVILEGED_INTENTS, World
from imgoe_bot.discordsim.untyped_json import Json, integer, mapping, text

_KNOWN_INTENTS = (1 << 26) - 1
VERSIONS = ("8", "9", "10")
"""The versions of the gateway that are served."""
_MISSED_BEATS = 2
_IGNORED = frozenset({3, 4})  # presence and voice state updates


class Connection:
    """One socket of the bot, from HELLO to its end.

    Args:
        world: where the bot is.
        sessions: where a session is begun or resumed.
        resume_url: the address READY gives for resuming.
        heartbeat_interval_ms: what HELLO asks for.

    Attributes:
        socket: not prepared yet.
        outbox: frames on their way to the socket.
    """

    def __init__(
        self, world: World, sessions: Sessions, *, resume_url: str, heartbeat_interval_ms: int
    ) -> None:
        self.socket = web.WebSocketResponse(max_msg_size=1 << 20)
        self.outbox: asyncio.Queue[str] = asyncio.Queue()
        self._world = world
        self._sessions = sessions
        self._resume_url = resume_url
        self._heartbeat_interval_ms = heartbeat_interval_ms

    async def serve(self, *, version: str) -> None:
        """Converse until the socket closes; its session stays, to be resumed."""
        writer = asyncio.create_task(self._write())
        try:
            await self._converse(version)
        finally:
            session = self._sessions.of(self.outbox)
            if session is not None:
                session.outbox = None
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await self.socket.send_str(await self.outbox.get())
                self.outbox.task_done()

    async def _converse(self, version: str) -> None:
        try:
            if version not in VERSIONS:
                raise GatewayClosed(4012, "Invalid API version")
            hello = {"heartbeat_interval": self._heartbeat_interval_ms}
            self.outbox.put_nowait(control(HELLO, hello))
            await self._listen()
        except GatewayClosed as closing:
            await self._drain()
            await self.socket.close(code=closing.code, message=closing.reason.encode())

    async def _drain(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.outbox.join(), timeout=1)

    async def _listen(self) -> None:
        patience_s = _MISSED_BEATS * self._heartbeat_interval_ms / 1000
        try:
            async with asyncio.timeout(patience_s) as alive:
                async for message in self.socket:
                    if message.type is not WSMsgType.TEXT:
                        continue
                    frame = parsed(message.data)
                    if integer(frame, "op", -1) == HEARTBEAT:
                        alive.reschedule(asyncio.get_running_loop().time() + patience_s)
                    self._receive(frame)
        except TimeoutError:
            session = self._sessions.of(self.outbox)
            if session is not None:
                self._sessions.forget(session)
            raise GatewayClosed(4009, "Session timed out.") from None

    def _receive(self, frame: Json) -> None:
        code, data = integer(frame, "op", -1), mapping(frame.get("d"))
        session = self._sessions.of(self.outbox)
        if code == HEARTBEAT:
            self.outbox.put_nowait(control(HEARTBEAT_ACK, None))
        elif code == IDENTIFY:
            self._identify(session, data)
        elif code == RESUME:
            self._resume(data)
        elif session is None:
            raise GatewayClosed(4003, "Not authenticated.")
        elif code == REQUEST_MEMBERS:
            self._send_members(session, data)
        elif code not in _IGNORED:
            raise GatewayClosed(4001, "Unknown opcode.")

    def _check_token(self, data: Json) -> None:
        if text(data, "token") != self._world.bot_token:
            raise GatewayClosed(4004, "Authentication failed.")

    def _identify(self, session: Session | None, data: Json) -> None:
        if session is not None:
            raise GatewayClosed(4005, "Already authenticated.")
        self._check_token(data)
        shard_id, shard_count = shard(data)
        fresh = Session(secrets.token_hex(16), self._intents(data), shard_id, shard_count)
        self._sessions.add(fresh)
        fresh.outbox = self.outbox
        self._welcome(fresh)

    def _intents(self, data: Json) -> Intents:
        bits = integer(data, "intents", -1)
        if bits < 0 or bits & ~_KNOWN_INTENTS:
            raise GatewayClosed(4013, "Invalid intent(s).")
        if bits & PRIVILEGED_INTENTS & ~self._world.privileged_intents:
            raise GatewayClosed(4014, "Disallowed intent(s).")
        return Intents(bits)

    def _welcome(self, session: Session) -> None:
        world = self._world
        guilds = [g for g in world.guilds.values() if g.has_bot and session.owns(g.id)]
        ready = ready_payload(world, session, guilds, resume_url=self._resume_url)
        session.dispatch("READY", ready)
        everyone = session.intents.members and session.intents.presences
        for guild in guilds:
            if not guild.in_outage:
                payload = guild_create_payload(world, guild, all_members=everyone)
                session.dispatch("GUILD_CREATE", payload)
        world.emit(Event("BOT_READY", {}, only=frozenset()))

    def _resume(self, data: Json) -> None:
        self._check_token(data)
        session = self._sessions.find(text(data, "session_id"))
        seen = integer(data, "seq")
        if session is None:
            self.outbox.put_nowait(control(INVALID_SESSION, False))
            return
        if seen > session.sequence:
            raise GatewayClosed(4007, "Invalid seq.")
        session.outbox = self.outbox
        for number, frame in session.history:
            if number > seen:
                self.outbox.put_nowait(frame)
        session.dispatch("RESUMED", {})
        self._world.emit(Event("BOT_RESUMED", {}, only=frozenset()))

    def _send_members(self, session: Session, data: Json) -> None:
        guild = self._world.guilds.get(integer(data, "guild_id"))
        if guild is not None and guild.has_bot:
            session.dispatch("GUILD_MEMBERS_CHUNK", members_chunk_payload(guild, data))
