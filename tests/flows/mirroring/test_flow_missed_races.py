"""What was missed is read although something else happens while it is read."""

import asyncio

from imgoe_bot.discordsim import ChannelType, Permission
from tests.flows.bot_process import bot_process
from tests.flows.histories import HISTORY, RESTING, histories, kept, say
from tests.flows.kit import Harness, eventually, picture


async def test_a_session_that_is_forgotten_while_one_channel_is_read_hides_nothing_in_the_next(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.mirror(harness.lounge)
        for place in (harness.photos, harness.lounge):
            await harness.card_for(await say(harness, "before", place))
    missed = await say(harness, "missed", harness.photos)
    harness.sim.faults.delay(HISTORY.format(harness.photos.id), 4)

    async with harness.bot():
        await eventually(lambda: histories(harness, harness.photos) > 0)
        await harness.sim.faults.drop_sockets(resumable=False)
        hidden = await say(harness, "hidden", harness.lounge)
        await harness.sim.bot_ready(timeout_s=60)

        await harness.card_for(missed)
        await harness.card_for(hidden)


async def test_a_store_that_is_away_right_after_a_rule_woke_hides_nothing_it_slept_through(
    running: Harness,
) -> None:
    await running.card_for(await say(running, "before", running.photos))
    running.guild.overwrite(running.photos, deny=Permission.VIEW_CHANNEL)
    await eventually(lambda: running.read_number(RESTING) == 1)
    missed = await running.ada.say(running.photos, files=[picture("missed.png")])
    await running.write("ALTER TABLE seen RENAME TO seen_away")

    running.guild.overwrite(running.photos)
    await eventually(lambda: running.read_number(RESTING) == 0)
    await running.write("ALTER TABLE seen_away RENAME TO seen")

    await running.card_for(missed)


async def test_a_channel_whose_history_is_closed_has_no_server_looked_through_a_message(
    harness: Harness,
) -> None:
    harness.guild.overwrite(harness.photos, deny=Permission.READ_MESSAGE_HISTORY)
    harness.guild.set_system_channel(harness.lounge)
    async with harness.bot():
        await harness.set_key()
        await harness.set_option("on_delete", "delete")
        await (await harness.ada.slash(harness.photos, "mirror add")).wait_response()
        await harness.card_for(await say(harness, "watched", harness.lounge))
        await kept(harness, await say(harness, "first", harness.photos))
        before = histories(harness, harness.lounge)

        posted = [await say(harness, f"{number}", harness.photos) for number in range(10)]
        await kept(harness, posted[-1])

    assert histories(harness, harness.lounge) - before <= 2


async def test_a_channel_moved_into_a_mirrored_category_is_mirrored_from_then_on(
    running: Harness,
) -> None:
    club = running.guild.add_channel("club", type=ChannelType.CATEGORY)
    await running.mirror(club)
    for number in range(3):
        await say(running, f"old {number}", running.lounge)
    await running.card_for(await say(running, "after the old ones", running.photos))

    running.guild.edit_channel(running.lounge, parent_id=str(club.id))
    new = await say(running, "new", running.lounge)

    await running.card_for(new)
    await running.observed(new)
    assert len(running.cards(running.lounge)) == 1


async def test_a_reaction_while_the_store_is_away_saves_its_message(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.set_option("consent", "react")
        await harness.mirror()
    async with bot_process(harness) as bot:
        await harness.sim.bot_ready(commands=True, timeout_s=60)
        await harness.write("ALTER TABLE option_value RENAME TO option_away")
        posted = await say(harness, "saved", harness.photos)

        await harness.ben.react(posted, "💾")
        await asyncio.sleep(3)
        await harness.write("ALTER TABLE option_away RENAME TO option_value")

        await harness.card_for(posted)
    assert "Traceback" not in bot.read_text()


async def test_what_was_posted_in_a_pause_stays_unkept_if_it_ends_before_the_bot_caught_up(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.mirror(harness.lounge)
        for place in (harness.photos, harness.lounge):
            await harness.card_for(await say(harness, "before", place))
        await (
            await harness.ada.slash(harness.photos, "mirror pause", channel=harness.lounge)
        ).wait_response()
        await say(harness, "in the pause, seen", harness.lounge)
    missed = await say(harness, "missed", harness.photos)
    await say(harness, "in the pause, unseen", harness.lounge)
    harness.sim.faults.delay(HISTORY.format(harness.photos.id), 4)
    async with harness.bot():
        await eventually(lambda: histories(harness, harness.photos) > 0)
        await (
            await harness.ada.slash(harness.photos, "mirror resume", channel=harness.lounge)
        ).wait_response()
        await harness.card_for(missed)
        await harness.card_for(await say(harness, "after", harness.lounge))
        await harness.observed(harness.cards(harness.lounge)[-1])
        assert len(harness.cards(harness.lounge)) == 2
