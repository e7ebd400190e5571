"""Channels, overwrites, roles and members, changed by the bot and by people."""

from typing import TYPE_CHECKING

import discord
import pytest

from imgoe_bot.discordsim import ApiProblem, ChannelType, Permission, Upload

if TYPE_CHECKING:
    from tests.discordsim.conftest import MakeBot, Probe, StartBot, Town


def guild_of(bot: discord.Client, town: "Town") -> discord.Guild:
    guild = bot.get_guild(town.guild.id)
    assert guild is not None
    return guild


async def test_the_bot_makes_changes_and_removes_a_channel(bot: "Probe", town: "Town") -> None:
    town.guild.grant_bot(Permission.MANAGE_CHANNELS)
    guild = guild_of(bot, town)

    channel = await guild.create_text_channel("uploads", topic="links")
    assert town.guild.channel("uploads").topic == "links"
    await channel.edit(topic="all links", nsfw=True)
    assert town.guild.channel("uploads").nsfw
    await channel.delete()
    with pytest.raises(KeyError):
        town.guild.channel("uploads")


async def test_without_the_right_a_channel_stays(bot: "Probe", town: "Town") -> None:
    channel = bot.get_channel(town.memes.id)
    assert isinstance(channel, discord.TextChannel)
    with pytest.raises(discord.Forbidden) as refused:
        await channel.delete()
    assert refused.value.code == 50013


async def test_an_overwrite_the_bot_sets_counts(bot: "Probe", town: "Town") -> None:
    town.guild.grant_bot(Permission.MANAGE_ROLES)
    channel = bot.get_channel(town.memes.id)
    assert isinstance(channel, discord.TextChannel)
    everyone = channel.guild.default_role

    await channel.set_permissions(everyone, send_messages=False)
    assert not town.sim.world.permissions(town.memes, town.alice.id) & Permission.SEND_MESSAGES
    await channel.set_permissions(everyone, overwrite=None)
    assert town.sim.world.permissions(town.memes, town.alice.id) & Permission.SEND_MESSAGES


async def test_roles_are_given_changed_and_taken(bot: "Probe", town: "Town") -> None:
    town.guild.grant_bot(Permission.MANAGE_ROLES)
    guild = guild_of(bot, town)

    role = await guild.create_role(name="Artists")
    member = await guild.fetch_member(town.alice.id)
    await member.add_roles(role)
    assert role.id in town.sim.world.member(guild.id, town.alice.id).role_ids
    await role.edit(name="Painters")
    assert [r.name for r in await guild.fetch_roles()][-1] == "Painters"
    await member.remove_roles(role)
    await member.add_roles(role)
    await role.delete()
    assert role.id not in town.sim.world.member(guild.id, town.alice.id).role_ids


async def test_the_bot_leaves_a_guild(bot: "Probe", town: "Town") -> None:
    left = await bot.hears("guild_remove")
    await guild_of(bot, town).leave()
    await left
    assert list(bot.guilds) == []
    assert town.sim.bot_user.id not in town.guild.state.members


async def test_the_bot_learns_of_a_channel_it_can_no_longer_see(bot: "Probe", town: "Town") -> None:
    told = await bot.hears("guild_channel_update")
    town.sim.faults.revoke(town.memes, Permission.VIEW_CHANNEL)
    await told
    with pytest.raises(discord.Forbidden) as refused:
        await bot.fetch_channel(town.memes.id)
    assert refused.value.code == 50001


async def test_an_outage_comes_and_goes(bot: "Probe", town: "Town") -> None:
    gone = await bot.hears("guild_unavailable")
    town.sim.faults.begin_outage(town.guild)
    await gone
    back = await bot.hears("guild_available")
    town.sim.faults.end_outage(town.guild)
    await back


async def test_nothing_that_happens_in_an_outage_is_told(bot: "Probe", town: "Town") -> None:
    gone = await bot.hears("guild_unavailable")
    town.sim.faults.begin_outage(town.guild)
    await gone
    heard = await bot.hears_message()
    await town.olga.say(town.memes, "in the outage")
    town.sim.faults.end_outage(town.guild)
    after = await town.olga.say(town.memes, "after it")
    assert (await heard).id == after.id


async def test_a_system_channel_is_told(bot: "Probe", town: "Town") -> None:
    for chosen in (town.memes, None):
        told = await bot.hears("guild_update")
        town.guild.set_system_channel(chosen)
        await told
        known = guild_of(bot, town).system_channel
        assert (known and known.id) == (chosen and chosen.id)


async def test_a_renamed_guild_is_told(bot: "Probe", town: "Town") -> None:
    told = await bot.hears("guild_update")
    town.guild.rename("City")
    await told
    assert guild_of(bot, town).name == "City"


