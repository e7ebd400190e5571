"""Ranges that wait for something are read when it has come, whoever noticed it."""

from imgoe_bot.discordsim import Channel, Permission
from imgoe_bot.discordsim.actions.threads import edit_thread
from tests.flows.histories import FAILED, HISTORY, PARKED, RESTING, nothing_left, say
from tests.flows.kit import Harness, eventually


async def _open_range(harness: Harness, channel: Channel) -> None:
    """Run a bot until a range of a channel is open that can't be read for now."""
    harness.sim.faults.next_statuses(HISTORY.format(channel.id), [503] * 1_000)
    async with harness.bot():
        await eventually(lambda: harness.read_number(FAILED) == 1)
    harness.sim.faults.clear()


async def test_a_server_that_is_away_from_the_start_is_read_when_it_comes(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.card_for(await say(harness, "before"))
    missed = await say(harness, "missed")
    await _open_range(harness, harness.photos)
    harness.sim.faults.begin_outage(harness.guild)

    async with harness.bot():
        await harness.write("UPDATE history_range SET run_at = 0")
        await eventually(lambda: harness.read_number(PARKED, "away") == 1)
        harness.sim.faults.end_outage(harness.guild)

        await harness.card_for(missed)
        await nothing_left(harness)


async def test_an_archived_thread_is_read_when_its_channel_is_open_again_though_no_rule_rested(
    harness: Harness,
) -> None:
    thread = await harness.ben.open_thread(harness.lounge, "holiday")
    async with harness.bot():
        await harness.set_key()
        await (await harness.ada.slash(harness.photos, "mirror add")).wait_response()
        await harness.card_for(await say(harness, "before", thread))
    missed = await say(harness, "missed", thread)
    await _open_range(harness, thread)
    edit_thread(harness.sim.world, thread, {"archived": True})
    harness.guild.overwrite(harness.lounge, deny=Permission.VIEW_CHANNEL)

    async with harness.bot():
        await harness.write("UPDATE history_range SET run_at = 0")
        await eventually(lambda: harness.read_number(PARKED, "access") == 1)
        assert harness.read_number(RESTING) == 0
        harness.guild.overwrite(harness.lounge)

        kept = "SELECT count(*) FROM post WHERE message_id = ?"
        await eventually(lambda: harness.read_number(kept, missed.id) == 1)
        await nothing_left(harness)


async def test_a_channel_that_can_not_be_asked_about_keeps_no_other_one_waiting(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.mirror(harness.lounge)
        await harness.card_for(await say(harness, "before"))
        harness.guild.overwrite(harness.lounge, deny=Permission.VIEW_CHANNEL)
        await eventually(lambda: harness.read_number(RESTING) == 1)
    missed = await say(harness, "missed")
    harness.guild.overwrite(harness.lounge)
    harness.sim.faults.next_statuses(f"GET /channels/{harness.lounge.id}", [503] * 1_000)

    async with harness.bot():
        await harness.card_for(missed)
        harness.sim.faults.clear()


async def test_a_pause_ends_what_is_read_to_the_end(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.card_for(await say(harness, "before"))
        harness.guild.overwrite(harness.photos, deny=Permission.READ_MESSAGE_HISTORY)
        await eventually(lambda: harness.read_number(RESTING) == 1)
        missed = await say(harness, "missed")
        harness.sim.faults.next_statuses(HISTORY.format(harness.photos.id), [503] * 1_000)
        harness.guild.overwrite(harness.photos)
        await eventually(lambda: harness.read_number(FAILED) == 1)
        paused = await harness.ada.slash(harness.photos, "mirror pause", channel=harness.photos)
        await paused.wait_response()
        inside = await say(harness, "in the pause")
        await harness.write("UPDATE history_range SET run_at = 0")
        harness.sim.faults.clear()
        await eventually(lambda: harness.read_number(PARKED, "paused") == 1)

        resumed = await harness.ada.slash(harness.photos, "mirror resume", channel=harness.photos)
        await resumed.wait_response()

        await harness.card_for(missed)
        await nothing_left(harness)
        kept = "SELECT count(*) FROM post WHERE message_id = ?"
        assert harness.read_number(kept, inside.id) == 0
