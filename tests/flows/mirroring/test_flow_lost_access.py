"""The bot loses a channel that it mirrors: it rests, and its moderator hears of it once."""

import pytest

from imgoe_bot.discordsim import Channel, Message, Permission, Person
from imgoe_bot.discordsim.actions.members import set_member_roles
from imgoe_bot.discordsim.actions.roles import edit_role
from tests.flows.kit import Harness, eventually, picture


def _told(person: Person) -> list[Message]:
    return [note for note in person.messages(person.dm) if "I can no longer work" in note.content]


async def _list(harness: Harness) -> str:
    """Return ``/mirror list``, asked where the bot can still answer."""
    asked = await harness.ada.slash(harness.lounge, "mirror list")
    return (await asked.wait_response()).content


async def _resting(harness: Harness, count: int) -> None:
    query = "SELECT count(*) FROM mirror_rule WHERE paused AND lacks = 'view_channel'"
    await eventually(lambda: harness.read_number(query) == count)


def _close(harness: Harness, how: str) -> None:
    """Take #photos from the bot, by the channel, by a role, or by taking its role away."""
    world, guild = harness.sim.world, harness.guild
    if how == "channel":
        guild.overwrite(harness.photos, deny=Permission.VIEW_CHANNEL)
    elif how == "role":
        everyone = guild.state.roles[guild.id]
        hidden = everyone.permissions & ~Permission.VIEW_CHANNEL
        edit_role(world, guild.state, everyone, {"permissions": int(hidden)})
    else:
        bot = guild.state.members[harness.sim.bot_user.id]
        set_member_roles(world, guild.state, bot, [])


@pytest.mark.parametrize("how", ["channel", "role", "role of its own"])
async def test_a_channel_closed_to_the_bot_rests_and_its_moderator_is_told_once(
    running: Harness, how: str
) -> None:
    guild = running.guild
    own = guild.grant_bot()
    if how == "role of its own":
        guild.overwrite(running.photos, own, allow=Permission.VIEW_CHANNEL)
        guild.overwrite(running.photos, deny=Permission.VIEW_CHANNEL)
    await running.mirror(running.lounge)
    assert "paused" not in await _list(running)

    _close(running, how)

    await _resting(running, 2 if how == "role" else 1)
    guild.edit_channel(running.photos, topic="closed")
    guild.edit_channel(running.photos, topic="still closed")
    await eventually(lambda: bool(_told(running.ada)))
    assert f"<#{running.photos.id}> (paused: the permission **View Channel**" in await _list(
        running
    )
    (told,) = _told(running.ada)
    assert "View Channel" in told.content
    assert f"<#{running.photos.id}>" in told.content


