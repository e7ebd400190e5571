"""What tests of missed messages say, ask and wait for."""

from imgoe_bot.discordsim import Channel, Message
from tests.flows.kit import Harness, eventually, picture

HISTORY = "GET /channels/{}/messages"
OPEN = "SELECT count(*) FROM history_range"
FAILED = f"{OPEN} WHERE attempts > 0"
PARKED = f"{OPEN} WHERE parked = ?"
RESTING = "SELECT count(*) FROM mirror_rule WHERE paused"


async def say(harness: Harness, name: str, channel: Channel | None = None) -> Message:
    """Let Ben post a picture; in #photos unless a channel is named."""
    return await harness.ben.say(channel or harness.photos, files=[picture(f"{name}.png")])


def histories(harness: Harness, channel: Channel) -> int:
    """Count the requests for a channel's history."""
    return harness.sim.calls.count(HISTORY.format(channel.id))


async def kept(harness: Harness, message: Message) -> None:
    """Wait until a message has a row."""
    query = "SELECT count(*) FROM post WHERE message_id = ?"
    await eventually(lambda: harness.read_number(query, message.id) == 1)


async def nothing_left(harness: Harness) -> None:
    """Wait until no range is open."""
    await eventually(lambda: harness.read_number(OPEN) == 0)
