"""What a person and a server may upload a day: held to the file, and told before it bites."""

import pytest

from imgoe_bot.discordsim import Message
from tests.flows.kit import PATIENCE_S, Harness, picture

COLOURS = ("red", "green", "blue", "teal", "gold", "pink")


@pytest.mark.parametrize("quota", ["person_files", "guild_files"])
async def test_files_of_one_message_uploaded_at_once_stay_within_a_quota(
    running: Harness, quota: str
) -> None:
    await running.set_option(quota, "2")
    files = [picture(f"{colour}.png", colour=colour) for colour in COLOURS]

    card = await running.card_for(await running.ben.say(running.photos, files=files))

    assert running.read_number("SELECT count(*) FROM upload") == 2
    assert str(card.embeds).count("used up what") + str(card.components).count("used up what") == 4


async def test_two_uploads_asked_for_at_once_stay_within_a_quota(running: Harness) -> None:
    await running.set_option("person_files", "1")

    asked = [
        await running.ben.slash(running.lounge, "upload", file=picture(colour=colour))
        for colour in COLOURS[:2]
    ]
    answers = [await each.wait_response(PATIENCE_S) for each in asked]

    assert running.read_number("SELECT count(*) FROM upload") == 1
    assert [bool(answer.embeds) for answer in answers] == [True, False]
    assert "used up what" in answers[1].content


async def test_a_person_is_told_before_a_quota_bites(running: Harness) -> None:
    await running.set_option("person_files", "2")

    for name, told in (("one.png", False), ("two.png", True)):
        asked = await running.ben.slash(running.lounge, "upload", file=picture(name))
        await asked.wait_response(PATIENCE_S)
        shown = await running.ben.slash(running.lounge, "privacy show")
        overview = str((await shown.wait_response(PATIENCE_S)).embeds)
        assert "of the 2 files that this server lets you keep a day" in overview
        if told:
            await running.ben.wait_for_message(running.lounge, _tells_of_the_end, PATIENCE_S)
        seen = running.ben.messages(running.lounge)
        assert any(map(_tells_of_the_end, seen)) is told


def _tells_of_the_end(message: Message) -> bool:
    return message.ephemeral and "used 2 of the 2 files" in message.content


async def test_who_posts_in_a_mirrored_channel_is_told_along_with_the_links(
    running: Harness,
) -> None:
    await running.set_option("guild_files", "1")
    await running.ben.say(running.photos, files=[picture()])

    note = await running.direct_message_for(running.ben)

    assert "This server has used 1 of the 1 files it keeps a day" in note.content
