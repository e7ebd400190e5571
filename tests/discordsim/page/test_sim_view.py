"""What a page shows to one person: all at once, then event by event."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import discord

from imgoe_bot.discordsim import Permission
from imgoe_bot.discordsim.wire import Json, mapping, mappings, text

if TYPE_CHECKING:
    from tests.discordsim.conftest import Probe, Town


async def test_a_snapshot_holds_what_the_person_may_see(town: "Town") -> None:
    hidden = town.guild.add_channel("hidden")
    town.guild.overwrite(hidden, deny=Permission.VIEW_CHANNEL)
    elsewhere = town.sim.add_guild("Elsewhere", owner=town.bob)
    await town.olga.say(town.memes, "hello")

    shown = town.sim.snapshot(town.alice)

    (guild,) = mappings(shown["guilds"])
    assert [text(channel, "name") for channel in mappings(guild["channels"])] == ["memes"]
    messages = mapping(shown["messages"])
    assert [m["content"] for m in mappings(messages[str(town.memes.id)])] == ["hello"]
    assert {text(person, "name") for person in mappings(shown["people"])} == {
        "Alice",
        "Bob",
        "Olga",
    }
    assert str(elsewhere.id) not in json.dumps(shown)


async def test_commands_are_listed_for_whom_they_are_meant(bot: "Probe", town: "Town") -> None:
    @bot.tree.command(description="Set up")
    @discord.app_commands.default_permissions(manage_guild=True)
    async def setup(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("ok")

    await bot.tree.sync()

    def names(shown: dict[str, object]) -> list[str]:
        return [text(command, "name") for command in mappings(shown["commands"])]

    assert names(town.sim.snapshot(town.olga)) == ["setup"]
    assert names(town.sim.snapshot(town.alice)) == []


async def test_events_reach_only_those_who_may_see_them(bot: "Probe", town: "Town") -> None:
    @bot.tree.command(description="Whisper")
    async def whisper(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("only you", ephemeral=True)

    await bot.tree.sync()
    alice, bob = town.sim.subscribe(town.alice), town.sim.subscribe(town.bob)
    await (await town.alice.slash(town.memes, "whisper")).wait_response()
    await town.olga.say(town.memes, "for all")

    async def until_all(stream: AsyncIterator[Json]) -> list[str]:
        seen: list[str] = []
        async with asyncio.timeout(15):
            async for event in stream:
                content = text(mapping(event["d"]), "content")
                seen.append(f"{event['t']} {content}".strip())
                if content == "for all":
                    return seen
        return seen

    assert await until_all(bob) == ["MESSAGE_CREATE for all"]
    assert "MESSAGE_CREATE only you" in await until_all(alice)


async def test_a_subscription_that_is_let_go_is_forgotten(town: "Town") -> None:
    before = len(town.sim.world.listeners)
    stream = town.sim.subscribe(town.alice)
    closed = town.sim.subscribe(town.bob)
    assert len(town.sim.world.listeners) == before + 2

    closed.close()
    del stream
    gc.collect()

    assert len(town.sim.world.listeners) == before


async def test_a_reader_who_falls_behind_is_cut_off(town: "Town") -> None:
    stream = town.sim.subscribe(town.alice)
    before = len(town.sim.world.listeners)
    message = await town.olga.say(town.memes, "x")
    for _ in range(10_050):
        town.sim.unfurl(message, [])

    read = [event async for event in stream]

    assert len(read) == 9_999
    assert len(town.sim.world.listeners) == before - 1


async def test_a_channel_that_is_hidden_goes_from_the_page_and_comes_back(town: "Town") -> None:
    alice, olga = town.sim.subscribe(town.alice), town.sim.subscribe(town.olga)

    town.guild.overwrite(town.memes, deny=Permission.VIEW_CHANNEL)
    town.guild.overwrite(town.memes)

    assert [(await anext(alice))["t"] for _ in range(3)] == [
        "CHANNEL_DELETE",
        "CHANNEL_UPDATE",
        "CHANNEL_CREATE",
    ]
    assert [(await anext(olga))["t"] for _ in range(2)] == ["CHANNEL_UPDATE", "CHANNEL_UPDATE"]
