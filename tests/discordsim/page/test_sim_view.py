"""What a page shows to one person: all at once, then event by event."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import discord

from imgoe_bot.discordsim import Permission
from imgoe_bot.discordsim.untyped_json import Json, mapping, mappings, text

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot


async def test_a_snapshot_holds_what_the_person_may_see(harness: "Harness") -> None:
    hidden = harness.guild.add_channel("hidden")
    harness.guild.overwrite(hidden, deny=Permission.VIEW_CHANNEL)
    elsewhere = harness.sim.add_guild("Elsewhere", owner=harness.bob)
    await harness.olga.say(harness.memes, "hello")

    shown = harness.sim.snapshot(harness.alice)

    (guild,) = mappings(shown["guilds"])
    assert [text(channel, "name") for channel in mappings(guild["channels"])] == ["memes"]
    messages = mapping(shown["messages"])
    assert [m["content"] for m in mappings(messages[str(harness.memes.id)])] == ["hello"]
    assert {text(person, "name") for person in mappings(shown["people"])} == {
        "Alice",
        "Bob",
        "Olga",
    }
    assert str(elsewhere.id) not in json.dumps(shown)


async def test_commands_are_listed_for_whom_they_are_meant(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    @bot.tree.command(description="Set up")
    @discord.app_commands.default_permissions(manage_guild=True)
    async def setup(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("ok")

    await bot.tree.sync()

    def names(shown: dict[str, object]) -> list[str]:
        return [text(command, "name") for command in mappings(shown["commands"])]

    assert names(harness.sim.snapshot(harness.olga)) == ["setup"]
    assert names(harness.sim.snapshot(harness.alice)) == []


async def test_events_reach_only_those_who_may_see_them(
    bot: "ScriptedBot", harness: "Harness"
) -> None:
    @bot.tree.command(description="Whisper")
    async def whisper(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("only you", ephemeral=True)

    await bot.tree.sync()
    alice, bob = harness.sim.subscribe(harness.alice), harness.sim.subscribe(harness.bob)
    await (await harness.alice.slash(harness.memes, "whisper")).wait_response()
    await harness.olga.say(harness.memes, "for all")

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


async def test_a_subscription_that_is_let_go_is_forgotten(harness: "Harness") -> None:
    before = len(harness.sim.world.listeners)
    stream = harness.sim.subscribe(harness.alice)
    closed = harness.sim.subscribe(harness.bob)
    assert len(harness.sim.world.listeners) == before + 2

    closed.close()
    del stream
    gc.collect()

    assert len(harness.sim.world.listeners) == before


async def test_a_reader_who_falls_behind_is_cut_off(harness: "Harness") -> None:
    stream = harness.sim.subscribe(harness.alice)
    before = len(harness.sim.world.listeners)
    message = await harness.olga.say(harness.memes, "x")
    for _ in range(10_050):
        harness.sim.unfurl(message, [])

    read = [event async for event in stream]

    assert len(read) == 9_999
    assert len(harness.sim.world.listeners) == before - 1


async def test_a_channel_that_is_hidden_goes_from_the_page_and_comes_back(
    harness: "Harness",
) -> None:
    alice, olga = harness.sim.subscribe(harness.alice), harness.sim.subscribe(harness.olga)

    harness.guild.overwrite(harness.memes, deny=Permission.VIEW_CHANNEL)
    harness.guild.overwrite(harness.memes)

    assert [(await anext(alice))["t"] for _ in range(3)] == [
        "CHANNEL_DELETE",
        "CHANNEL_UPDATE",
        "CHANNEL_CREATE",
    ]
    assert [(await anext(olga))["t"] for _ in range(2)] == ["CHANNEL_UPDATE", "CHANNEL_UPDATE"]
