"""No order of events leaves a rule at rest whose permissions are there, and none rests for less."""

import contextlib

import pytest

from imgoe_bot.discordsim import Channel, Message, Permission
from tests.flows.kit import Harness, eventually, picture
from tests.flows.locked_file import locked

RESTING = "SELECT count(*) FROM mirror_rule WHERE paused"


async def _log_channel(harness: Harness) -> Channel:
    log = harness.guild.add_channel("log")
    await harness.set_option("log_channel", str(log.id))
    await harness.set_option("answer", "log")
    return log


def _told(harness: Harness) -> list[Message]:
    notes = harness.ada.messages(harness.ada.dm)
    return [note for note in notes if "I can no longer" in note.content]


async def _asked(harness: Harness, call: str, *, times: int = 1) -> None:
    await eventually(lambda: harness.sim.calls.count(call) >= times)


async def _listed(harness: Harness) -> str:
    """Return ``/mirror list``: events come in order, so those before it were seen by then."""
    asked = await harness.ada.slash(harness.lounge, "mirror list")
    return (await asked.wait_response()).content


async def test_a_permission_that_is_back_before_its_rule_is_stored_as_resting_wakes_it(
    running: Harness,
) -> None:
    log = await _log_channel(running)
    running.guild.overwrite(log, deny=Permission.SEND_MESSAGES)
    running.sim.faults.delay_answer(f"POST /channels/{log.id}/messages", 1)
    await running.ben.say(running.photos, files=[picture()])
    await _asked(running, f"POST /channels/{log.id}/messages")

    async with locked(running.folder / "bot" / "imgoe_bot.sqlite3"):
        with contextlib.suppress(TimeoutError):  # the refusal comes, and can't be stored
            await eventually(lambda: running.read_number(RESTING) == 1, patience_s=2)
        running.guild.overwrite(log)
        assert "paused" not in await _listed(running)

    await eventually(lambda: bool(_told(running)))
    await eventually(lambda: running.read_number(RESTING) == 0)


async def test_a_rule_rests_on_though_the_event_that_closed_its_channel_is_late(
    running: Harness,
) -> None:
    log = await _log_channel(running)
    post = f"POST /channels/{log.id}/messages"
    running.sim.faults.delay(post, 1)
    await running.ben.say(running.photos, files=[picture()])
    await _asked(running, post)
    running.sim.faults.reorder_events(100)

    running.guild.overwrite(log, deny=Permission.SEND_MESSAGES)
    await eventually(lambda: running.read_number(RESTING) == 1)
    await _asked(running, f"GET /channels/{log.id}", times=2)  # refused; and when it rested

    running.sim.faults.clear()
    assert "paused" in await _listed(running)
    running.guild.overwrite(log)
    await eventually(lambda: running.read_number(RESTING) == 0)
    assert len(_told(running)) == 1


@pytest.mark.parametrize("asked", ["channel", "member"])
@pytest.mark.parametrize("status", [403, 404])
async def test_nothing_rests_while_discord_does_not_say_what_is_missing(
    harness: Harness, asked: str, status: int
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        faults = harness.sim.faults
        faults.next_statuses(f"POST /channels/{harness.photos.id}/messages", [403])
        call = f"GET /channels/{harness.photos.id}" if asked == "channel" else "GET */members/*"
        faults.next_statuses(call, [status], coded=False)

        posted = await harness.ben.say(harness.photos, files=[picture()])
        retried = "SELECT count(*) FROM job WHERE error = 'SourceUnreachable' AND state = 'ready'"
        await eventually(lambda: harness.read_number(retried) == 1)
        await harness.let_time_pass("announce")

        await harness.card_for(posted)
        assert "paused" not in await _listed(harness)
        assert _told(harness) == []


@pytest.mark.parametrize("resting", [False, True])
async def test_a_server_that_takes_the_bot_back_is_mirrored_on_with_what_was_missed(
    running: Harness, resting: bool
) -> None:
    await running.card_for(await running.ben.say(running.photos, files=[picture("before.png")]))
    if resting:
        running.guild.overwrite(running.photos, deny=Permission.VIEW_CHANNEL)
        await eventually(lambda: running.read_number(RESTING) == 1)
    running.guild.remove_bot()
    running.guild.overwrite(running.photos)
    missed = await running.ben.say(running.photos, files=[picture(colour="red")])

    running.guild.add_bot()

    await running.card_for(missed)
    await eventually(lambda: running.read_number(RESTING) == 0)
