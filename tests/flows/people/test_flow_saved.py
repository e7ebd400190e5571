"""What its author saves by a reaction is kept, whether anybody listened or not."""

import pytest

from imgoe_bot.discordsim import Message
from tests.flows.kit import Harness, eventually, picture


async def _away_where_reactions_save(harness: Harness, emoji: str = "💾") -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.set_option("consent", "react")
        await harness.set_option("save_emoji", emoji)


async def _say(harness: Harness, name: str, colour: str = "teal") -> Message:
    return await harness.ben.say(harness.photos, files=[picture(name, colour=colour)])


def _titles(harness: Harness) -> list[str]:
    return [str(card.embeds[0]["title"]) for card in harness.cards(harness.photos)]


@pytest.mark.parametrize(("chosen", "used"), [("💾", "💾"), ("❤\ufe0f", "❤"), ("👍", "👍🏽")])
async def test_what_was_saved_while_the_bot_was_away_is_kept_when_it_returns(
    harness: Harness, chosen: str, used: str
) -> None:
    await _away_where_reactions_save(harness, chosen)
    saved, other = await _say(harness, "saved.png"), await _say(harness, "other.png", "red")
    await _say(harness, "plain.png", "blue")
    await harness.ben.react(saved, used)
    await harness.ada.react(saved, used)
    await harness.ada.react(other, used)

    async with harness.bot():
        await harness.card_for(saved)
        await harness.observed(other)

    assert _titles(harness) == ["saved.png"]
    asked = [call for call in harness.sim.calls if "/reactions/" in call]
    assert len(asked) == 2


@pytest.mark.parametrize("used", ["❤", "❤\ufe0f"])
async def test_an_emoji_saves_however_it_is_written(running: Harness, used: str) -> None:
    await running.set_option("consent", "react")
    await running.set_option("save_emoji", "❤\ufe0f")
    posted = await _say(running, "cat.png")
    await running.observed(posted)

    await running.ben.react(posted, used)

    await running.card_for(posted)


async def test_a_reaction_to_a_message_that_discord_does_not_hand_out_is_no_reaction_lost(
    running: Harness,
) -> None:
    await running.set_option("consent", "react")
    posted = await _say(running, "cat.png")
    await running.observed(posted)
    history = f"GET /channels/{running.photos.id}/messages"
    running.sim.faults.next_statuses(history, [503])

    await running.ben.react(posted, "💾")

    await running.card_for(posted)
    assert running.sim.calls.count(history) > 1


async def test_who_reacted_is_asked_again_if_discord_does_not_say(harness: Harness) -> None:
    await _away_where_reactions_save(harness)
    saved = await _say(harness, "saved.png")
    await harness.ben.react(saved, "💾")
    harness.sim.faults.next_statuses("GET */reactions/*", [503, 503])

    async with harness.bot():
        await harness.card_for(saved)

    await eventually(lambda: _titles(harness) == ["saved.png"])
