"""Channels, overwrites, roles and members, changed by the bot and by people."""

from typing import TYPE_CHECKING

import discord
import pytest

from imgoe_bot.discordsim import ApiProblem, ChannelType, Permission, Upload

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, MakeBot, ScriptedBot, StartBot


def guild_of(bot: discord.Client, harness: "Harness") -> discord.Guild:
    guild = bot.get_guild(harness.guild.id)
    assert guild is not None
    return guild


async def test_the_bot_makes_changes_and_removes_a_channel(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    harness.guild.grant_bot(Permission.MANAGE_CHANNELS)
    guild = guild_of(bot, harness)

    channel = await guild.create_text_channel("uploads", topic="links")
    assert harness.guild.channel("uploads").topic == "links"
    await channel.edit(topic="all links", nsfw=True)
    assert harness.guild.channel("uploads").nsfw
    await channel.delete()
    with pytest.raises(KeyError):
        harness.guild.channel("uploads")


async def test_without_the_right_a_channel_stays(bot: "ScriptedBot", harness: "Harness") -> None:
    channel = bot.get_channel(harness.memes.id)
    assert isinstance(channel, discord.TextChannel)
    with pytest.raises(discord.Forbidden) as refused:
        await channel.delete()
    assert refused.value.code == 50013


async def test_an_overwrite_the_bot_sets_counts(bot: "ScriptedBot", harness: "Harness") -> None:
    harness.guild.grant_bot(Permission.MANAGE_ROLES)
    channel = bot.get_channel(harness.memes.id)
    assert isinstance(channel, discord.TextChannel)
    everyone = channel.guild.default_role

    await channel.set_permissions(everyone, send_messages=False)
    assert (
        not harness.sim.world.permissions(harness.memes, harness.alice.id)
        & Permission.SEND_MESSAGES
    )
    await channel.set_permissions(everyone, overwrite=None)
    assert harness.sim.world.permissions(harness.memes, harness.alice.id) & Permission.SEND_MESSAGES


async def test_roles_are_given_changed_and_taken(bot: "ScriptedBot", harness: "Harness") -> None:
    harness.guild.grant_bot(Permission.MANAGE_ROLES)
    guild = guild_of(bot, harness)

    role = await guild.create_role(name="Artists")
    member = await guild.fetch_member(harness.alice.id)
    await member.add_roles(role)
    assert role.id in harness.sim.world.member(guild.id, harness.alice.id).role_ids
    await role.edit(name="Painters")
    assert [r.name for r in await guild.fetch_roles()][-1] == "Painters"
    await member.remove_roles(role)
    await member.add_roles(role)
    await role.delete()
    assert role.id not in harness.sim.world.member(guild.id, harness.alice.id).role_ids


async def test_the_bot_leaves_a_guild(bot: "ScriptedBot", harness: "Harness") -> None:
    left = await bot.hears("guild_remove")
    await guild_of(bot, harness).leave()
    await left
    assert list(bot.guilds) == []
    assert harness.sim.bot_user.id not in harness.guild.state.members


async def test_the_bot_learns_of_a_channel_it_can_no_longer_see(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    told = await bot.hears("guild_channel_update")
    harness.sim.faults.revoke(harness.memes, Permission.VIEW_CHANNEL)
    await told
    with pytest.raises(discord.Forbidden) as refused:
        await bot.fetch_channel(harness.memes.id)
    assert refused.value.code == 50001


async def test_an_outage_comes_and_goes(bot: "ScriptedBot", harness: "Harness") -> None:
    gone = await bot.hears("guild_unavailable")
    harness.sim.faults.begin_outage(harness.guild)
    await gone
    back = await bot.hears("guild_available")
    harness.sim.faults.end_outage(harness.guild)
    await back


async def test_nothing_that_happens_in_an_outage_is_told(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    gone = await bot.hears("guild_unavailable")
    harness.sim.faults.begin_outage(harness.guild)
    await gone
    heard = await bot.hears_message()
    await harness.olga.say(harness.memes, "in the outage")
    harness.sim.faults.end_outage(harness.guild)
    after = await harness.olga.say(harness.memes, "after it")
    assert (await heard).id == after.id


async def test_a_system_channel_is_told(bot: "ScriptedBot", harness: "Harness") -> None:
    for chosen in (harness.memes, None):
        told = await bot.hears("guild_update")
        harness.guild.set_system_channel(chosen)
        await told
        known = guild_of(bot, harness).system_channel
        assert (known and known.id) == (chosen and chosen.id)


async def test_a_renamed_guild_is_told(bot: "ScriptedBot", harness: "Harness") -> None:
    told = await bot.hears("guild_update")
    harness.guild.rename("City")
    await told
    assert guild_of(bot, harness).name == "City"


async def test_members_are_listed_only_where_the_portal_grants_it(
    harness: "Harness", make_bot: "MakeBot", start_bot: "StartBot"
) -> None:
    bot = make_bot(discord.Intents(guilds=True, members=True))
    await start_bot(bot)
    guild = guild_of(bot, harness)

    found = {member.name async for member in guild.fetch_members(limit=None)}
    assert found == {"alice", "bob", "olga", "imgoe"}
    harness.sim.faults.forbid_intents(1 << 1)
    with pytest.raises(discord.Forbidden):
        _ = [member async for member in guild.fetch_members(limit=None)]


async def test_a_stranger_is_no_member(bot: "ScriptedBot", harness: "Harness") -> None:
    with pytest.raises(discord.NotFound) as refused:
        await guild_of(bot, harness).fetch_member(1)
    assert refused.value.code == 10007


async def test_a_voice_channel_and_a_category_are_no_trouble(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    made = await bot.hears("guild_channel_create")
    category = harness.guild.add_channel("Rooms", type=ChannelType.CATEGORY)
    await made
    voice = harness.guild.add_channel("Talk", type=ChannelType.VOICE, parent=category)

    fetched = await bot.fetch_channel(voice.id)

    assert isinstance(fetched, discord.VoiceChannel)
    assert fetched.category_id == category.id


async def test_a_boosted_guild_takes_larger_files(bot: "ScriptedBot", harness: "Harness") -> None:
    heard = await bot.hears_message()
    big = Upload("big.bin", bytes(11 * 1024 * 1024))
    with pytest.raises(ApiProblem) as refused:
        await harness.alice.say(harness.memes, files=[big])
    assert refused.value.code == 40005

    harness.guild.boost(2)
    await harness.alice.say(harness.memes, files=[big])

    message = await heard
    assert message.guild is not None
    assert message.guild.filesize_limit == 50 * 1024 * 1024
    assert message.attachments[0].size == len(big.data)


async def test_the_bot_learns_of_its_own_roles_without_the_members_intent(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    told = await bot.hears("member_update")
    harness.guild.grant_bot(Permission.MANAGE_THREADS)
    await told
    assert guild_of(bot, harness).me.guild_permissions.manage_threads


async def test_typing_is_shown_both_ways(bot: "ScriptedBot", harness: "Harness") -> None:
    told = await bot.hears("raw_typing")
    await harness.alice.typing(harness.memes)
    event = await told
    assert isinstance(event, discord.RawTypingEvent)
    assert event.user_id == harness.alice.id


async def test_the_bot_types_only_where_it_may_write(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    harness.sim.faults.revoke(harness.memes, Permission.SEND_MESSAGES)
    with pytest.raises(discord.Forbidden) as refused:
        await bot.text_channel(harness.memes.id).typing()
    assert refused.value.code == 50013


async def test_a_channel_is_moved_between_categories(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    harness.guild.grant_bot(Permission.MANAGE_CHANNELS)
    rooms = harness.guild.add_channel("Rooms", type=ChannelType.CATEGORY)
    channel = await guild_of(bot, harness).create_text_channel("art")
    state = harness.guild.channel("art")

    await bot.http.edit_channel(channel.id, parent_id=rooms.id)
    assert state.parent_id == rooms.id
    await channel.edit(category=None)
    assert state.parent_id is None
    with pytest.raises(discord.HTTPException) as refused:
        await bot.http.edit_channel(channel.id, parent_id=harness.memes.id)
    assert (refused.value.code, "parent_id" in refused.value.text) == (50035, True)


@pytest.mark.parametrize("name", ["", "x" * 101])
async def test_a_channel_needs_a_name(bot: "ScriptedBot", harness: "Harness", name: str) -> None:
    harness.guild.grant_bot(Permission.MANAGE_CHANNELS)
    with pytest.raises(discord.HTTPException) as made:
        await guild_of(bot, harness).create_text_channel(name)
    with pytest.raises(discord.HTTPException) as renamed:
        await bot.text_channel(harness.memes.id).edit(name=name)
    assert (made.value.code, renamed.value.code) == (50035, 50035)
    assert harness.memes.name == "memes"


async def test_what_a_deleted_category_held_stays(bot: "ScriptedBot", harness: "Harness") -> None:
    rooms = harness.guild.add_channel("Rooms", type=ChannelType.CATEGORY)
    inside = harness.guild.add_channel("inside", parent=rooms)
    told = await bot.hears("guild_channel_update")

    harness.guild.delete_channel(rooms)

    await told
    assert (inside in harness.guild.channels, inside.parent_id) == (True, None)


async def test_the_bot_moves_no_role_above_its_own(bot: "ScriptedBot", harness: "Harness") -> None:
    above = harness.guild.add_role("Above")
    harness.guild.grant_bot(Permission.MANAGE_ROLES)
    below = harness.guild.add_role("Below")
    guild = guild_of(bot, harness)
    member = await guild.fetch_member(harness.alice.id)
    roles = {role.id: role for role in await guild.fetch_roles()}

    await member.add_roles(roles[below.id])
    await roles[below.id].edit(name="Lower")
    for act in (
        member.add_roles(roles[above.id]),
        member.edit(roles=[roles[above.id]]),
        roles[above.id].edit(name="Mine"),
        roles[above.id].delete(),
    ):
        with pytest.raises(discord.Forbidden) as refused:
            await act
        assert refused.value.code == 50013
    assert (above.name, below.name) == ("Above", "Lower")


async def test_the_bot_grants_only_what_it_holds(bot: "ScriptedBot", harness: "Harness") -> None:
    harness.guild.grant_bot(Permission.MANAGE_ROLES)
    guild = guild_of(bot, harness)
    channel = bot.text_channel(harness.memes.id)
    role = await guild.create_role(
        name="Artists", permissions=discord.Permissions(add_reactions=True)
    )

    for act in (
        guild.create_role(permissions=discord.Permissions(ban_members=True)),
        role.edit(permissions=discord.Permissions(ban_members=True)),
        channel.set_permissions(guild.default_role, manage_messages=True),
    ):
        with pytest.raises(discord.Forbidden) as refused:
            await act
        assert refused.value.code == 50013
