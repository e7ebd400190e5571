"""The bot in more servers than one connection takes: two shards, nothing replaced."""

import itertools
import time

import pytest

from imgoe_bot.discordsim import GuildHandle, Permission, SimOptions
from tests.flows.kit import PATIENCE_S, Harness, picture


@pytest.fixture
def sim_options() -> SimOptions:
    """Two shards, and ids of which each is a millisecond later: they fall to both."""
    step = itertools.count()
    return SimOptions(shards=2, clock=lambda: time.time() + next(step) / 1000)


def _shard_of(guild: GuildHandle) -> int:
    return (guild.id >> 22) % 2


def _guild_of_the_other_shard(harness: Harness) -> GuildHandle:
    while _shard_of(guild := harness.sim.add_guild("Elsewhere", owner=harness.ada)) == _shard_of(
        harness.guild
    ):
        guild.remove_bot()
    guild.join(harness.ada, permissions=Permission.MANAGE_GUILD)
    return guild


async def test_both_shards_mirror_and_answer(harness: Harness) -> None:
    other = _guild_of_the_other_shard(harness)
    attic = other.add_channel("attic")
    async with harness.bot():
        for place in (harness.photos, attic):
            opened = await harness.ada.slash(place, "settings key")
            key = {"host": harness.host.url, "key": await harness.host.create_key("flow")}
            await (await harness.ada.fill_modal(opened, key)).wait_response(PATIENCE_S)
            added = await harness.ada.slash(place, "mirror add", channel=place)
            await added.wait_response(PATIENCE_S)

            await harness.ada.say(place, files=[picture(f"{place.name}.png", colour="navy")])

            card = await harness.ada.wait_for_message(place, lambda m: bool(m.embeds), PATIENCE_S)
            assert card.embeds[0]["title"] == f"{place.name}.png"