async def test_members_are_listed_only_where_the_portal_grants_it(
    town: "Town", make_bot: "MakeBot", start_bot: "StartBot"
) -> None:
    bot = make_bot(discord.Intents(guilds=True, members=True))
    await start_bot(bot)
    guild = guild_of(bot, town)

    found = {member.name async for member in guild.fetch_members(limit=None)}
    assert found == {"alice", "bob", "olga", "imgoe"}
    town.sim.faults.forbid_intents(1 << 1)
    with pytest.raises(discord.Forbidden):
        _ = [member async for member in guild.fetch_members(limit=None)]


async def test_a_stranger_is_no_member(bot: "Probe", town: "Town") -> None:
    with pytest.raises(discord.NotFound) as refused:
        await guild_of(bot, town).fetch_member(1)
    assert refused.value.code == 10007


async def test_a_voice_channel_and_a_category_are_no_trouble(bot: "Probe", town: "Town") -> None:
    made = await bot.hears("guild_channel_create")
    category = town.guild.add_channel("Rooms", type=ChannelType.CATEGORY)
    await made
    voice = town.guild.add_channel("Talk", type=ChannelType.VOICE, parent=category)

    fetched = await bot.fetch_channel(voice.id)

    assert isinstance(fetched, discord.VoiceChannel)
    assert fetched.category_id == category.id


async def test_a_boosted_guild_takes_larger_files(bot: "Probe", town: "Town") -> None:
    heard = await bot.hears_message()
    big = Upload("big.bin", bytes(11 * 1024 * 1024))
    with pytest.raises(ApiProblem) as refused:
        await town.alice.say(town.memes, files=[big])
    assert refused.value.code == 40005

    town.guild.boost(2)
    await town.alice.say(town.memes, files=[big])

    message = await heard
    assert message.guild is not None
    assert message.guild.filesize_limit == 50 * 1024 * 1024
    assert message.attachments[0].size == len(big.data)


async def test_the_bot_learns_of_its_own_roles_without_the_members_intent(
    bot: "Probe", town: "Town"
) -> None:
    told = await bot.hears("member_update")
    town.guild.grant_bot(Permission.MANAGE_THREADS)
    await told
    assert guild_of(bot, town).me.guild_permissions.manage_threads


async def test_typing_is_shown_both_ways(bot: "Probe", town: "Town") -> None:
    told = await bot.hears("raw_typing")
    await town.alice.typing(town.memes)
    event = await told
    assert isinstance(event, discord.RawTypingEvent)
    assert event.user_id == town.alice.id


async def test_the_bot_types_only_where_it_may_write(bot: "Probe", town: "Town") -> None:
    town.sim.faults.revoke(town.memes, Permission.SEND_MESSAGES)
    with pytest.raises(discord.Forbidden) as refused:
        await bot.text_channel(town.memes.id).typing()
    assert refused.value.code == 50013


async def test_a_channel_is_moved_between_categories(bot: "Probe", town: "Town") -> None:
    town.guild.grant_bot(Permission.MANAGE_CHANNELS)
    rooms = town.guild.add_channel("Rooms", type=ChannelType.CATEGORY)
    channel = await guild_of(bot, town).create_text_channel("art")
    state = town.guild.channel("art")

    await bot.http.edit_channel(channel.id, parent_id=rooms.id)
    assert state.parent_id == rooms.id
    await channel.edit(category=None)
    assert state.parent_id is None
    with pytest.raises(discord.HTTPException) as refused:
        await bot.http.edit_channel(channel.id, parent_id=town.memes.id)
    assert (refused.value.code, "parent_id" in refused.value.text) == (50035, True)


@pytest.mark.parametrize("name", ["", "x" * 101])
async def test_a_channel_needs_a_name(bot: "Probe", town: "Town", name: str) -> None:
    town.guild.grant_bot(Permission.MANAGE_CHANNELS)
    with pytest.raises(discord.HTTPException) as made:
        await guild_of(bot, town).create_text_channel(name)
    with pytest.raises(discord.HTTPException) as renamed:
        await bot.text_channel(town.memes.id).edit(name=name)
    assert (made.value.code, renamed.value.code) == (50035, 50035)
    assert town.memes.name == "memes"


async def test_what_a_deleted_category_held_stays(bot: "Probe", town: "Town") -> None:
    rooms = town.guild.add_channel("Rooms", type=ChannelType.CATEGORY)
    inside = town.guild.add_channel("inside", parent=rooms)
    told = await bot.hears("guild_channel_update")

    town.guild.delete_channel(rooms)

    await told
    assert (inside in town.guild.channels, inside.parent_id) == (True, None)


async def test_the_bot_moves_no_role_above_its_own(bot: "Probe", town: "Town") -> None:
    above = town.guild.add_role("Above")
    town.guild.grant_bot(Permission.MANAGE_ROLES)
    below = town.guild.add_role("Below")
    guild = guild_of(bot, town)
    member = await guild.fetch_member(town.alice.id)
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


async def test_the_bot_grants_only_what_it_holds(bot: "Probe", town: "Town") -> None:
    town.guild.grant_bot(Permission.MANAGE_ROLES)
    guild = guild_of(bot, town)
    channel = bot.text_channel(town.memes.id)
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
