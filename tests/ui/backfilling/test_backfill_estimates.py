"""How much a backfill will have to do: by Discord's search, by a few looks elsewhere."""

import logging

import pytest

from imgoe_bot.discordsim import Channel, Upload
from imgoe_bot.domain.estimate import Estimate
from imgoe_bot.domain.options import Kind
from imgoe_bot.errors import SourceUnreachable
from imgoe_bot.ui.backfilling import sampling
from imgoe_bot.ui.backfilling.estimates import estimate
from imgoe_bot.ui.backfilling.places import find_channels
from tests.discordsim.conftest import Clock, Harness, ScriptedBot

PICTURE = Upload("a.png", b"x" * 1000)
FILM = Upload("b.mp4", b"x" * 5000)
ALL = frozenset(Kind)
EVER = 1 << 62


async def _estimated(
    bot: ScriptedBot,
    harness: Harness,
    *,
    kinds: frozenset[Kind] = ALL,
    after: int = 0,
    before: int = EVER,
    whole_server: bool = True,
) -> Estimate:
    guild = bot.get_guild(harness.guild.id)
    assert guild is not None
    found = await find_channels(guild)
    return await estimate(
        bot,
        found,
        guild_id=guild.id,
        whole_server=whole_server,
        after=after,
        before=before,
        kinds=kinds,
    )


async def _fill(harness: Harness, place: Channel, clock: Clock, count: int) -> None:
    """A message a minute, every fifth with a picture."""
    for number in range(count):
        clock.ahead_s += 60
        await harness.alice.say(place, f"no. {number}", [] if number % 5 else [PICTURE])


async def _synced(bot: ScriptedBot, harness: Harness) -> None:
    """Wait until the bot has heard of everything so far: events come in order."""
    heard = await bot.hears_message(harness.bob.id)
    await harness.bob.say(harness.memes, "hm")
    await heard


async def test_the_search_counts_files_by_kind_and_tells_their_size_from_the_shown(
    bot: ScriptedBot, harness: Harness, clock: Clock
) -> None:
    await _fill(harness, harness.memes, clock, 200)
    await harness.alice.say(harness.memes, files=[FILM, PICTURE])
    await harness.guild.add_webhook(harness.memes, "feed").say("bot", [PICTURE])

    both = await _estimated(bot, harness)
    films = await _estimated(bot, harness, kinds=frozenset({Kind.VIDEO}))
    named = await _estimated(bot, harness, whole_server=False)

    assert both == named == Estimate(messages=202, files=42, size_bytes=46_000)
    assert films == Estimate(messages=202, files=1, size_bytes=5000)


async def test_it_asks_again_while_a_server_is_indexed_and_gives_up_after_a_while(
    bot: ScriptedBot, harness: Harness
) -> None:
    await harness.alice.say(harness.memes, files=[PICTURE])
    await _synced(bot, harness)
    harness.sim.faults.search_not_indexed(2)
    assert (await _estimated(bot, harness)).files == 1

    harness.sim.faults.search_not_indexed(100)
    sampled = await _estimated(bot, harness)

    assert sampled == Estimate(messages=2, files=1, size_bytes=1000)
    left = harness.sim.world.active_faults.searches_pending
    assert 100 - left == 3


async def test_looks_at_history_tell_for_what_lies_between_them(
    bot: ScriptedBot, harness: Harness, clock: Clock
) -> None:
    await _fill(harness, harness.memes, clock, 2000)
    await _synced(bot, harness)
    harness.sim.faults.search_not_indexed(100)

    about = await _estimated(bot, harness, kinds=frozenset({Kind.IMAGE}))

    assert about.messages == pytest.approx(2001, rel=0.05)
    assert about.files == pytest.approx(400, rel=0.05)
    assert about.size_bytes == pytest.approx(400_000, rel=0.05)


async def test_a_part_of_the_history_is_estimated_alone(
    bot: ScriptedBot, harness: Harness, clock: Clock
) -> None:
    await _fill(harness, harness.memes, clock, 50)
    ids = list(harness.memes.messages)
    await _synced(bot, harness)

    searched = await _estimated(bot, harness, after=ids[9], before=ids[40])
    harness.sim.faults.search_not_indexed(100)
    sampled = await _estimated(bot, harness, after=ids[9], before=ids[40])

    assert searched == sampled == Estimate(messages=30, files=6, size_bytes=6000)


async def test_of_many_channels_some_tell_for_all_and_quiet_ones_are_not_asked(
    bot: ScriptedBot, harness: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(60):
        channel = harness.guild.add_channel(f"c{number}")
        if number % 2:
            await harness.alice.say(channel, files=[PICTURE])
    await _synced(bot, harness)
    harness.sim.faults.search_not_indexed(100)
    caplog.set_level(logging.DEBUG, "discord.http")

    about = await _estimated(bot, harness)

    assert about.files == pytest.approx(30, abs=4)
    asked = [each for each in caplog.messages if "/messages with None has returned" in each]
    assert 0 < len(asked) <= sampling.PAGES


async def test_a_discord_that_answers_nothing_is_told_as_such(
    bot: ScriptedBot, harness: Harness
) -> None:
    harness.sim.faults.next_statuses("GET */messages/search", [501])

    with pytest.raises(SourceUnreachable):
        await _estimated(bot, harness)


async def test_who_may_not_search_is_helped_by_looks(bot: ScriptedBot, harness: Harness) -> None:
    await harness.alice.say(harness.memes, files=[PICTURE])
    await _synced(bot, harness)
    harness.sim.faults.next_problems("GET */messages/search", [50001])

    assert (await _estimated(bot, harness)).files == 1
