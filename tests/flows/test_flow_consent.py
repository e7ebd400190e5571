"""Whose posts are kept: the notice, opting out and in, being asked, saving by reaction."""

import pytest

from imgoe_bot.discordsim import Message
from tests.flows.kit import Town, picture


async def _consent(town: Town, value: str) -> None:
    answer = await town.ada.slash(town.photos, "settings set", name="consent", value=value)
    await answer.wait_response()


async def _notice(town: Town) -> Message:
    return await town.ben.wait_for_message(town.photos, lambda m: "From now on" in m.content)


async def test_switching_a_channel_on_is_announced_with_the_host_named(running: Town) -> None:
    notice = await _notice(running)

    assert running.host.url.removeprefix("http://") in notice.content
    assert not notice.ephemeral


async def test_who_opts_out_is_left_alone_from_the_next_message_on(running: Town) -> None:
    pressed = await running.ben.click(await _notice(running), "Not mine")
    assert (await pressed.wait_response()).ephemeral

    await running.ben.say(running.photos, files=[picture("mine.png")])
    other = await running.ada.say(running.photos, files=[picture("hers.png", colour="red")])
    await running.card_for(other)

    assert [c.embeds[0]["title"] for c in running.cards(running.photos)] == ["hers.png"]


async def test_opting_out_is_stored_without_saying_whose_it_is(running: Town) -> None:
    await (await running.ben.click(await _notice(running), "Not mine")).wait_response()

    rest = b"".join(file.read_bytes() for file in (running.folder / "bot").iterdir())

    assert str(running.ben.id).encode() not in rest


async def test_with_opt_in_only_those_who_agreed_are_kept(town: Town) -> None:
    async with town.bot():
        await town.set_key()
        await _consent(town, "opt-in")
        await town.mirror()
        await town.observed(await town.ben.say(town.photos, files=[picture("before.png")]))
        await (await town.ben.click(await _notice(town), "Opt in")).wait_response()

        posted = await town.ben.say(town.photos, files=[picture("after.png", colour="red")])

        assert (await town.card_for(posted)).embeds[0]["title"] == "after.png"
        assert len(town.cards(town.photos)) == 1


async def test_a_reaction_of_its_author_saves_a_message(running: Town) -> None:
    await _consent(running, "react")
    posted = await running.ben.say(running.photos, files=[picture()])
    await running.observed(posted)
    await running.ada.react(posted, "💾")

    await running.ben.react(posted, "💾")

    assert (await running.card_for(posted)).embeds[0]["title"] == "cat.png"
    assert len(running.cards(running.photos)) == 1


@pytest.mark.parametrize(("label", "kept"), [("Keep", True), ("Never", False)])
async def test_who_is_asked_decides(running: Town, label: str, kept: bool) -> None:
    await _consent(running, "ask")
    posted = await running.ben.say(running.photos, files=[picture()])
    question = await running.card_for(posted)
    refused = await (await running.ada.click(question, label)).wait_response()
    assert "author" in refused.content

    await running.ben.click(question, label)

    if kept:
        card = await running.ben.wait_for_message(running.photos, lambda m: bool(m.embeds))
        assert card.embeds[0]["title"] == "cat.png"
    else:
        await running.ben.wait_for_message(running.photos)
        assert running.cards(running.photos) == []
