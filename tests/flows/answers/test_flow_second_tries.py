"""What was given up is tried again: by the card's button, by menu, by command, by a new key."""

import asyncio

from imgoe_bot.discordsim import Message, Upload
from tests.flows.kit import Harness, eventually, picture


def _text(message: Message) -> str:
    return f"{message.content} {message.embeds} {message.components}"


async def _partly_kept(harness: Harness) -> tuple[Message, Message]:
    """Return a message of two files of which one was given up, and its card."""
    harness.sim.faults.next_files([(503, b"")])
    files = [picture("a.png"), picture("b.png", colour="gold")]
    posted = await harness.ben.say(harness.photos, files=files)
    card = await harness.card_for(posted)
    assert "Try again" in _text(card)
    return posted, card


async def _is_whole(harness: Harness, card: Message) -> None:
    await eventually(lambda: "Try again" not in _text(card) and "b.png" in _text(card))
    assert harness.read_number("SELECT count(*) FROM upload WHERE deleted_at IS NULL") == 2


async def test_a_press_completes_a_partly_kept_post_also_of_two_people_at_once(
    running: Harness,
) -> None:
    _, card = await _partly_kept(running)

    asked = [await person.click(card, "Try again") for person in (running.ben, running.ada)]
    answers = await asyncio.gather(*(each.wait_response() for each in asked))

    told = sorted(answer.content for answer in answers)
    assert "1 file is tried again" in told[0]
    assert "being tried already" in told[1]
    await _is_whole(running, card)


async def test_a_stranger_tries_nobodys_files_again(running: Harness) -> None:
    _, card = await _partly_kept(running)
    eve = running.sim.add_person("eve")
    running.guild.join(eve)

    answer = await (await eve.click(card, "Try again")).wait_response()

    assert "Manage Messages" in answer.content
    assert "Try again" in _text(card)


async def test_the_menu_completes_a_partly_kept_post_file_by_file(running: Harness) -> None:
    posted, card = await _partly_kept(running)

    answer = await (await running.ben.use_menu(posted, "Mirror to host")).wait_response()

    assert "being kept right now" in answer.content
    await _is_whole(running, card)
    assert len(running.cards(running.photos)) == 1


async def test_a_file_that_is_no_media_has_no_button(running: Harness) -> None:
    broken = Upload("broken.png", b"no pixels", "image/png")
    card = await running.card_for(await running.ben.say(running.photos, files=[broken]))

    assert "Not kept" in _text(card)
    assert "Try again" not in _text(card)


async def test_a_command_tries_again_what_a_channel_lacks(running: Harness) -> None:
    _, card = await _partly_kept(running)

    elsewhere = await running.ada.slash(running.photos, "mirror retry", channel=running.lounge)
    assert "nothing here" in (await elsewhere.wait_response()).content
    here = await running.ada.slash(running.photos, "mirror retry", channel=running.photos)

    assert "1 file is tried again" in (await here.wait_response()).content
    await _is_whole(running, card)


async def test_a_new_key_brings_what_waited_for_one_and_what_was_given_up(
    harness: Harness,
) -> None:
    async with harness.bot(park_for_s=0):
        await harness.set_untried_key("chv_wrong_wrong_wrong")
        await harness.mirror()
        given_up = await harness.card_for(
            await harness.ben.say(harness.photos, files=[picture("old.png")])
        )
        assert "Try again" in _text(given_up)
    async with harness.bot():
        await harness.ben.say(harness.photos, files=[picture("new.png", colour="gold")])
        parked = "SELECT count(*) FROM job WHERE state = 'parked'"
        await eventually(lambda: harness.read_number(parked) == 1)

        await harness.set_key()

        kept = "SELECT count(*) FROM upload"
        await eventually(lambda: harness.read_number(kept) == 2)
        await eventually(lambda: "Not kept" not in _text(given_up))


async def test_a_card_says_of_a_file_that_waits_why_and_since_when(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        files = [picture("a.png"), picture("b.png", colour="gold")]
        harness.sim.faults.next_files([(503, b"")])
        posted = await harness.ben.say(harness.photos, files=files)
        failed = "SELECT count(*) FROM job WHERE failing_since IS NOT NULL"
        await eventually(lambda: harness.read_number(failed) == 1)
        harness.sim.faults.fail_files(503, b"")
        await harness.write("UPDATE job SET failing_since = failing_since - 600000000")

        card = await harness.card_for(posted)

        await eventually(lambda: "Not kept yet" in _text(card))
        assert "waits since <t:" in _text(card)
        harness.sim.faults.serve_files()
        await eventually(lambda: "Not kept yet" not in _text(card))
        assert "Not kept" not in _text(card)


async def test_what_waits_is_told_once_and_status_names_it_with_a_button(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_untried_key("chv_wrong_wrong_wrong")
        await harness.mirror()
        await harness.ben.say(harness.photos, files=[picture("new.png")])
        parked = "SELECT count(*) FROM job WHERE state = 'parked'"
        await eventually(lambda: harness.read_number(parked) == 1)
        await harness.write("UPDATE parking SET since = since - 600000000")

        for _ in range(2):
            status = await (await harness.ada.slash(harness.photos, "status")).wait_response()
            assert "1 file waits for a key since" in _text(status)
            probes = harness.read_number("SELECT probes FROM parking")
            pressed = await (await harness.ada.click(status, "Try again")).wait_response()
            assert "1 file is tried again" in pressed.content
            failed = "SELECT probes > ? FROM parking"
            await eventually(lambda: harness.read_number(failed, probes) == 1)  # noqa: B023

        told = [m for m in harness.ada.messages(harness.ada.dm) if "wait to be kept" in m.content]
        assert len(told) == 1
        assert "API key" in told[0].content
