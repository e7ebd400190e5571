"""Ranges of history are read whatever is in the way, and nothing is read that need not be."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from imgoe_bot.discordsim import ChannelType, Message, Permission
from imgoe_bot.discordsim.actions.threads import edit_thread
from imgoe_bot.ui.reading.message_facts import facts_of
from imgoe_bot.ui.watching import incoming
from tests.flows.bot_process import bot_process
from tests.flows.histories import (
    FAILED,
    HISTORY,
    OPEN,
    PARKED,
    RESTING,
    histories,
    nothing_left,
    say,
)
from tests.flows.kit import Harness, eventually, picture


@asynccontextmanager
async def _unreadable(harness: Harness, *, missed: int = 2) -> AsyncGenerator[list[Message]]:
    """Run a bot that has missed messages, and can't read the history they stand in for now."""
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.card_for(await say(harness, "before"))
    posted = [await say(harness, f"missed-{number}") for number in range(missed)]
    harness.sim.faults.next_statuses(HISTORY.format(harness.photos.id), [503] * 1_000)
    async with harness.bot():
        await eventually(lambda: harness.read_number(FAILED) == 1)
        yield posted


async def _read_on(harness: Harness) -> None:
    """Let the history be read again, now."""
    harness.sim.faults.clear()
    await harness.write("UPDATE history_range SET run_at = 0")


async def test_what_can_not_be_read_is_shown_and_read_later(harness: Harness) -> None:
    async with _unreadable(harness) as missed:
        asked = await harness.ada.slash(harness.photos, "status")
        shown = str((await asked.wait_response()).embeds)
        assert "What was missed" in shown
        assert f"<#{harness.photos.id}>: read up to <t:" in shown
        assert "tried again <t:" in shown

        await _read_on(harness)

        for message in missed:
            await harness.card_for(message)
        await nothing_left(harness)
        asked = await harness.ada.slash(harness.photos, "status")
        assert "What was missed" not in str((await asked.wait_response()).embeds)


async def test_a_channel_that_is_closed_while_it_is_read_goes_on_when_it_is_open(
    harness: Harness,
) -> None:
    async with _unreadable(harness) as missed:
        harness.guild.overwrite(harness.photos, deny=Permission.VIEW_CHANNEL)
        await eventually(lambda: harness.read_number(RESTING) == 1)
        await _read_on(harness)
        await eventually(lambda: harness.read_number(PARKED, "access") == 1)

        harness.guild.overwrite(harness.photos)

        for message in missed:
            await harness.card_for(message)
        await nothing_left(harness)


async def test_a_pause_holds_what_was_missed_before_it_and_nothing_of_its_own_is_kept(
    harness: Harness,
) -> None:
    async with _unreadable(harness) as missed:
        paused = await harness.ada.slash(harness.photos, "mirror pause", channel=harness.photos)
        await paused.wait_response()
        await _read_on(harness)
        await eventually(lambda: harness.read_number(PARKED, "paused") == 1)
        await say(harness, "in the pause")

        resumed = await harness.ada.slash(harness.photos, "mirror resume", channel=harness.photos)
        await resumed.wait_response()

        for message in missed:
            await harness.card_for(message)
        await harness.card_for(await say(harness, "after the pause"))
        await nothing_left(harness)
    assert len(harness.cards(harness.photos)) == 4


async def test_a_channel_that_is_deleted_while_it_is_read_leaves_no_range(
    harness: Harness,
) -> None:
    async with _unreadable(harness):
        harness.guild.delete_channel(harness.photos)
        await _read_on(harness)

        await nothing_left(harness)


async def test_a_rule_that_is_removed_ends_what_is_read_for_it(harness: Harness) -> None:
    async with _unreadable(harness):
        removed = await harness.ada.slash(harness.lounge, "mirror remove", channel=harness.photos)
        await removed.wait_response()
        await _read_on(harness)

        await nothing_left(harness)
    assert len(harness.cards(harness.photos)) == 1


async def test_a_server_that_is_away_is_waited_for(harness: Harness) -> None:
    async with _unreadable(harness) as missed:
        harness.sim.faults.begin_outage(harness.guild)
        await _read_on(harness)
        await eventually(lambda: harness.read_number(PARKED, "away") == 1)

        harness.sim.faults.end_outage(harness.guild)

        for message in missed:
            await harness.card_for(message)
        await nothing_left(harness)


