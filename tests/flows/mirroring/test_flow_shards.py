"""The bot in more servers than one connection takes: two shards, nothing replaced."""

import itertools
import time

import pytest

from imgoe_bot.discordsim import GuildHandle, Permission, SimOptions
from tests.flows.kit import PATIENCE_S, Town, picture


@pytest.fixture
def sim_options() -> SimOptions:
    """Two shards, and ids of which each is a millisecond later: they fall to both."""
    step = itertools.count()
    return SimOptions(shards=2, clock=lambda: time.time() + next(step) / 1000)


def _shard_of(guild: GuildHandle) -> int:
    return (guild.id >> 22) % 2


def _guild_of_the_other_shard(town: Town) -> GuildHandle:
    while _shard_of(guild := town.sim.add_guild("Elsewhere", owner=town.ada)) == _shard_of(
        town.guild
    ):
        guild.remove_bot()
    guild.join(town.ada, permissions=Permission.MANAGE_GUILD)
    return guild


async def test_both_shards_mirror_and_answer(town: Town) -> None:
    other = _guild_of_the_other_shard(town)
    attic = other.add_channel("attic")
    async with town.bot():
        for place in (town.photos, attic):
            opened = await town.ada.slash(place, "settings key")
            key = {"host": town.host.url, "key": await town.host.create_key("flow")}
            await (await town.ada.fill_modal(opened, key)).wait_response(PATIENCE_S)
            added = await town.ada.slash(place, "mirror add", channel=place)
            await added.wait_response(PATIENCE_S)

            await town.ada.say(place, files=[picture(f"{place.name}.png", colour="navy")])

            card = await town.ada.wait_for_message(place, lambda m: bool(m.embeds), PATIENCE_S)
            assert card.embeds[0]["title"] == f"{place.name}.png"
