"""The gateway: every event goes to the sessions that asked for it, faults included.

Source: https://discord.com/developers/docs/events/gateway
"""

import asyncio

from aiohttp import web

from imgoe_bot.discordsim.gateway.connection import VERSIONS, Connection
from imgoe_bot.discordsim.gateway.frames import RECONNECT, control
from imgoe_bot.discordsim.gateway.intents import seen_with
from imgoe_bot.discordsim.gateway.sessions import Sessions
from imgoe_bot.discordsim.state.events import Event
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import mapping, text


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
        self._sessions = Sessions()
        self._world = world
        self._heartbeat_interval_ms = heartbeat_interval_ms
        self._connections: set[Connection] = set()
        world.listeners.append(self.deliver)

    def is_connected(self, shards: int | None) -> bool:
        """Tell whether so many shards have a socket now; None: all that the bot announced."""
        live = [session for session in self._sessions if session.outbox is not None]
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
        for session in self._sessions:
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
        connection = Connection(
            self._world,
            self._sessions,
            resume_url=self.url,
            heartbeat_interval_ms=self._heartbeat_interval_ms,
        )
        await connection.socket.prepare(request)
        self._connections.add(connection)
        try:
            await connection.serve(version=request.query.get("v", VERSIONS[-1]))
        finally:
            self._connections.discard(connection)
        return connection.socket

    def ask_to_reconnect(self) -> None:
        """Send opcode 7 to every connected session."""
        for connection in self._connections:
            connection.outbox.put_nowait(control(RECONNECT, None))

    async def drop(self, *, resumable: bool, code: int = 4000) -> None:
        """Close every socket; without ``resumable`` the sessions are forgotten as well."""
        if not resumable:
            self._sessions.forget_all()
        for session in self._sessions:
            session.outbox = None
        closing = [item.socket.close(code=code) for item in tuple(self._connections)]
        await asyncio.gather(*closing, return_exceptions=True)
