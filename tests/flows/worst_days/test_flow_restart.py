"""Restarts, clean and not: buttons go on working, and no picture is lost or answered twice."""

import signal

import pytest

from tests.flows.bot_process import bot_process
from tests.flows.kit import PATIENCE_S, Harness, eventually, picture


async def test_the_delete_button_works_after_a_restart(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        posted = await harness.ben.say(harness.photos, files=[picture()])
        card = await harness.card_for(posted)
        note = await harness.direct_message_for(harness.ben)

    async with harness.bot():
        await harness.ben.click(note, "Delete cat.png")

        await harness.ben.wait_for_message(
            harness.photos, lambda m: m is card and "The copy was deleted." in str(m.embeds)
        )


async def test_commands_are_synced_once_while_they_stay_the_same(harness: Harness) -> None:
    async with harness.bot():
        pass
    async with harness.bot():
        pass

    assert sum(call.startswith("PUT ") and "/commands" in call for call in harness.sim.calls) == 1


@pytest.mark.parametrize("moment", ["before Discord has the card", "after Discord has the card"])
async def test_a_bot_killed_between_upload_and_reply_finishes_with_exactly_one_card(
    harness: Harness, moment: str
) -> None:
    route = f"POST /channels/{harness.photos.id}/messages"
    async with bot_process(harness) as first:
        await harness.sim.bot_ready(timeout_s=PATIENCE_S, commands=True)
        await harness.set_key()
        await harness.mirror()
        if moment.startswith("before"):
            harness.sim.faults.delay(route, 30)
        else:
            harness.sim.faults.delay_answer(route, 30)
        posted = await harness.ben.say(harness.photos, files=[picture()])
        await eventually(lambda: route in harness.sim.calls)
        if moment.startswith("after"):
            await eventually(lambda: len(harness.cards(harness.photos)) == 1)
        await first.kill()
    harness.sim.faults.clear()

    async with bot_process(harness):
        card = await harness.card_for(posted)
        await harness.direct_message_for(harness.ben)

    assert card.embeds[0]["title"] == "cat.png"
    assert len(harness.cards(harness.photos)) == 1
    assert len(harness.ben.messages(harness.ben.dm)) == 1


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGHUP])
async def test_a_terminated_bot_gives_its_work_back_and_leaves_with_zero(
    harness: Harness, by: signal.Signals
) -> None:
    async with bot_process(harness) as process:
        await harness.sim.bot_ready(timeout_s=PATIENCE_S, commands=True)
        assert await process.terminate(by) == 0
