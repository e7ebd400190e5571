"""Direct messages: few of them, within quotas, and none while Discord says stop."""

from typing import Any, cast

import pytest

from imgoe_bot.discordsim import Channel, Message, Person
from imgoe_bot.discordsim.actions.messages import edit_message
from imgoe_bot.discordsim.rules.drafts import draft_from
from tests.flows.bot_process import bot_process
from tests.flows.kit import DELETE_LINK, PATIENCE_S, Harness, eventually, picture

OPENING = "POST /users/@me/channels"
LONG = "12h"


def _notes(person: Person) -> list[Message]:
    return [note for note in person.messages(person.dm) if DELETE_LINK.search(note.content)]


async def _post(harness: Harness, name: str, by: Person | None = None) -> Message:
    """Post a picture and wait for its card."""
    source = await (by or harness.ben).say(harness.photos, files=[picture(name)])
    return await harness.card_for(source)


def _count(harness: Harness, state: str) -> int:
    """Count the deliveries in a state."""
    query = "SELECT count(*) FROM job WHERE step = 'deliver' AND state = ?"
    return harness.read_number(query, state)


async def _put_off(harness: Harness, *, joined: int = 0) -> None:
    """Wait until a direct message is put off and so many further posts have joined it."""
    query = "SELECT count(*) FROM job WHERE state = 'ready' AND letter IS NOT NULL"
    await eventually(
        lambda: harness.read_number(query) == 1 and _count(harness, "waiting") == joined
    )


async def _all_delivered(harness: Harness, *, posts: int) -> None:
    await eventually(lambda: _count(harness, "done") == posts)


async def _newcomer(harness: Harness, name: str) -> Person:
    person = harness.sim.add_person(name)
    harness.guild.join(person)
    return person


async def _dms_status(harness: Harness, where: Channel) -> str:
    asked = await harness.ada.slash(where, "status")
    (embed,) = cast("list[dict[str, Any]]", (await asked.wait_response(PATIENCE_S)).embeds)
    return {str(each["name"]): str(each["value"]) for each in embed["fields"]}[
        "Direct messages to you"
    ]


async def test_pictures_posted_one_after_the_other_are_written_about_together(
    running: Harness,
) -> None:
    await running.set_option("dm_digest", LONG)
    await _post(running, "first.png")
    await running.direct_message_for(running.ben)

    cards = [await _post(running, name) for name in ("second.png", "third.png")]
    await _put_off(running, joined=1)
    assert len(_notes(running.ben)) == 1
    await running.let_time_pass("deliver")
    await _all_delivered(running, posts=3)

    _, note = _notes(running.ben)
    assert "first.png" not in note.content
    assert len(DELETE_LINK.findall(note.content)) == 2
    assert note.flags & 1 << 2  # embeds suppressed
    await running.ben.click(note, "Delete second.png")
    await running.ben.wait_for_message(
        running.photos, lambda m: m is cards[0] and "The copy was deleted." in str(m.embeds)
    )
    await running.ben.wait_for_message(
        running.ben.dm, lambda m: m is note and "~~second.png~~" in m.content
    )
    assert len(DELETE_LINK.findall(note.content)) == 1
    await running.ben.click(note, "Delete third.png")
    await running.ben.wait_for_message(
        running.photos, lambda m: m is cards[1] and "The copy was deleted." in str(m.embeds)
    )


async def test_more_links_than_one_message_holds_go_in_several(running: Harness) -> None:
    await running.set_option("dm_digest", LONG)
    await _post(running, "first.png")
    await running.direct_message_for(running.ben)
    names = [f"{letter * 50}.png" for letter in "abcdefghij"]
    for _ in range(2):
        source = await running.ben.say(running.photos, files=[picture(name) for name in names])
        await running.card_for(source)
    await _put_off(running, joined=1)

    await running.let_time_pass("deliver")
    await _all_delivered(running, posts=3)

    rest = _notes(running.ben)[1:]
    links = [link for note in rest for link in DELETE_LINK.findall(note.content)]
    assert len(rest) > 1
    assert len(links) == len(set(links)) == 20


