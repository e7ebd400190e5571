"""To whom commands are offered: installs, contexts, administrators' overrides."""

import asyncio
from typing import TYPE_CHECKING

import discord
import pytest
import pytest_asyncio
from discord import app_commands

from imgoe_bot.discordsim import ApiProblem, Permission
from imgoe_bot.discordsim.interactions.commands import visible

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot


@pytest_asyncio.fixture
async def commands(bot: "ScriptedBot") -> None:
    """A command each for everybody, for managers, for restricted places, and to take along."""

    @bot.tree.command(description="For everybody")
    async def anyone(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("ok", ephemeral=True)

    @bot.tree.command(description="For managers")
    @app_commands.default_permissions(manage_guild=True)
    async def managers(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("ok", ephemeral=True)

    @bot.tree.command(description="For grown-ups", nsfw=True)
    async def grown(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("ok", ephemeral=True)

    @bot.tree.command(description="To take along")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def portable(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        refused = 0
        for number in range(8):
            try:
                await interaction.followup.send(f"{number}", ephemeral=True)
            except discord.HTTPException as error:
                refused = error.code
        await interaction.edit_original_response(content=f"refused {refused}")

    await bot.tree.sync()


def names(harness: "Harness", who: str, where: str) -> set[str]:
    people = {"alice": harness.alice, "bob": harness.bob, "olga": harness.olga}
    elsewhere = next((g for g in harness.sim.world.guilds.values() if g.name == "Elsewhere"), None)
    channels = {
        "memes": harness.memes,
        "dm": harness.alice.dm,
        "between": harness.alice.dm_with(harness.bob),
        "after dark": next((c for c in harness.guild.channels if c.nsfw), harness.memes),
    }
    if elsewhere is not None:
        channels["elsewhere"] = harness.sim.world.channels[elsewhere.channel_ids[0]]
    found = visible(harness.sim.world, channels[where], people[who].user)
    return {command.name for command in found}


@pytest.mark.usefixtures("commands")
async def test_commands_are_offered_by_place_and_right(harness: "Harness") -> None:
    harness.guild.add_channel("after dark", nsfw=True)

    assert names(harness, "alice", "memes") == {"anyone", "portable"}
    assert names(harness, "olga", "memes") == {"anyone", "managers", "portable"}
    assert names(harness, "alice", "after dark") == {"anyone", "grown", "portable"}
    assert names(harness, "alice", "dm") == {"anyone", "managers", "portable"}
    assert names(harness, "alice", "between") == set()


@pytest.mark.usefixtures("commands")
async def test_an_app_on_the_account_goes_where_the_person_goes(harness: "Harness") -> None:
    elsewhere = harness.sim.add_guild("Elsewhere", owner=harness.alice, bot=False)
    elsewhere.add_channel("lobby")
    assert names(harness, "alice", "elsewhere") == set()

    harness.alice.has_app = True

    assert names(harness, "alice", "elsewhere") == {"portable"}
    assert names(harness, "alice", "between") == {"portable"}
    assert names(harness, "bob", "between") == set()


@pytest.mark.usefixtures("commands")
async def test_where_only_the_person_has_the_app_five_follow_ups_are_all(
    harness: "Harness",
) -> None:
    elsewhere = harness.sim.add_guild("Elsewhere", owner=harness.alice, bot=False)
    lobby = elsewhere.add_channel("lobby")
    harness.alice.has_app = True

    asked = await harness.alice.slash(lobby, "portable")

    await harness.alice.wait_for_message(lobby, lambda m: m.content == "refused 40094")
    assert [m.content for m in asked.responses][1:] == ["1", "2", "3", "4", "5"]


@pytest.mark.usefixtures("commands")
async def test_an_administrator_overrides_the_default(harness: "Harness") -> None:
    role = harness.guild.add_role("Curators")
    harness.guild.set_roles(harness.alice, [role])

    harness.guild.override_command("managers", role, allowed=True)
    harness.guild.override_command("anyone", allowed=False)
    assert names(harness, "alice", "memes") == {"managers", "portable"}
    assert names(harness, "bob", "memes") == {"portable"}

    harness.guild.override_command("managers", harness.alice, allowed=False)
    harness.guild.override_command("anyone", harness.alice, allowed=True)
    harness.guild.override_command("portable", harness.memes, allowed=False)
    assert names(harness, "alice", "memes") == {"anyone"}
    assert names(harness, "olga", "memes") == {"anyone", "managers", "portable"}


@pytest.mark.usefixtures("commands")
async def test_without_the_right_to_use_apps_no_command_works(harness: "Harness") -> None:
    harness.guild.overwrite(harness.memes, harness.alice, deny=Permission.USE_APPLICATION_COMMANDS)
    with pytest.raises(ApiProblem, match="50013"):
        await harness.alice.slash(harness.memes, "anyone")


async def test_syncing_again_keeps_ids_and_drops_what_is_gone(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    @bot.tree.command(description="One")
    async def one(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("1")

    @bot.tree.command(description="Two")
    async def two(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("2")

    first = {command.name: command.id for command in await bot.tree.sync()}
    bot.tree.remove_command("two")
    second = {command.name: command.id for command in await bot.tree.sync()}

    assert second == {"one": first["one"]}
    assert [command.name for command in await bot.tree.fetch_commands()] == ["one"]
    with pytest.raises(discord.NotFound) as refused:
        await bot.tree.fetch_command(first["two"])
    assert refused.value.code == 10063


async def test_a_guild_has_commands_of_its_own(bot: "ScriptedBot", harness: "Harness") -> None:
    @bot.tree.command(description="Here", guild=discord.Object(harness.guild.id))
    async def here(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("here")

    await bot.tree.sync(guild=discord.Object(harness.guild.id))
    asked = await harness.alice.slash(harness.memes, "here")
    assert (await asked.wait_response()).content == "here"


async def test_a_name_beyond_32_characters_is_refused(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    payload = {"name": "x" * 33, "description": "d", "type": 1}
    with pytest.raises(discord.HTTPException) as refused:
        await bot.http.bulk_upsert_global_commands(harness.sim.application_id, [payload])
    assert refused.value.code == 50035


async def test_two_people_at_once_get_their_own_answers(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    @bot.tree.command(description="Who")
    async def who(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(interaction.user.name, ephemeral=True)

    await bot.tree.sync()
    asked = await asyncio.gather(
        harness.alice.slash(harness.memes, "who"), harness.bob.slash(harness.memes, "who")
    )
    answers = [(await item.wait_response()).content for item in asked]
    assert answers == ["alice", "bob"]
