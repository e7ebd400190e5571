"""Gateway sessions: what one identified shard asked for and has been sent, and its frames.

Source: https://discord.com/developers/docs/events/gateway
"""

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field

from imgoe_bot.discordsim.gateway.intents import Intents
from imgoe_bot.discordsim.wire import (
    Json,
    Payload,
    mapping,
    sequence,
)

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, REQUEST_MEMBERS = 0, 1, 2, 6, 7, 8
INVALID_SESSION, HELLO, HEARTBEAT_ACK = 9, 10, 11
_HISTORY = 10_000


class GatewayClosed(Exception):
    """The connection must be closed with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


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


def control(code: int, data: object) -> str:
    """Return a frame that is no event."""
    return json.dumps({"op": code, "d": data, "s": None, "t": None})


def parsed(raw: str) -> Json:
    """Return a received frame; raises GatewayClosed (4002) when it is no JSON."""
    try:
        return mapping(json.loads(raw))
    except ValueError as error:
        raise GatewayClosed(4002, "Error while decoding payload.") from error


def shard(data: Json) -> tuple[int, int]:
    """Return (shard id, count) of an IDENTIFY; raises GatewayClosed (4010)."""
    given = [item for item in sequence(data.get("shard")) if isinstance(item, int)]
    shard_id, count = given if len(given) == 2 else (0, 1)
    if not 0 <= shard_id < count:
        raise GatewayClosed(4010, "Invalid shard.")
    return shard_id, count