async def test_a_thread_that_was_archived_while_it_is_read_is_read_all_the_same(
    harness: Harness,
) -> None:
    thread = await harness.ben.open_thread(harness.photos, "holiday")
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.card_for(await say(harness, "before", thread))
    missed = await say(harness, "missed", thread)
    harness.sim.faults.next_statuses(HISTORY.format(thread.id), [503] * 1_000)
    async with harness.bot():
        await eventually(lambda: harness.read_number(FAILED) == 1)
        edit_thread(harness.sim.world, thread, {"archived": True})

        await _read_on(harness)

        await eventually(
            lambda: (
                harness.read_number("SELECT count(*) FROM post WHERE message_id = ?", missed.id)
                == 1
            )
        )
        await nothing_left(harness)


@pytest.mark.parametrize("parent", ["photos", "forum"])
async def test_threads_that_were_archived_in_a_long_absence_are_read(
    harness: Harness, parent: str
) -> None:
    forum = harness.guild.add_channel("forum", type=ChannelType.FORUM)
    place = forum if parent == "forum" else harness.photos
    async with harness.bot():
        await harness.set_key()
        await harness.mirror(place)
        await harness.ada.slash(harness.lounge, "status")
    if parent == "forum":
        thread, missed = await harness.ben.open_post(place, "holiday", files=[picture()])
    else:
        thread = await harness.ben.open_thread(place, "holiday")
        missed = await say(harness, "missed", thread)
    edit_thread(harness.sim.world, thread, {"archived": True})
    two_hours_ago = time.time_ns() - 2 * 3_600 * 1_000_000_000
    await harness.write(
        "INSERT OR REPLACE INTO note (name, value) VALUES ('health', ?)", str(two_hours_ago)
    )

    async with harness.bot():
        await eventually(
            lambda: (
                harness.read_number("SELECT count(*) FROM post WHERE message_id = ?", missed.id)
                == 1
            )
        )


async def test_a_short_absence_asks_for_no_archive(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()

    async with harness.bot():
        await harness.card_for(await say(harness, "after"))

    assert not [call for call in harness.sim.calls if "/threads/archived" in call]


async def test_a_reader_that_is_killed_goes_on_where_its_last_page_ended(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.card_for(await say(harness, "before"))
    for number in range(450):
        await harness.ben.say(harness.photos, f"word {number}")
    last = await say(harness, "last")
    harness.sim.faults.delay(HISTORY.format(harness.photos.id), 1.5)
    async with bot_process(harness) as process:
        await eventually(lambda: harness.read_number(f"{OPEN} WHERE after > start") == 1)
        await process.kill()
    harness.sim.faults.clear()
    (after,) = {harness.read_number("SELECT after FROM history_range")}
    before = histories(harness, harness.photos)

    async with harness.bot():
        await harness.card_for(last)
        await nothing_left(harness)

    left = sum(message > after for message in harness.photos.messages)
    assert histories(harness, harness.photos) - before <= -(-left // 100)


async def test_a_channel_that_is_not_behind_costs_no_request(harness: Harness) -> None:
    quiet = [harness.guild.add_channel(f"quiet-{number}") for number in range(5)]
    places = [*quiet, harness.lounge]
    harness.guild.set_system_channel(harness.lounge)
    async with harness.bot():
        await harness.set_key()
        await (await harness.ada.slash(harness.photos, "mirror add")).wait_response()
        for place in places:
            await harness.card_for(await say(harness, "before", place))
        asked = [histories(harness, place) for place in places]

    for _ in range(2):
        async with harness.bot():
            await harness.card_for(await say(harness, "after"))

    assert [histories(harness, place) for place in places] == asked


async def test_what_is_new_was_never_missed(running: Harness) -> None:
    thread = await running.ben.open_thread(running.photos, "new")

    await running.card_for(await say(running, "first", thread))

    assert histories(running, thread) == 0


async def test_a_message_that_breaks_the_reader_holds_nothing_else_up_for_ever(
    running: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison: set[int] = set()

    def broken(message: Any, *, us: int) -> Any:
        if message.content == "poison":
            poison.add(message.id)
            raise ZeroDivisionError
        return facts_of(message, us=us)

    monkeypatch.setattr(incoming, "facts_of", broken)
    await running.ben.say(running.photos, "poison", files=[picture("poison.png")])
    await eventually(lambda: len(poison) == 1)
    await running.card_for(await say(running, "after"))

    async with asyncio.timeout(60):
        while not poison or running.read_number(OPEN):
            await running.write("UPDATE history_range SET run_at = 0 WHERE owner IS NULL")
            await asyncio.sleep(0.2)

    await running.observed(await say(running, "at last"))