async def test_a_restart_within_the_window_loses_nothing_and_says_nothing_twice(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.set_option("dm_digest", LONG)
        await _post(harness, "first.png")
        await harness.direct_message_for(harness.ben)
        await _post(harness, "second.png")
        await _put_off(harness)
    await harness.let_time_pass("deliver")

    async with harness.bot():
        await _all_delivered(harness, posts=2)

    first, second = _notes(harness.ben)
    assert "first.png" in first.content
    assert "second.png" in second.content


@pytest.mark.parametrize("memory", ["fresh", "gone"])
async def test_a_bot_killed_after_sending_does_not_send_again(
    harness: Harness, memory: str
) -> None:
    route = f"POST /channels/{harness.ben.dm.id}/messages"
    async with bot_process(harness) as first:
        await harness.sim.bot_ready(commands=True, timeout_s=60)
        await harness.set_key()
        await harness.mirror()
        harness.sim.faults.delay_answer(route, 30)
        await _post(harness, "cat.png")
        await harness.direct_message_for(harness.ben)
        await first.kill()
    harness.sim.faults.clear()
    if memory == "gone":  # Discord remembers a nonce for some minutes only
        harness.sim.world.nonces.clear()

    async with bot_process(harness):
        await _all_delivered(harness, posts=1)

    assert len(_notes(harness.ben)) == 1


async def test_people_never_written_to_wait_when_there_were_many(harness: Harness) -> None:
    async with harness.bot(dm_opened=1, dm_opened_period_s=36_000, park_for_s=0):
        await harness.set_key()
        await harness.mirror()
        cleo = await _newcomer(harness, "cleo")
        await harness.set_option("dm_digest", "0s")
        await _post(harness, "ben.png")
        await _all_delivered(harness, posts=1)

        await _post(harness, "cleo.png", by=cleo)
        await _put_off(harness)
        await _post(harness, "again.png")
        await _all_delivered(harness, posts=2)
        assert len(_notes(harness.ben)) == 2
        assert _notes(cleo) == []

        await harness.let_time_pass("deliver")
        await harness.direct_message_for(cleo)
        await _all_delivered(harness, posts=3)


@pytest.mark.parametrize(
    ("code", "told"), [(40003, "writing to people too fast"), (20026, "quarantined")]
)
async def test_where_discord_says_stop_nobody_is_written_to_and_cards_lead_to_the_links(
    running: Harness, code: int, told: str
) -> None:
    cleo = await _newcomer(running, "cleo")
    running.sim.faults.next_problems(OPENING, [code])
    tried = running.sim.calls.count(OPENING)
    await _post(running, "ben.png")
    await _all_delivered(running, posts=1)
    card = await _post(running, "cleo.png", by=cleo)
    await _all_delivered(running, posts=2)

    assert running.sim.calls.count(OPENING) == tried + 1
    assert _notes(running.ben) == _notes(cleo) == []
    assert all("can't send you direct messages" in c.content for c in running.cards(running.photos))
    pressed = await cleo.click(card, "Delete…")
    assert DELETE_LINK.search((await pressed.wait_response()).content)
    assert told in await _dms_status(running, running.lounge)

    await running.write("UPDATE dm_breaker SET until = 0")  # as if that time had come
    await _post(running, "more.png", by=cleo)
    await running.direct_message_for(cleo)
    await _all_delivered(running, posts=3)
    assert "open" in await _dms_status(running, running.photos)


async def test_who_closes_their_inbox_within_the_window_is_told_on_each_card(
    running: Harness,
) -> None:
    await running.set_option("dm_digest", LONG)
    await _post(running, "first.png")
    await running.direct_message_for(running.ben)
    cards = [await _post(running, name) for name in ("second.png", "third.png")]
    await _put_off(running, joined=1)

    running.ben.dms_closed = True
    await running.let_time_pass("deliver")
    await _all_delivered(running, posts=3)

    assert ["can't send you direct messages" in card.content for card in cards] == [True, True]


async def test_a_link_that_was_told_is_not_told_again_by_the_digest_that_an_edit_joins(
    running: Harness,
) -> None:
    await running.set_option("dm_digest", LONG)
    told = await running.ben.say(running.photos, files=[picture("told.png")])
    await running.card_for(told)
    await _all_delivered(running, posts=1)
    await _post(running, "next.png")
    await _put_off(running)

    channel = running.sim.world.channel(told.channel_id)
    edit_message(running.sim.world, channel, told, draft_from({}, [picture("added.png")]))
    await _put_off(running, joined=1)
    await running.let_time_pass("deliver")

    await _all_delivered(running, posts=2)
    links = [link for note in _notes(running.ben) for link in DELETE_LINK.findall(note.content)]
    assert len(links) == 3
    assert len(set(links)) == 3
