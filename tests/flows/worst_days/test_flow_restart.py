"""Restarts, clean and not: buttons go on working, and no picture is lost or answered twice."""

import signal

import pytest

from tests.flows.kit import PATIENCE_S, Town, bot_process, eventually, picture


async def test_the_delete_button_works_after_a_restart(town: Town) -> None:
    async with town.bot():
        await town.set_key()
        await town.mirror()
        posted = await town.ben.say(town.photos, files=[picture()])
        card = await town.card_for(posted)
        note = await town.note_for(town.ben)

    async with town.bot():
        await town.ben.click(note, "Delete cat.png")

        await town.ben.wait_for_message(
            town.photos, lambda m: m is card and "The copy was deleted." in str(m.embeds)
        )


async def test_commands_are_synced_once_while_they_stay_the_same(town: Town) -> None:
    async with town.bot():
        pass
    async with town.bot():
        pass

    assert sum(call.startswith("PUT ") and "/commands" in call for call in town.sim.calls) == 1


@pytest.mark.parametrize("moment", ["before Discord has the card", "after Discord has the card"])
async def test_a_bot_killed_between_upload_and_reply_finishes_with_exactly_one_card(
    town: Town, moment: str
) -> None:
    route = f"POST /channels/{town.photos.id}/messages"
    async with bot_process(town) as first:
        await town.sim.bot_ready(timeout_s=PATIENCE_S, commands=True)
        await town.set_key()
        await town.mirror()
        if moment.startswith("before"):
            town.sim.faults.delay(route, 30)
        else:
            town.sim.faults.delay_answer(route, 30)
        posted = await town.ben.say(town.photos, files=[picture()])
        await eventually(lambda: route in town.sim.calls)
        if moment.startswith("after"):
            await eventually(lambda: len(town.cards(town.photos)) == 1)
        await first.kill()
    town.sim.faults.clear()

    async with bot_process(town):
        card = await town.card_for(posted)
        await town.note_for(town.ben)

    assert card.embeds[0]["title"] == "cat.png"
    assert len(town.cards(town.photos)) == 1
    assert len(town.ben.messages(town.ben.dm)) == 1


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGHUP])
async def test_a_terminated_bot_gives_its_work_back_and_leaves_with_zero(
    town: Town, by: signal.Signals
) -> None:
    async with bot_process(town) as process:
        await town.sim.bot_ready(timeout_s=PATIENCE_S, commands=True)
        assert await process.terminate(by) == 0
