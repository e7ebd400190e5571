"""This machine's clock is minutes off Discord's: nothing is lost, and what is said is true."""

import time

import pytest

from imgoe_bot.discordsim import SimOptions
from tests.flows.bot_process import bot_process
from tests.flows.kit import PATIENCE_S, Harness, picture

OFF_S = 600
BEHIND, AHEAD = "behind", "ahead"


@pytest.fixture(params=[BEHIND, AHEAD])
def sim_options(request: pytest.FixtureRequest) -> SimOptions:
    """A Discord beside whose clock this machine's is ten minutes behind, or ahead."""
    off_s = OFF_S if request.param == BEHIND else -OFF_S
    return SimOptions(
        fetch_previews=True,
        message_limit=50,
        message_window_s=1,
        clock=lambda: time.time() + off_s,
    )


async def test_what_is_posted_right_after_a_channel_was_added_is_kept(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()

        posted = await harness.ben.say(harness.photos, files=[picture()])

        await harness.card_for(posted)


async def test_what_was_there_before_a_channel_was_added_is_not_kept(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        before = await harness.ben.say(harness.photos, files=[picture("before.png")])
        await harness.mirror()
        await harness.keep_picture("after.png")

        asked = await harness.ada.use_menu(before, "Why?")
        why = await asked.wait_response()

    assert len(harness.cards(harness.photos)) == 1
    assert "✗ It was posted after mirroring began there" in why.content


async def test_what_was_posted_while_the_bot_was_dead_is_kept_after_its_return(
    harness: Harness,
) -> None:
    async with bot_process(harness) as first:
        await harness.sim.bot_ready(timeout_s=PATIENCE_S, commands=True)
        await harness.set_key()
        await harness.mirror()
        await first.kill()
    missed = [await harness.ben.say(harness.photos, files=[picture(f"{n}.png")]) for n in range(3)]

    async with bot_process(harness):
        await harness.sim.bot_ready(timeout_s=PATIENCE_S, commands=True)
        for message in missed:
            await harness.card_for(message)

    assert len(harness.cards(harness.photos)) == 3
