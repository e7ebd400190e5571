"""What was posted while nobody listened is kept, whatever happens right after."""

import contextlib
import sqlite3
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import discord.state
import pytest

from imgoe_bot.discordsim import Channel, Message
from tests.flows.bot_process import bot_process
from tests.flows.kit import Harness, eventually, picture

HISTORY = "GET /channels/{}/messages"


async def _say(
    harness: Harness, names: Iterable[str], channel: Channel | None = None
) -> list[Message]:
    place = channel or harness.photos
    return [await harness.ben.say(place, files=[picture(f"{name}.png")]) for name in names]


async def _all_kept(harness: Harness, posted: Iterable[Message]) -> None:
    for message in posted:
        await harness.card_for(message)


@asynccontextmanager
async def _away(harness: Harness) -> AsyncGenerator[None]:
    """Let the bot know the channels, and be away at the end of the block."""
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await _all_kept(harness, await _say(harness, ["before"]))
    yield


async def test_what_is_posted_right_after_the_return_hides_nothing_that_was_missed(
    harness: Harness,
) -> None:
    async with _away(harness):
        missed = await _say(harness, "abcde")

    async with harness.bot():
        right_after = await _say(harness, ["right after"])

        await _all_kept(harness, missed + right_after)

    assert len(harness.cards(harness.photos)) == 7


async def test_what_was_missed_is_read_once_all_servers_have_come_though_not_yet_ready(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _away(harness):
        missed = await _say(harness, "abc")
    real = discord.state.ConnectionState.__init__

    def never_ready(self: Any, *args: Any, **options: Any) -> None:
        real(self, *args, **{**options, "guild_ready_timeout": 3600.0})

    monkeypatch.setattr(discord.state.ConnectionState, "__init__", never_ready)

    async with harness.bot():
        await _all_kept(harness, missed)

    assert len(harness.cards(harness.photos)) == 4


async def test_a_bot_killed_before_it_has_caught_up_catches_up_after_the_next_start(
    harness: Harness,
) -> None:
    async with _away(harness):
        missed = await _say(harness, "abc")
    harness.sim.faults.delay(HISTORY.format(harness.photos.id), 60)
    async with bot_process(harness) as process:
        await harness.sim.bot_ready(commands=True, timeout_s=60)
        right_after = await _say(harness, ["right after"])
        await harness.card_for(right_after[0])
        await process.kill()
    harness.sim.faults.clear()

    async with harness.bot():
        await _all_kept(harness, missed)

    assert len(harness.cards(harness.photos)) == 5


async def test_a_forgotten_session_loses_nothing(running: Harness) -> None:
    await _all_kept(running, await _say(running, ["before"]))

    await running.sim.faults.drop_sockets(resumable=False)
    missed = await _say(running, "abcd")
    await running.sim.bot_ready(timeout_s=60)
    right_after = await _say(running, ["right after"])

    await _all_kept(running, missed + right_after)
    assert len(running.cards(running.photos)) == 6


async def test_a_history_that_can_not_be_read_is_tried_again_and_keeps_no_other_one_waiting(
    harness: Harness,
) -> None:
    other = harness.sim.add_guild("Other club", owner=harness.ada)
    other.join(harness.ben)
    there = other.add_channel("other-photos")
    async with _away(harness):
        pass
    async with harness.bot():
        added = await harness.ada.slash(there, "mirror add", channel=there)
        await added.wait_response()
        key = await harness.host.create_key("other")
        opened = await harness.ada.slash(there, "settings key")
        sent = await harness.ada.fill_modal(opened, {"host": harness.host.url, "key": key})
        await sent.wait_response()
        await harness.observed((await _say(harness, ["before"], there))[0])
    missed, missed_there = await _say(harness, "ab"), await _say(harness, "cd", there)
    failing, patience = HISTORY.format(harness.photos.id), 2
    harness.sim.faults.next_statuses(failing, [503] * patience)

    async with harness.bot():
        await _all_kept(harness, missed_there)
        await _all_kept(harness, missed)

    assert harness.sim.calls.count(failing) > patience


async def test_a_long_absence_has_no_limit(harness: Harness) -> None:
    async with _away(harness):
        for number in range(520):
            await harness.ben.say(harness.photos, f"word {number}")
        missed = await _say(harness, ["last"])

    async with harness.bot():
        await _all_kept(harness, missed)


async def test_a_server_that_becomes_available_late_is_caught_up(harness: Harness) -> None:
    async with _away(harness):
        missed = await _say(harness, "abc")
    harness.sim.faults.begin_outage(harness.guild)

    async with harness.bot():
        harness.sim.faults.end_outage(harness.guild)
        right_after = await _say(harness, ["right after"])

        await _all_kept(harness, missed + right_after)


async def test_what_was_missed_in_an_outage_of_one_server_is_kept(running: Harness) -> None:
    await _all_kept(running, await _say(running, ["before"]))
    connected = len(running.sim.calls)

    running.sim.faults.begin_outage(running.guild)
    missed = await _say(running, "ab")
    running.sim.faults.end_outage(running.guild)

    await _all_kept(running, missed)
    assert len(running.sim.calls) > connected


async def test_what_was_posted_in_a_pause_stays_unkept_though_the_bot_was_away(
    harness: Harness,
) -> None:
    async with _away(harness):
        pass
    async with harness.bot():
        paused = await harness.ada.slash(harness.photos, "mirror pause", channel=harness.photos)
        await paused.wait_response()
    in_the_pause = await _say(harness, ["in the pause"])
    async with harness.bot():
        await harness.observed(in_the_pause[0])
        resumed = await harness.ada.slash(harness.photos, "mirror resume", channel=harness.photos)
        await resumed.wait_response()

        await _all_kept(harness, await _say(harness, ["after"]))

    titles = [str(card.embeds) for card in harness.cards(harness.photos)]
    assert not any("in the pause" in title for title in titles)


async def test_a_database_that_is_locked_for_a_while_loses_no_message(harness: Harness) -> None:
    async with bot_process(harness) as process:
        await harness.sim.bot_ready(commands=True, timeout_s=60)
        await harness.set_key()
        await harness.mirror()
        await _all_kept(harness, await _say(harness, ["before"]))
        async with _locked(harness):
            posted = await _say(harness, "abcd")
            await eventually(lambda: "the database is away" in process.read_text())

        await _all_kept(harness, posted)
        assert "Traceback" not in process.read_text()

    assert len(harness.cards(harness.photos)) == 5


@asynccontextmanager
async def _locked(harness: Harness) -> AsyncGenerator[None]:
    """Hold the write lock of the bot's database, as another process may do."""
    path = harness.folder / "bot" / "imgoe_bot.sqlite3"
    with contextlib.closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as file:
        file.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            file.execute("ROLLBACK")
