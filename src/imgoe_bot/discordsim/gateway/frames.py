"""The frames of the gateway: opcodes, what goes out, what came in, and why a socket is closed.

Source: https://discord.com/developers/docs/events/gateway
"""

import json

from imgoe_bot.discordsim.untyped_json import Json, mapping, sequence

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, REQUEST_MEMBERS = 0, 1, 2, 6, 7, 8
INVALID_SESSION, HELLO, HEARTBEAT_ACK = 9, 10, 11


class GatewayClosed(Exception):
    """The connection must be closed with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


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