async def test_a_channel_that_was_closed_while_the_bot_was_away_rests_when_it_returns(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
    harness.guild.overwrite(harness.photos, deny=Permission.VIEW_CHANNEL)

    for _ in range(2):
        async with harness.bot():
            await _resting(harness, 1)
            assert "**View Channel**" in await _list(harness)

    assert len(_told(harness.ada)) == 1


async def test_under_a_wider_rule_only_what_was_read_before_counts_as_lost(
    harness: Harness,
) -> None:
    never = harness.guild.add_channel("secret")
    harness.guild.overwrite(never, deny=Permission.VIEW_CHANNEL)
    harness.guild.set_system_channel(harness.lounge)
    async with harness.bot():
        await harness.set_key()
        await (await harness.ada.slash(harness.photos, "mirror add")).wait_response()
        await harness.card_for(await harness.ben.say(harness.photos, files=[picture()]))

        harness.guild.overwrite(harness.photos, deny=Permission.VIEW_CHANNEL)

        await _resting(harness, 1)
        listed = await _list(harness)
        assert f"<#{harness.photos.id}> (paused" in listed
        assert f"<#{never.id}>" not in listed
        posted = await harness.ben.say(harness.lounge, files=[picture(colour="red")])
        await harness.card_for(posted)


async def test_who_can_not_be_written_to_finds_the_reason_in_status_and_list(
    running: Harness,
) -> None:
    running.ada.dms_closed = True

    running.guild.overwrite(running.photos, deny=Permission.VIEW_CHANNEL)

    await _resting(running, 1)
    asked = await running.ada.slash(running.lounge, "status")
    shown = str((await asked.wait_response()).embeds)
    assert "Channels that rest" in shown
    assert f"<#{running.photos.id}> (paused: the permission **View Channel**" in shown
    assert "**View Channel**" in await _list(running)


async def test_resuming_says_what_is_missing_still_and_works_once_it_is_there(
    running: Harness,
) -> None:
    running.guild.overwrite(running.photos, deny=Permission.VIEW_CHANNEL)
    await _resting(running, 1)
    early = await running.ada.slash(running.lounge, "mirror resume", channel=running.photos)
    assert "I lack **View Channel**" in (await early.wait_response()).content

    running.guild.overwrite(running.photos)
    resumed = await running.ada.slash(running.lounge, "mirror resume", channel=running.photos)

    assert "I lack" not in (await resumed.wait_response()).content
    await running.card_for(await running.ben.say(running.photos, files=[picture()]))
    assert "paused" not in await _list(running)


def _open(harness: Harness, how: str) -> None:
    """Give #photos back, the way ``_close`` took it."""
    world, guild = harness.sim.world, harness.guild
    if how == "channel":
        guild.overwrite(harness.photos)
    elif how == "role":
        everyone = guild.state.roles[guild.id]
        shown = everyone.permissions | Permission.VIEW_CHANNEL
        edit_role(world, guild.state, everyone, {"permissions": int(shown)})
    else:
        bot = guild.state.members[harness.sim.bot_user.id]
        own = next(role for role in guild.state.roles.values() if role.name == world.bot.name)
        set_member_roles(world, guild.state, bot, [own.id])


@pytest.mark.parametrize("how", ["channel", "role", "role of its own"])
async def test_a_channel_opened_again_is_mirrored_again_with_what_was_posted_meanwhile(
    running: Harness, how: str
) -> None:
    guild = running.guild
    own = guild.grant_bot()
    if how == "role of its own":
        guild.overwrite(running.photos, own, allow=Permission.VIEW_CHANNEL)
        guild.overwrite(running.photos, deny=Permission.VIEW_CHANNEL)
        guild.join(running.ben, roles=[guild.add_role("members")])
        guild.overwrite(
            running.photos, guild.state.roles[max(guild.state.roles)], allow=Permission.VIEW_CHANNEL
        )
    _close(running, how)
    await _resting(running, 1)
    poster = running.ada if how == "channel" else running.ben
    missed = [] if how == "role" else [await poster.say(running.photos, files=[picture()])]

    _open(running, how)

    await eventually(lambda: running.read_number(RESTING) == 0)
    for message in missed:
        await running.card_for(message)
    await running.card_for(await running.ben.say(running.photos, files=[picture("next.png")]))
    assert "paused" not in await _list(running)


RESTING = "SELECT count(*) FROM mirror_rule WHERE paused"


async def test_what_was_opened_while_the_bot_was_away_is_mirrored_when_it_returns(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        harness.guild.overwrite(harness.photos, deny=Permission.VIEW_CHANNEL)
        await _resting(harness, 1)
    harness.guild.overwrite(harness.photos)
    missed = await harness.ben.say(harness.photos, files=[picture()])

    async with harness.bot():
        await harness.card_for(missed)


async def test_a_server_that_comes_back_is_looked_at_again(running: Harness) -> None:
    running.guild.overwrite(running.photos, deny=Permission.VIEW_CHANNEL)
    await _resting(running, 1)
    running.sim.faults.begin_outage(running.guild)
    running.guild.overwrite(running.photos)

    running.sim.faults.end_outage(running.guild)

    await eventually(lambda: running.read_number(RESTING) == 0)


async def test_what_a_moderator_paused_stays_paused(running: Harness) -> None:
    paused = await running.ada.slash(running.lounge, "mirror pause", channel=running.photos)
    await paused.wait_response()
    await running.mirror(running.lounge)
    running.guild.overwrite(running.lounge, deny=Permission.VIEW_CHANNEL)
    await _resting(running, 1)

    running.guild.overwrite(running.lounge)

    await eventually(lambda: running.read_number(f"{RESTING} AND lacks IS NOT NULL") == 0)
    assert running.read_number(RESTING) == 1


async def test_a_rule_sleeps_on_until_nothing_at_all_is_missing(running: Harness) -> None:
    both = Permission.VIEW_CHANNEL | Permission.EMBED_LINKS
    running.guild.overwrite(running.photos, deny=both)
    await _resting(running, 1)

    running.guild.overwrite(running.photos, deny=Permission.EMBED_LINKS)
    running.guild.edit_channel(running.photos, topic="half open")
    await running.mirror(running.lounge)
    assert running.read_number(RESTING) == 1
    running.guild.overwrite(running.photos)

    await eventually(lambda: running.read_number(RESTING) == 0)
    assert len(_told(running.ada)) == 1


async def test_an_exception_to_a_wider_rule_goes_with_its_reason(harness: Harness) -> None:
    harness.guild.set_system_channel(harness.lounge)
    async with harness.bot():
        await harness.set_key()
        await (await harness.ada.slash(harness.photos, "mirror add")).wait_response()
        await harness.card_for(await harness.ben.say(harness.photos, files=[picture()]))
        harness.guild.overwrite(harness.photos, deny=Permission.VIEW_CHANNEL)
        await _resting(harness, 1)

        harness.guild.overwrite(harness.photos)

        await eventually(lambda: harness.read_number("SELECT count(*) FROM mirror_rule") == 1)
        await harness.card_for(
            await harness.ben.say(harness.photos, files=[picture("b.png", colour="red")])
        )


async def test_a_log_channel_that_can_be_written_to_again_wakes_the_mirror(
    running: Harness,
) -> None:
    log = running.guild.add_channel("log")
    await running.set_option("log_channel", str(log.id))
    await running.set_option("answer", "log")
    running.guild.overwrite(log, deny=Permission.SEND_MESSAGES)
    await running.ben.say(running.photos, files=[picture()])
    await eventually(lambda: running.read_number(RESTING) == 1)

    running.guild.overwrite(log)

    await eventually(lambda: running.read_number(RESTING) == 0)


async def _rests_for_its_log(harness: Harness) -> Channel:
    log = harness.guild.add_channel("log")
    await harness.set_option("log_channel", str(log.id))
    await harness.set_option("answer", "log")
    harness.guild.overwrite(log, deny=Permission.SEND_MESSAGES)
    await harness.ben.say(harness.photos, files=[picture()])
    await eventually(lambda: harness.read_number(RESTING) == 1)
    return log


async def test_where_answers_go_elsewhere_by_now_the_old_log_channel_holds_nothing_up(
    running: Harness,
) -> None:
    await _rests_for_its_log(running)

    await running.set_option("answer", "reply")

    await eventually(lambda: running.read_number(RESTING) == 0)
    posted = await running.ben.say(running.photos, files=[picture("b.png", colour="red")])
    await running.card_for(posted)


async def test_a_log_channel_that_was_deleted_holds_nothing_up(running: Harness) -> None:
    log = await _rests_for_its_log(running)

    running.guild.delete_channel(log)

    await eventually(lambda: running.read_number(RESTING) == 0)
    posted = await running.ben.say(running.photos, files=[picture("b.png", colour="red")])
    await running.card_for(posted)
