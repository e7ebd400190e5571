"""The demo's servers and people: a calm first look, and one of everything behind it."""

import io
from collections.abc import AsyncIterator

import pytest_asyncio
from PIL import Image

from imgoe_bot.discordsim import ChannelType, DiscordSim, SimOptions
from imgoe_bot.discordsim.untyped_json import mapping, mappings
from imgoe_bot.terminal.demo.servers import DemoServers, open_servers


@pytest_asyncio.fixture
async def servers() -> AsyncIterator[DemoServers]:
    async with DiscordSim(SimOptions()) as sim:
        yield await open_servers(sim)


async def test_a_visitor_looks_at_an_empty_photos_channel_first(servers: DemoServers) -> None:
    shown = servers.sim.snapshot(servers.member)

    first = mappings(mappings(shown["guilds"])[0]["channels"])[0]
    assert first["name"] == "photos"
    assert mapping(shown["messages"])[str(first["id"])] == []


async def test_one_server_has_a_place_of_each_kind_a_thread_and_a_sticker(
    servers: DemoServers,
) -> None:
    kinds = {channel.type for channel in servers.guild.channels}
    (sticker,) = servers.guild.state.stickers.values()

    assert kinds >= {
        ChannelType.TEXT,
        ChannelType.CATEGORY,
        ChannelType.FORUM,
        ChannelType.MEDIA,
    }
    assert [channel.name for channel in servers.guild.channels if channel.nsfw] == ["after-dark"]
    assert {thread.name for thread in servers.guild.threads} == {"Harbour at dusk", "Sunday's walk"}
    assert Image.open(io.BytesIO(sticker.data)).size == (320, 320)


async def test_one_person_takes_the_app_to_a_server_without_the_bot(servers: DemoServers) -> None:
    people = servers.sim.people.values()
    (dana,) = [person for person in people if person.has_app]
    (foreign,) = [guild for guild in servers.sim.world.guilds.values() if not guild.has_bot]

    assert dana.id in foreign.members
    assert [person.name for person in people if person.dms_closed] == ["cleo"]
