"""The demo's servers and people: a calm first look, and one of everything behind it."""

import io
from collections.abc import AsyncIterator

import pytest_asyncio
from PIL import Image

from imgoe_bot.discordsim import ChannelType, DiscordSim, SimOptions
from imgoe_bot.discordsim.wire import mapping, mappings
from imgoe_bot.terminal.demo.stage import Stage, set_stage


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    async with DiscordSim(SimOptions()) as sim:
        yield await set_stage(sim)


async def test_a_visitor_looks_at_an_empty_photos_channel_first(stage: Stage) -> None:
    shown = stage.sim.snapshot(stage.member)

    first = mappings(mappings(shown["guilds"])[0]["channels"])[0]
    assert first["name"] == "photos"
    assert mapping(shown["messages"])[str(first["id"])] == []


async def test_one_server_has_a_place_of_each_kind_a_thread_and_a_sticker(stage: Stage) -> None:
    kinds = {channel.type for channel in stage.guild.channels}
    (sticker,) = stage.guild.state.stickers.values()

    assert kinds >= {
        ChannelType.TEXT,
        ChannelType.CATEGORY,
        ChannelType.FORUM,
        ChannelType.MEDIA,
    }
    assert [channel.name for channel in stage.guild.channels if channel.nsfw] == ["after-dark"]
    assert {thread.name for thread in stage.guild.threads} == {"Harbour at dusk", "Sunday's walk"}
    assert Image.open(io.BytesIO(sticker.data)).size == (320, 320)


async def test_one_person_takes_the_app_to_a_server_without_the_bot(stage: Stage) -> None:
    people = stage.sim.people.values()
    (dana,) = [person for person in people if person.has_app]
    (foreign,) = [guild for guild in stage.sim.world.guilds.values() if not guild.has_bot]

    assert dana.id in foreign.members
    assert [person.name for person in people if person.dms_closed] == ["cleo"]
