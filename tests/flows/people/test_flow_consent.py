"""Whose posts are kept: the notice, opting out and in, being asked, saving by reaction."""

import pytest

from imgoe_bot.discordsim import Channel, Message
from tests.flows.kit import Harness, eventually, picture


async def _consent(harness: Harness, value: str) -> None:
    answer = await harness.ada.slash(harness.photos, "settings set", name="consent", value=value)
    await answer.wait_response()


async def _notice(harness: Harness) -> Message:
    return await harness.ben.wait_for_message(harness.photos, lambda m: "From now on" in m.content)


async def test_switching_a_channel_on_is_announced_with_the_host_named(running: Harness) -> None:
    notice = await _notice(running)

    assert running.host.url.removeprefix("http://") in notice.content
    assert not notice.ephemeral


async def test_who_opts_out_is_left_alone_from_the_next_message_on(running: Harness) -> None:
    pressed = await running.ben.click(await _notice(running), "Not mine")
    assert (await pressed.wait_response()).ephemeral

    await running.ben.say(running.photos, files=[picture("mine.png")])
    other = await running.ada.say(running.photos, files=[picture("hers.png", colour="red")])
    await running.card_for(other)

    assert [c.embeds[0]["title"] for c in running.cards(running.photos)] == ["hers.png"]


async def test_opting_out_is_stored_without_saying_whose_it_is(running: Harness) -> None:
    await (await running.ben.click(await _notice(running), "Not mine")).wait_response()

    rest = b"".join(file.read_bytes() for file in (running.folder / "bot").iterdir())

    assert str(running.ben.id).encode() not in rest


async def test_with_opt_in_only_those_who_agreed_are_kept(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await _consent(harness, "opt-in")
        await harness.mirror()
        await harness.observed(await harness.ben.say(harness.photos, files=[picture("before.png")]))
        await (await harness.ben.click(await _notice(harness), "Opt in")).wait_response()

        posted = await harness.ben.say(harness.photos, files=[picture("after.png", colour="red")])

        assert (await harness.card_for(posted)).embeds[0]["title"] == "after.png"
        assert len(harness.cards(harness.photos)) == 1


async def test_a_reaction_of_its_author_saves_a_message(running: Harness) -> None:
    await _consent(running, "react")
    posted = await running.ben.say(running.photos, files=[picture()])
    await running.observed(posted)
    await running.ada.react(posted, "💾")

    await running.ben.react(posted, "💾")

    assert (await running.card_for(posted)).embeds[0]["title"] == "cat.png"
    assert len(running.cards(running.photos)) == 1


@pytest.mark.parametrize(("label", "kept"), [("Keep", True), ("Never", False)])
async def test_who_is_asked_decides(running: Harness, label: str, kept: bool) -> None:
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


def _questions(harness: Harness) -> list[Message]:
    messages = harness.photos.messages.values()
    return [m for m in messages if m.content == "Keep a copy of this?"]


async def _posted_and_seen(harness: Harness, channel: Channel) -> Message:
    """Post a picture that is kept, in another channel: all that came before was looked at."""
    return await harness.card_for(await harness.ada.say(channel, files=[picture("later.png")]))


async def test_who_does_not_answer_is_not_asked_again_for_each_edit(running: Harness) -> None:
    await running.mirror(running.lounge)
    await _consent_in(running, running.photos, "ask")
    posted = await running.ben.say(running.photos, files=[picture()])
    await running.card_for(posted)

    for text in ("once", "twice"):
        await running.ben.edit(posted, text)

    await _posted_and_seen(running, running.lounge)
    assert len(_questions(running)) == 1


async def test_about_what_was_kept_nobody_is_asked_any_more(running: Harness) -> None:
    await running.mirror(running.lounge)
    await _consent_in(running, running.photos, "ask")
    posted = await running.ben.say(running.photos, files=[picture()])
    await running.ben.click(await running.card_for(posted), "Keep")
    await running.ben.wait_for_message(running.photos, lambda m: bool(m.embeds))

    await running.ben.edit(posted, "edited")

    await _posted_and_seen(running, running.lounge)
    assert _questions(running) == []


async def test_who_posted_while_the_bot_was_away_is_asked_when_it_returns_and_once(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await _consent(harness, "ask")
    posted = await harness.ben.say(harness.photos, files=[picture()])

    async with harness.bot():
        question = await harness.card_for(posted)
        await harness.ben.edit(posted, "edited")
        await harness.mirror(harness.lounge)
        await _posted_and_seen(harness, harness.lounge)

        assert _questions(harness) == [question]
        await harness.ben.click(question, "Keep")
        await harness.ben.wait_for_message(harness.photos, lambda m: bool(m.embeds))


async def test_a_question_that_was_left_is_not_taken_for_the_card(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await _consent(harness, "ask")
        posted = await harness.ben.say(harness.photos, files=[picture()])
        question = await harness.card_for(posted)
        await _consent(harness, "announce")
        harness.sim.faults.next_statuses(f"POST /channels/{harness.photos.id}/messages", [503])

        await harness.ben.edit(posted, "edited")
        failed = "SELECT count(*) FROM job WHERE step = 'announce' AND error IS NOT NULL"
        await eventually(lambda: harness.read_number(failed) == 1)
        await harness.let_time_pass("announce")

        card = await harness.ben.wait_for_message(harness.photos, lambda m: bool(m.embeds))
        assert card is not question
        assert card.embeds[0]["title"] == "cat.png"


async def _consent_in(harness: Harness, channel: Channel, value: str) -> None:
    given = {"name": "consent", "value": value, "channel": channel}
    await (await harness.ada.slash(harness.photos, "settings set", **given)).wait_response()


@pytest.mark.parametrize("where", ["paused", "not mirrored"])
async def test_a_reaction_saves_only_where_mirroring_goes_on(running: Harness, where: str) -> None:
    await running.set_option("consent", "react")
    channel = running.photos if where == "paused" else running.lounge
    if where == "paused":
        paused = await running.ada.slash(running.photos, "mirror pause", channel=channel)
        await paused.wait_response()
    posted = await running.ben.say(channel, files=[picture()])

    await running.ben.react(posted, "💾")

    await running.set_option("consent", "announce")
    group = running.guild.add_channel("elsewhere")
    await running.mirror(group)
    await _posted_and_seen(running, group)
    assert running.cards(channel) == []
    assert running.read_number("SELECT count(*) FROM post") == 1


async def test_who_says_yes_after_mirroring_was_paused_is_told_that_nothing_is_kept(
    running: Harness,
) -> None:
    await running.set_option("consent", "ask")
    posted = await running.ben.say(running.photos, files=[picture()])
    question = await running.card_for(posted)
    paused = await running.ada.slash(running.photos, "mirror pause", channel=running.photos)
    await paused.wait_response()

    answer = await (await running.ben.click(question, "Keep")).wait_response()

    assert "paused" in answer.content
    assert not question.deleted
    assert running.read_number("SELECT count(*) FROM post") == 0
