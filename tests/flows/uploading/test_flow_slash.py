"""``/upload``, end to end."""

from imgoe_bot.discordsim import Upload
from tests.flows.kit import DELETE_LINK, Harness, picture


async def test_upload_answers_with_a_card_and_a_direct_message(running: Harness) -> None:
    asked = await running.ben.slash(running.lounge, "upload", file=picture("dog.png"))

    card = await asked.wait_response()

    note = await running.direct_message_for(running.ben)
    assert card.embeds[0]["title"] == "dog.png"
    assert await running.status(card.embeds[0]["url"]) == 200
    assert "dog.png" in note.content
    assert "/delete/" not in str((card.content, card.embeds))


async def test_upload_is_acknowledged_before_the_work_begins(running: Harness) -> None:
    asked = await running.ben.slash(running.lounge, "upload", file=picture())

    await asked.wait_response()

    assert asked.acknowledged_after_s is not None
    assert asked.acknowledged_after_s < 1


async def test_the_card_of_an_upload_becomes_a_tombstone_too(running: Harness) -> None:
    asked = await running.ben.slash(running.lounge, "upload", file=picture())
    card = await asked.wait_response()
    note = await running.direct_message_for(running.ben)

    await running.ben.click(note, "Delete cat.png")

    await running.ben.wait_for_message(
        running.lounge, lambda m: m is card and "The copy was deleted." in str(m.embeds)
    )


async def test_a_refused_upload_is_explained_and_leaves_nothing(running: Harness) -> None:
    note = Upload("notes.png", b"just words", "image/png")

    asked = await running.ben.slash(running.lounge, "upload", file=note)

    answer = await asked.wait_response()
    assert "notes.png" in answer.content
    assert "no image or video" in answer.content
    assert running.ben.messages(running.ben.dm) == []


async def test_upload_works_when_the_portal_refuses_message_content(harness: Harness) -> None:
    harness.sim.faults.forbid_intents(1 << 15)
    async with harness.bot():
        await harness.set_key()
        answer = await harness.mirror()

        asked = await harness.ben.slash(harness.lounge, "upload", file=picture())

        assert (await asked.wait_response()).embeds
        assert "Message Content" in answer.content
        assert DELETE_LINK.search((await harness.direct_message_for(harness.ben)).content)
