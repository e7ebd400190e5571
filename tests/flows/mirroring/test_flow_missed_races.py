"""What was missed is read although something else happens while it is read."""

import asyncio

from imgoe_bot.discordsim import Channel, ChannelType, Message, Permission
from tests.flows.kit import Town, bot_process, eventually, picture

HISTORY = "GET /channels/{}/messages"
RESTING = "SELECT count(*) FROM mirror_rule WHERE paused"


async def _say(town: Town, name: str, channel: Channel) -> Message:
    return await town.ben.say(channel, files=[picture(f"{name}.png")])


async def _kept(town: Town, message: Message) -> None:
    query = "SELECT count(*) FROM post WHERE message_id = ?"
    await eventually(lambda: town.read_number(query, message.id) == 1)


def _histories(town: Town, channel: Channel) -> int:
    return town.sim.calls.count(HISTORY.format(channel.id))


async def test_a_session_that_is_forgotten_while_one_channel_is_read_hides_nothing_in_the_next(
    town: Town,
) -> None:
    async with town.bot():
        await town.set_key()
        await town.mirror()
        await town.mirror(town.lounge)
        for place in (town.photos, town.lounge):
            await town.card_for(await _say(town, "before", place))
    missed = await _say(town, "missed", town.photos)
    town.sim.faults.delay(HISTORY.format(town.photos.id), 4)

    async with town.bot():
        await eventually(lambda: _histories(town, town.photos) > 0)
        await town.sim.faults.drop_sockets(resumable=False)
        hidden = await _say(town, "hidden", town.lounge)
        await town.sim.bot_ready(timeout_s=60)

        await town.card_for(missed)
        await town.card_for(hidden)


async def test_a_store_that_is_away_right_after_a_rule_woke_hides_nothing_it_slept_through(
    running: Town,
) -> None:
    await running.card_for(await _say(running, "before", running.photos))
    running.guild.overwrite(running.photos, deny=Permission.VIEW_CHANNEL)
    await eventually(lambda: running.read_number(RESTING) == 1)
    missed = await running.ada.say(running.photos, files=[picture("missed.png")])
    await running.write("ALTER TABLE seen RENAME TO seen_away")

    running.guild.overwrite(running.photos)
    await eventually(lambda: running.read_number(RESTING) == 0)
    await running.write("ALTER TABLE seen_away RENAME TO seen")

    await running.card_for(missed)


async def test_a_channel_whose_history_is_closed_has_no_server_looked_through_a_message(
    town: Town,
) -> None:
    town.guild.overwrite(town.photos, deny=Permission.READ_MESSAGE_HISTORY)
    town.guild.set_system_channel(town.lounge)
    async with town.bot():
        await town.set_key()
        await town.set_option("on_delete", "delete")
        await (await town.ada.slash(town.photos, "mirror add")).wait_response()
        await town.card_for(await _say(town, "watched", town.lounge))
        await _kept(town, await _say(town, "first", town.photos))
        before = _histories(town, town.lounge)

        posted = [await _say(town, f"{number}", town.photos) for number in range(10)]
        await _kept(town, posted[-1])

    assert _histories(town, town.lounge) - before <= 2


async def test_a_channel_moved_into_a_mirrored_category_is_mirrored_from_then_on(
    running: Town,
) -> None:
    club = running.guild.add_channel("club", type=ChannelType.CATEGORY)
    await running.mirror(club)
    for number in range(3):
        await _say(running, f"old {number}", running.lounge)
    await running.card_for(await _say(running, "after the old ones", running.photos))

    running.guild.edit_channel(running.lounge, parent_id=str(club.id))
    new = await _say(running, "new", running.lounge)

    await running.card_for(new)
    await running.observed(new)
    assert len(running.cards(running.lounge)) == 1


async def test_a_reaction_while_the_store_is_away_saves_its_message(town: Town) -> None:
    async with town.bot():
        await town.set_key()
        await town.set_option("consent", "react")
        await town.mirror()
    async with bot_process(town) as bot:
        await town.sim.bot_ready(commands=True, timeout_s=60)
        await town.write("ALTER TABLE option_value RENAME TO option_away")
        posted = await _say(town, "saved", town.photos)

        await town.ben.react(posted, "💾")
        await asyncio.sleep(3)
        await town.write("ALTER TABLE option_away RENAME TO option_value")

        await town.card_for(posted)
    assert "Traceback" not in bot.read_text()


async def test_what_was_posted_in_a_pause_stays_unkept_if_it_ends_before_the_bot_caught_up(
    town: Town,
) -> None:
    async with town.bot():
        await town.set_key()
        await town.mirror()
        await town.mirror(town.lounge)
        for place in (town.photos, town.lounge):
            await town.card_for(await _say(town, "before", place))
        await (
            await town.ada.slash(town.photos, "mirror pause", channel=town.lounge)
        ).wait_response()
        await _say(town, "in the pause, seen", town.lounge)
    missed = await _say(town, "missed", town.photos)
    await _say(town, "in the pause, unseen", town.lounge)
    town.sim.faults.delay(HISTORY.format(town.photos.id), 4)
    async with town.bot():
        await eventually(lambda: _histories(town, town.photos) > 0)
        await (
            await town.ada.slash(town.photos, "mirror resume", channel=town.lounge)
        ).wait_response()
        await town.card_for(missed)
        await town.card_for(await _say(town, "after", town.lounge))
        await town.observed(town.cards(town.lounge)[-1])
        assert len(town.cards(town.lounge)) == 2
