"""What was posted while nobody listened is kept, whatever happens right after."""

import contextlib
import sqlite3
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

from imgoe_bot.discordsim import Channel, Message
from tests.flows.kit import Town, bot_process, eventually, picture

HISTORY = "GET /channels/{}/messages"


async def _say(town: Town, names: Iterable[str], channel: Channel | None = None) -> list[Message]:
    place = channel or town.photos
    return [await town.ben.say(place, files=[picture(f"{name}.png")]) for name in names]


async def _all_kept(town: Town, posted: Iterable[Message]) -> None:
    for message in posted:
        await town.card_for(message)


@asynccontextmanager
async def _away(town: Town) -> AsyncGenerator[None]:
    """Let the bot know the channels, and be away at the end of the block."""
    async with town.bot():
        await town.set_key()
        await town.mirror()
        await _all_kept(town, await _say(town, ["before"]))
    yield


async def test_what_is_posted_right_after_the_return_hides_nothing_that_was_missed(
    town: Town,
) -> None:
    async with _away(town):
        missed = await _say(town, "abcde")

    async with town.bot():
        right_after = await _say(town, ["right after"])

        await _all_kept(town, missed + right_after)

    assert len(town.cards(town.photos)) == 7


async def test_a_bot_killed_before_it_has_caught_up_catches_up_after_the_next_start(
    town: Town,
) -> None:
    async with _away(town):
        missed = await _say(town, "abc")
    town.sim.faults.delay(HISTORY.format(town.photos.id), 60)
    async with bot_process(town) as process:
        await town.sim.bot_ready(commands=True, timeout_s=60)
        right_after = await _say(town, ["right after"])
        await town.card_for(right_after[0])
        await process.kill()
    town.sim.faults.clear()

    async with town.bot():
        await _all_kept(town, missed)

    assert len(town.cards(town.photos)) == 5


async def test_a_forgotten_session_loses_nothing(running: Town) -> None:
    await _all_kept(running, await _say(running, ["before"]))

    await running.sim.faults.drop_sockets(resumable=False)
    missed = await _say(running, "abcd")
    await running.sim.bot_ready(timeout_s=60)
    right_after = await _say(running, ["right after"])

    await _all_kept(running, missed + right_after)
    assert len(running.cards(running.photos)) == 6


async def test_a_history_that_can_not_be_read_is_tried_again_and_keeps_no_other_one_waiting(
    town: Town,
) -> None:
    other = town.sim.add_guild("Other club", owner=town.ada)
    other.join(town.ben)
    there = other.add_channel("other-photos")
    async with _away(town):
        missed = await _say(town, "ab")
    async with town.bot():
        added = await town.ada.slash(there, "mirror add", channel=there)
        await added.wait_response()
        key = await town.host.create_key("other")
        opened = await town.ada.slash(there, "settings key")
        sent = await town.ada.fill_modal(opened, {"host": town.host.url, "key": key})
        await sent.wait_response()
        await town.observed((await _say(town, ["before"], there))[0])
    missed_there = await _say(town, "cd", there)
    failing, patience = HISTORY.format(town.photos.id), 2
    town.sim.faults.next_statuses(failing, [503] * patience)

    async with town.bot():
        await _all_kept(town, missed_there)
        await _all_kept(town, missed)

    assert town.sim.calls.count(failing) > patience


async def test_a_long_absence_has_no_limit(town: Town) -> None:
    async with _away(town):
        for number in range(520):
            await town.ben.say(town.photos, f"word {number}")
        missed = await _say(town, ["last"])

    async with town.bot():
        await _all_kept(town, missed)


async def test_a_server_that_becomes_available_late_is_caught_up(town: Town) -> None:
    async with _away(town):
        missed = await _say(town, "abc")
    town.sim.faults.begin_outage(town.guild)

    async with town.bot():
        town.sim.faults.end_outage(town.guild)
        right_after = await _say(town, ["right after"])

        await _all_kept(town, missed + right_after)


async def test_what_was_missed_in_an_outage_of_one_server_is_kept(running: Town) -> None:
    await _all_kept(running, await _say(running, ["before"]))
    connected = len(running.sim.calls)

    running.sim.faults.begin_outage(running.guild)
    missed = await _say(running, "ab")
    running.sim.faults.end_outage(running.guild)

    await _all_kept(running, missed)
    assert len(running.sim.calls) > connected


async def test_what_was_posted_in_a_pause_stays_unkept_though_the_bot_was_away(town: Town) -> None:
    async with _away(town):
        pass
    async with town.bot():
        paused = await town.ada.slash(town.photos, "mirror pause", channel=town.photos)
        await paused.wait_response()
    in_the_pause = await _say(town, ["in the pause"])
    async with town.bot():
        await town.observed(in_the_pause[0])
        resumed = await town.ada.slash(town.photos, "mirror resume", channel=town.photos)
        await resumed.wait_response()

        await _all_kept(town, await _say(town, ["after"]))

    titles = [str(card.embeds) for card in town.cards(town.photos)]
    assert not any("in the pause" in title for title in titles)


async def test_a_database_that_is_locked_for_a_while_loses_no_message(town: Town) -> None:
    async with bot_process(town) as process:
        await town.sim.bot_ready(commands=True, timeout_s=60)
        await town.set_key()
        await town.mirror()
        await _all_kept(town, await _say(town, ["before"]))
        async with _locked(town):
            posted = await _say(town, "abcd")
            await eventually(lambda: "the database is away" in process.read_text())

        await _all_kept(town, posted)
        assert "Traceback" not in process.read_text()

    assert len(town.cards(town.photos)) == 5


@asynccontextmanager
async def _locked(town: Town) -> AsyncGenerator[None]:
    """Hold the write lock of the bot's database, as another process may do."""
    path = town.folder / "bot" / "imgoe_bot.sqlite3"
    with contextlib.closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as file:
        file.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            file.execute("ROLLBACK")
