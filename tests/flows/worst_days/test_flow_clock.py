"""This machine's clock is minutes off Discord's: nothing is lost, and what is said is true."""

import re
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
        await harness.sim.bot_ready(timeout_s=90, commands=True)
        await harness.set_key()
        await harness.mirror()
        await first.kill()
    missed = [await harness.ben.say(harness.photos, files=[picture(f"{n}.png")]) for n in range(3)]

    async with bot_process(harness):
        await harness.sim.bot_ready(timeout_s=90, commands=True)
        for message in missed:
            await harness.card_for(message)

    assert len(harness.cards(harness.photos)) == 3


async def test_moderators_and_the_operator_are_told_how_far_it_is_off(harness: Harness) -> None:
    async with bot_process(harness) as process:
        await harness.sim.bot_ready(timeout_s=90, commands=True)
        await harness.set_key()
        await harness.mirror()
        asked = await harness.ada.slash(harness.photos, "status")
        status = str((await asked.wait_response(PATIENCE_S)).embeds)
        tested = await harness.ada.slash(harness.photos, "mirror test", channel=harness.photos)
        test = (await tested.wait_response(PATIENCE_S)).content
        await harness.keep_picture("cat.png")
    async with bot_process(harness, command="doctor") as doctor:
        assert await doctor.wait() == 1

    way = "behind" if harness.sim.world.clock() > time.time() else "ahead"
    assert re.search(rf"✗ The clock of my machine is (10m|[56]\d\ds) {way} (of )?Discord's", status)
    assert "✗" not in test.replace("✗ The host", ""), test
    lines = process.read_text().splitlines()
    assert len([line for line in lines if "this machine's clock is not Discord's" in line]) == 1
    assert re.search(rf"✗ clock: it is (59|60)\d s {way} (of )?Discord's", doctor.read_text())


async def test_a_live_message_is_not_taken_for_one_that_was_missed(harness: Harness) -> None:
    """It would go behind all others, and its link be asked for anew."""
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        posted = await harness.ben.say(harness.photos, files=[picture()])
        await harness.card_for(posted)

    asked = f"GET /channels/{harness.photos.id}/messages/{posted.id}"
    assert asked not in harness.sim.calls
