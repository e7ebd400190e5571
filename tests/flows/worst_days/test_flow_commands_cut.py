"""Commands over which the bot is killed, or which wait for others' files."""

import time

import pytest

from imgoe_bot.discordsim import Interaction
from tests.flows.bot_process import bot_process
from tests.flows.kit import PATIENCE_S, Harness, eventually, picture

TOKEN_LIFE_S = 15 * 60
ANSWER = "PATCH /webhooks/*"


async def _asked_and_killed(harness: Harness, moment: str) -> Interaction:
    """Let Ben upload a picture, and kill the bot over it."""
    async with bot_process(harness) as bot:
        await harness.sim.bot_ready(timeout_s=PATIENCE_S, commands=True)
        await harness.set_key()
        faults = harness.sim.faults
        if moment == "while its file is read":
            faults.delay("GET /cdn/*", 30)
        elif moment == "before it is answered":
            faults.delay(ANSWER, 30)
        else:
            faults.delay_answer(ANSWER, 30)
        asked = await harness.ben.slash(harness.lounge, "upload", file=picture())
        await asked.wait_acknowledged(PATIENCE_S)
        if moment == "while its file is read":
            await eventually(lambda: harness.read_number("SELECT count(*) FROM command") == 1)
        else:
            await eventually(lambda: any("PATCH /webhooks/" in call for call in harness.sim.calls))
        await bot.kill()
    harness.sim.faults.clear()
    return asked


@pytest.mark.parametrize(
    "moment", ["while its file is read", "before it is answered", "after it is answered"]
)
async def test_an_upload_over_which_the_bot_is_killed_is_answered_once(
    harness: Harness, moment: str
) -> None:
    asked = await _asked_and_killed(harness, moment)

    async with bot_process(harness):
        card = await asked.wait_response(PATIENCE_S)
        await harness.direct_message_for(harness.ben)
        await eventually(lambda: harness.read_number("SELECT count(*) FROM command") == 0)

    assert card.embeds[0]["title"] == "cat.png"
    assert len(harness.cards(harness.lounge)) == 1
    assert harness.read_number("SELECT count(*) FROM upload") == 1


async def test_an_upload_that_is_taken_up_after_its_token_is_dead_is_answered_in_the_channel(
    harness: Harness,
) -> None:
    await _asked_and_killed(harness, "while its file is read")
    harness.sim.world.clock = lambda: time.time() + TOKEN_LIFE_S + 1

    async with bot_process(harness):
        await harness.ben.wait_for_message(harness.lounge, lambda m: bool(m.embeds), PATIENCE_S)
        await harness.direct_message_for(harness.ben)

    assert harness.read_number("SELECT count(*) FROM upload") == 1
