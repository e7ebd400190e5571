"""``/why`` tells what the database knows of a message, and promises nothing."""

import pytest

from imgoe_bot.discordsim import Message, Permission, Upload
from tests.flows.kit import DELETE_LINK, PATIENCE_S, Harness, eventually, picture


async def _why(harness: Harness, source: Message) -> str:
    asked = await harness.ada.use_menu(source, "Why?")
    return (await asked.wait_response(PATIENCE_S)).content


async def test_of_a_message_that_it_never_saw_it_says_so(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        seen = await harness.ben.say(harness.photos, files=[picture()])
        await harness.card_for(seen)
    missed = await harness.ben.say(harness.photos, files=[picture("missed.png", colour="red")])
    await harness.ben.say(harness.photos, "later")
    harness.sim.faults.next_problems(f"GET /channels/{harness.photos.id}/messages", [40333] * 9)

    async with harness.bot():
        told = await _why(harness, missed)

    assert "I have no record of this message" in told
    assert "to be kept" not in told
    assert "✓ **missed.png**" in told


async def test_of_a_message_that_is_under_way_it_says_so_and_what_was_tried(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        harness.sim.faults.next_files([(404, b"")])
        harness.sim.faults.next_statuses("GET /channels/*/messages/*", [403] * 99)

        source = await harness.ben.say(harness.photos, files=[picture()])
        await eventually(
            lambda: harness.read_number("SELECT count(*) FROM job WHERE error IS NOT NULL") == 1
        )
        told = await _why(harness, source)

    assert "This message is being kept" in told
    assert "✗ **cat.png**: Discord did not hand over the file" in told
    assert "✓ **cat.png**" not in told


async def test_of_a_message_that_was_given_up_it_says_why(running: Harness) -> None:
    broken = Upload("broken.png", b"just words", "image/png")
    source = await running.ben.say(running.photos, files=[broken])
    await running.card_for(source)

    told = await _why(running, source)

    assert "I tried to keep this message, and gave up" in told
    assert "✗ **broken.png**: " in told
    assert "✓ **broken.png**" not in told


async def test_of_a_message_kept_in_part_it_says_what_was_not(running: Harness) -> None:
    broken = Upload("broken.png", b"just words", "image/png")
    source = await running.ben.say(running.photos, files=[picture(), broken])
    await running.card_for(source)

    told = await _why(running, source)

    assert "This message was kept" in told
    assert "✗ **broken.png**: " in told
    assert "✓ **cat.png**" in told


async def test_of_copies_that_were_deleted_since_it_says_so(running: Harness) -> None:
    source = await running.ben.say(running.photos, files=[picture()])
    await running.card_for(source)
    note = await running.direct_message_for(running.ben)
    await running.ben.click(note, "Delete cat.png")
    deleted = "SELECT count(*) FROM upload WHERE deleted_at IS NOT NULL"
    await eventually(lambda: running.read_number(deleted) == 1)

    told = await _why(running, source)

    assert "its copies have been deleted since" in told


@pytest.mark.parametrize(
    ("code", "reason"),
    [(200000, "automatic moderation"), (40333, "Discord did not take it (error 40333)")],
)
async def test_of_an_answer_that_was_refused_it_says_why(
    running: Harness, code: int, reason: str
) -> None:
    place = f"POST /channels/{running.photos.id}/messages"
    running.sim.faults.next_problems(place, [code] * 2)
    source = await running.ben.say(running.photos, files=[picture()])
    note = await running.direct_message_for(running.ben)
    running.sim.faults.clear()

    told = await _why(running, source)

    assert DELETE_LINK.search(note.content)
    assert "This message was kept" in told
    assert "My answer to it could not be shown: " in told
    assert reason in told


async def test_of_what_came_while_a_rule_rested_it_says_that_nothing_is_kept(
    running: Harness,
) -> None:
    running.sim.faults.revoke(running.photos, Permission.EMBED_LINKS)
    first = await running.ben.say(running.photos, files=[picture()])
    paused = "SELECT count(*) FROM mirror_rule WHERE paused"
    await eventually(lambda: running.read_number(paused) == 1)
    given_up = "SELECT count(*) FROM job WHERE step = 'announce' AND state = 'dead'"
    await eventually(lambda: running.read_number(given_up) == 1)

    meanwhile = await running.ben.say(running.photos, files=[picture("b.png", colour="red")])

    told = await _why(running, meanwhile)
    assert "This message is not kept" in told
    assert "✗ Mirroring is not paused there" in told
    told = await _why(running, first)
    assert "**Embed Links**" in told
