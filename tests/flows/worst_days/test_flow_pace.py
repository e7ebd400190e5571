"""Discord's own pace: five messages in five seconds to a channel."""

import pytest

from imgoe_bot.discordsim import SimOptions
from tests.flows.kit import Harness, eventually, picture

PICTURES = 6


@pytest.fixture
def sim_options() -> SimOptions:
    """The rate limits as they are without options."""
    return SimOptions()


async def test_more_cards_than_a_channel_takes_at_once_come_without_a_refusal(
    running: Harness,
) -> None:
    for number in range(PICTURES):
        file = picture(f"{number}.png", colour=f"#0000{number * 16:02x}")
        await running.ben.say(running.photos, files=[file])

    await eventually(lambda: len(running.cards(running.photos)) == PICTURES)

    limited = [line for line in running.sim.refusals if line.startswith("429 POST /channels/")]
    assert limited == []
