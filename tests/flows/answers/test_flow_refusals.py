"""What Discord refuses: a rule rests for a permission that really lacks, and for nothing else."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from imgoe_bot.discordsim import ChannelType, Message, Permission, Person
from tests.flows.kit import PATIENCE_S, Harness, eventually, picture

RESTING = "SELECT count(*) FROM mirror_rule WHERE paused"


@pytest_asyncio.fixture
async def patient(harness: Harness) -> AsyncIterator[Harness]:
    """A harness whose bot tries again."""
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        yield harness


def _posting(harness: Harness) -> str:
    return f"POST /channels/{harness.photos.id}/messages"


async def _answered(harness: Harness, source: Message) -> None:
    query = "SELECT count(*) FROM post WHERE message_id = ? AND answered"
    await eventually(lambda: harness.read_number(query, source.id) == 1)


async def _still_works(harness: Harness, by: Person) -> None:
    """Post something harmless, and see it answered; no rule rests."""
    await harness.card_for(
        await by.say(harness.photos, files=[picture("next.png", colour="olive")])
    )
    assert harness.read_number(RESTING) == 0


async def test_one_member_who_blocked_the_bot_stops_nobody_elses_answers(running: Harness) -> None:
    await running.set_option("answer", "reaction")
    running.ben.blocks_bot = True

    his = await running.ben.say(running.photos, files=[picture()])
    await _answered(running, his)
    hers = await running.ada.say(running.photos, files=[picture("hers.png", colour="red")])

    await eventually(lambda: "✅" in hers.reactions)
    assert his.reactions == {}
    assert running.read_number(RESTING) == 0
    assert running.read_number("SELECT count(*) FROM upload") == 2


async def test_a_name_that_automatic_moderation_refuses_is_left_out_of_the_card(
    running: Harness,
) -> None:
    running.guild.block_words("rude")

    source = await running.ben.say(running.photos, files=[picture("rude.png")])
    card = await running.card_for(source)
    note = await running.direct_message_for(running.ben)

    assert card.embeds[0]["title"] == "1.png"
    assert "rude" in note.content
    links = await (await running.ben.click(card, "Links")).wait_response(PATIENCE_S)
    assert "rude.png" in links.content
    await _still_works(running, running.ben)


async def test_a_card_that_is_edited_keeps_clear_of_refused_words_too(running: Harness) -> None:
    card = await running.card_for(
        await running.ben.say(running.photos, files=[picture("rude.png")])
    )
    note = await running.direct_message_for(running.ben)
    running.guild.block_words("rude")

    await running.ben.click(note, "Delete rude.png")

    await eventually(lambda: "deleted" in str(card.embeds))
    assert card.embeds[0]["title"] == "1.png"


@pytest.mark.parametrize("code", [200000, 200001, 50083, 40333, 1])
async def test_an_answer_that_is_refused_for_another_reason_is_not_shown_and_nothing_rests(
    running: Harness, code: int
) -> None:
    running.sim.faults.next_problems(_posting(running), [code] * 2)

    source = await running.ben.say(running.photos, files=[picture()])
    note = await running.direct_message_for(running.ben)
    await _answered(running, source)
    running.sim.faults.clear()

    assert "cat.png" in note.content
    assert running.cards(running.photos) == []
    await _still_works(running, running.ada)


async def test_a_refusal_that_no_permission_explains_is_tried_again(patient: Harness) -> None:
    patient.sim.faults.next_problems(_posting(patient), [50013, 50001])

    source = await patient.ben.say(patient.photos, files=[picture()])

    await patient.card_for(source)
    assert patient.read_number(RESTING) == 0


async def test_a_file_that_is_refused_for_no_permission_is_tried_again(patient: Harness) -> None:
    patient.sim.faults.next_files([(404, b"")])  # so that its message is asked for
    patient.sim.faults.next_problems("GET /channels/*/messages/*", [50001])

    card = await patient.card_for(await patient.ben.say(patient.photos, files=[picture()]))

    assert card.embeds[0]["title"] == "cat.png"


async def test_where_a_permission_really_lacks_the_rule_rests_and_its_maker_is_told(
    running: Harness,
) -> None:
    running.sim.faults.revoke(running.photos, Permission.EMBED_LINKS)

    await running.ben.say(running.photos, files=[picture()])

    await eventually(lambda: running.read_number(RESTING) == 1)
    await running.ada.wait_for_message(running.ada.dm, lambda m: "Embed Links" in m.content)


async def test_a_rule_wakes_when_the_answer_that_needs_the_permission_is_chosen_no_more(
    running: Harness,
) -> None:
    await running.set_option("answer", "reaction")
    running.sim.faults.revoke(running.photos, Permission.ADD_REACTIONS)
    await running.ben.say(running.photos, files=[picture()])
    await eventually(lambda: running.read_number(RESTING) == 1)

    await running.set_option("answer", "reply")

    await eventually(lambda: running.read_number(RESTING) == 0)
    await _still_works(running, running.ben)


async def test_below_a_voice_channel_the_answer_is_a_reply_where_threads_are_asked_for(
    running: Harness,
) -> None:
    await running.set_option("answer", "thread")
    voice = running.guild.add_channel("voice", type=ChannelType.VOICE)
    await running.mirror(voice)

    source = await running.ben.say(voice, files=[picture()])

    card = await running.card_for(source)
    assert card.channel_id == voice.id
    assert running.read_number(RESTING) == 0


async def test_a_thread_that_takes_nothing_leaves_the_answer_to_the_channel(
    running: Harness,
) -> None:
    await running.set_option("answer", "thread")
    source = await running.ben.say(running.photos, "look")
    thread = await running.ada.open_thread(source, "closed")
    running.sim.faults.next_problems(f"POST /channels/{thread.id}/messages", [50083])
    running.sim.faults.next_problems("POST /channels/*/messages/*/threads", [160004])

    posted = await running.ben.say(running.photos, files=[picture()])
    running.sim.faults.next_problems(f"POST /channels/{posted.id}/messages", [50083])

    card = await running.card_for(posted)
    assert card.channel_id == running.photos.id
    assert running.read_number(RESTING) == 0


async def test_where_no_reply_is_possible_the_card_stands_beside_the_message(
    running: Harness,
) -> None:
    running.sim.faults.next_problems(_posting(running), [160002])

    source = await running.ben.say(running.photos, files=[picture()])

    await eventually(lambda: len(running.cards(running.photos)) == 1)
    (card,) = running.cards(running.photos)
    assert card.reference is None
    assert str(source.id) in card.content
    assert running.read_number(RESTING) == 0


async def test_history_refused_for_another_reason_lets_no_channel_rest(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.card_for(await harness.ben.say(harness.photos, files=[picture()]))
    await harness.ben.say(harness.photos, files=[picture("missed.png", colour="red")])
    reading = f"GET /channels/{harness.photos.id}/messages"
    for code in (40333, 50001):
        harness.sim.faults.next_problems(reading, [code])
        harness.sim.calls.clear()
        async with harness.bot():
            await eventually(lambda: reading in harness.sim.calls)
            await (await harness.ada.slash(harness.lounge, "mirror list")).wait_response(PATIENCE_S)

            assert harness.read_number(RESTING) == 0
