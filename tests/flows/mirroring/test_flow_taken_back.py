"""A message is deleted after its card stands: its copy stays, goes, or waits for a moderator."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from imgoe_bot.discordsim import Channel, ChannelType, Message, Permission
from imgoe_bot.discordsim.actions import threads
from tests.flows.kit import Harness, eventually, picture

NOTE = "A moderator decides"


def _text(message: Message) -> str:
    return str((message.content, message.embeds, message.components))


def _page(card: Message) -> object:
    return card.embeds[0]["url"]


async def _keep(
    harness: Harness, channel: Channel, colour: str = "teal"
) -> tuple[Message, Message]:
    """Post a picture; returns the message and its card."""
    posted = await harness.ben.say(channel, files=[picture(colour=colour)])
    return posted, await harness.card_for(posted)


async def _gone(harness: Harness, page: object) -> None:
    async def holds() -> bool:
        return await harness.status(page) == 404

    await eventually(holds)


async def _held(harness: Harness, channel: Channel) -> Message:
    """Wait for the message that lets moderators decide."""
    return await harness.ada.wait_for_message(channel, lambda m: NOTE in _text(m))


def _retirements(harness: Harness) -> int:
    return harness.read_number("SELECT count(*) FROM job WHERE step = 'retire'")


@pytest_asyncio.fixture
async def deleting(running: Harness) -> Harness:
    """Copies go with their messages."""
    await running.set_option("on_delete", "delete")
    return running


@pytest_asyncio.fixture
async def holding(running: Harness) -> AsyncIterator[Harness]:
    """Copies wait for a moderator."""
    await running.set_option("on_delete", "hold")
    yield running


async def test_a_copy_goes_with_its_message(deleting: Harness) -> None:
    posted, card = await _keep(deleting, deleting.photos)
    page = _page(card)

    await deleting.ben.delete(posted)

    await _gone(deleting, page)
    await eventually(lambda: "The copy was deleted." in _text(card))


async def test_a_copy_outlives_its_message_for_the_time_the_server_grants(
    deleting: Harness,
) -> None:
    await deleting.set_option("delete_grace", "12h")
    posted, card = await _keep(deleting, deleting.photos)
    page = _page(card)
    await deleting.ben.delete(posted)
    await eventually(lambda: _retirements(deleting) == 1)

    await _keep(deleting, deleting.photos, "red")
    assert await deleting.status(page) == 200

    await deleting.let_time_pass("retire")
    await _gone(deleting, page)


@pytest.mark.parametrize("what", ["thread", "channel", "channel with a thread"])
async def test_a_deleted_channel_or_thread_takes_the_copies_of_its_messages_along(
    deleting: Harness, what: str
) -> None:
    channel = deleting.guild.add_channel("trips")
    await deleting.mirror(channel)
    thread = await deleting.ben.open_thread(channel, "Rome")
    in_thread = _page((await _keep(deleting, thread))[1])
    in_channel = _page((await _keep(deleting, channel, "red"))[1])

    if what == "thread":
        threads.delete_thread(deleting.sim.world, thread)
    else:
        deleting.guild.delete_channel(channel)

    await _gone(deleting, in_thread)
    if what != "thread":
        await _gone(deleting, in_channel)
    assert _retirements(deleting) == (1 if what == "thread" else 2)


async def test_a_deleted_category_takes_nothing_along(deleting: Harness) -> None:
    group = deleting.guild.add_channel("Group", type=ChannelType.CATEGORY)
    inner = deleting.guild.add_channel("inner", parent=group)
    await deleting.mirror(group)
    await _keep(deleting, inner)

    deleting.guild.delete_channel(group)

    await _keep(deleting, deleting.photos, "red")
    assert _retirements(deleting) == 0


async def test_what_was_deleted_while_the_bot_was_away_is_found_when_it_returns(
    harness: Harness,
) -> None:
    lost, lost_thread = harness.guild.add_channel("lost"), harness.guild.add_channel("threads")
    async with harness.bot():
        await harness.set_key()
        for channel in (harness.photos, lost, lost_thread):
            await harness.mirror(channel)
        await harness.set_option("on_delete", "delete")
        kept = await _keep(harness, harness.photos, "gold")
        deleted = await _keep(harness, harness.photos, "red")
        gone = [deleted[1], (await _keep(harness, lost, "blue"))[1]]
        thread = await harness.ben.open_thread(lost_thread, "Rome")
        gone.append((await _keep(harness, thread, "green"))[1])
        pages = [_page(card) for card in gone]
    await harness.ben.delete(deleted[0])
    harness.guild.delete_channel(lost)
    threads.delete_thread(harness.sim.world, thread)

    async with harness.bot():
        for page in pages:
            await _gone(harness, page)
        assert await harness.status(_page(kept[1])) == 200
        assert _retirements(harness) == 3


async def test_where_the_bot_can_not_look_nothing_counts_as_deleted(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.set_option("on_delete", "delete")
        _, card = await _keep(harness, harness.photos)
    harness.sim.faults.revoke(harness.photos, Permission.READ_MESSAGE_HISTORY)

    async with harness.bot():
        await harness.mirror(harness.lounge)
        await _keep(harness, harness.lounge, "red")

        assert _retirements(harness) == 0
        assert await harness.status(_page(card)) == 200


@pytest.mark.parametrize("layout", ["embed", "gallery"])
async def test_a_held_card_hides_its_picture_and_asks_moderators(
    holding: Harness, layout: str
) -> None:
    await holding.set_option("layout", layout)
    posted = await holding.ben.say(holding.photos, files=[picture()])
    card = await holding.card_for(posted)
    assert holding.host.url in _text(card)

    await holding.ben.delete(posted)

    assert await _held(holding, holding.photos) is card
    assert "cat.png" in _text(card)
    assert holding.host.url not in _text(card)
    assert "'label': 'Links'" not in _text(card)


async def test_a_moderator_deletes_what_is_held_also_after_a_restart(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.set_option("on_delete", "hold")
        posted, card = await _keep(harness, harness.photos)
        page = _page(card)
        await harness.ben.delete(posted)
        await _held(harness, harness.photos)

    async with harness.bot():
        refused = await (await harness.ben.click(card, "Delete")).wait_response()
        assert "Manage Messages" in refused.content
        assert await harness.status(page) == 200

        answer = await (await harness.ada.click(card, "Delete")).wait_response()

        assert answer.ephemeral
        assert await harness.status(page) == 404
        assert "The copy was deleted." in _text(card)
        assert NOTE not in _text(card)
        history = await harness.ada.slash(harness.photos, "settings history")
        newest = str((await history.wait_response()).embeds[0]["description"]).splitlines()[0]
        assert f"<@{harness.ada.id}>" in newest
        assert "**held copy**: `held` → `delete`" in newest


async def test_a_moderator_keeps_what_is_held_and_its_card_goes(holding: Harness) -> None:
    posted, card = await _keep(holding, holding.photos)
    page = _page(card)
    await holding.ben.delete(posted)
    await _held(holding, holding.photos)

    answer = await (await holding.ada.click(card, "Keep")).wait_response()

    assert "The copy stays" in answer.content
    assert card.deleted
    assert await holding.status(page) == 200
    history = await holding.ada.slash(holding.photos, "settings history")
    assert "`held` → `keep`" in str((await history.wait_response()).embeds)


@pytest.mark.parametrize("answer", ["reply", "silent"])
async def test_what_is_held_is_shown_in_the_log_channel_where_there_is_one(
    holding: Harness, answer: str
) -> None:
    await holding.set_option("answer", answer)
    await holding.set_option("log_channel", str(holding.lounge.id))
    posted = await holding.ben.say(holding.photos, files=[picture()])
    await eventually(lambda: holding.read_number("SELECT count(*) FROM post WHERE answered") == 1)

    await holding.ben.delete(posted)

    held = await _held(holding, holding.lounge)
    assert f"<@{holding.ben.id}>" in held.content
    await eventually(lambda: holding.cards(holding.photos) == [])
    await (await holding.ada.click(held, "Delete")).wait_response()
    await eventually(lambda: "The copy was deleted." in _text(held))


async def test_who_deletes_their_copy_themselves_ends_the_hold(holding: Harness) -> None:
    posted, card = await _keep(holding, holding.photos)
    note = await holding.direct_message_for(holding.ben)
    await holding.ben.delete(posted)
    await _held(holding, holding.photos)

    await holding.ben.click(note, "Delete cat.png")

    await eventually(lambda: "The copy was deleted." in _text(card))
    assert NOTE not in _text(card)
    assert "'label': 'Keep'" not in _text(card)
