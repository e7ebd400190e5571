"""Gateway sessions: what one identified shard asked for and has been sent.

Source: https://discord.com/developers/docs/events/gateway
"""

import asyncio
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from imgoe_bot.discordsim.gateway.frames import DISPATCH
from imgoe_bot.discordsim.gateway.intents import Intents
from imgoe_bot.discordsim.untyped_json import (
    Payload,
)

_HISTORY = 10_000


@dataclass(slots=True, eq=False)
class Session:
    """What one identified shard has been sent; outlives its socket for RESUME.

    Attributes:
        id: Discord's session id.
        sequence: number of the last event.
        outbox: frames for the attached socket, None while there is no socket.
        history: the events that can be replayed, (sequence, frame).
    """

    id: str
    intents: Intents
    shard_id: int
    shard_count: int
    sequence: int = 0
    outbox: "asyncio.Queue[str] | None" = None
    history: deque[tuple[int, str]] = field(
        default_factory=lambda: deque[tuple[int, str]](maxlen=_HISTORY)
    )

    def dispatch(self, name: str, data: Payload) -> None:
        """Number an event, keep it for replay and send it when a socket is there."""
        self.sequence += 1
        frame = json.dumps({"op": DISPATCH, "s": self.sequence, "t": name, "d": data})
        self.history.append((self.sequence, frame))
        if self.outbox is not None:
            self.outbox.put_nowait(frame)

    def owns(self, guild_id: int | None) -> bool:
        """Tell whether a guild's (or, None, the direct) events are this shard's."""
        return (0 if guild_id is None else (guild_id >> 22) % self.shard_count) == self.shard_id


class Sessions:
    """The sessions of all shards, those without a socket included."""

    def __init__(self) -> None:
        self._by_id: dict[str, Session] = {}

    def __iter__(self) -> Iterator[Session]:
        return iter(tuple(self._by_id.values()))

    def find(self, session_id: str) -> Session | None:
        """Return a session that can be resumed, None when it is unknown or forgotten."""
        return self._by_id.get(session_id)

    def of(self, outbox: "asyncio.Queue[str]") -> Session | None:
        """Return the session whose socket this is, None before it has identified."""
        return next((session for session in self if session.outbox is outbox), None)

    def add(self, fresh: Session) -> None:
        """Begin a session; one of the same shard that has no socket is forgotten."""
        for known in self:
            if known.shard_id == fresh.shard_id and known.outbox is None:
                del self._by_id[known.id]
        self._by_id[fresh.id] = fresh

    def forget(self, session: Session) -> None:
        """Drop a session for good: it can't be resumed."""
        del self._by_id[session.id]

    def forget_all(self) -> None:
        """Drop every session for good."""
        self._by_id.clear()
