"""imgoe_bot as a plug-in of a foreign bot."""

import asyncio
import contextlib
import sys
from collections.abc import Iterator

import discord
import pytest
from discord.ext import commands

from imgoe_bot.ui import endpoints
from tests.flows.kit import Town, picture


@pytest.fixture(autouse=True)
def _modules_as_before() -> Iterator[None]:
    """discord.py forgets all of imgoe_bot's modules on unload; later tests hold on to them."""
    before = {k: v for k, v in sys.modules.items() if k.partition(".")[0] == "imgoe_bot"}
    yield
    sys.modules.update(before)


async def test_a_foreign_bot_gets_everything_by_loading_one_extension(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMGOE_SECRET_KEY", town.secret_key)
    monkeypatch.setenv("IMGOE_DATA_DIR", str(town.folder / "bot"))
    monkeypatch.setenv("IMGOE_DEFAULT_HOST_URL", town.host.url)
    monkeypatch.setenv("IMGOE_DISCORD_CDN_URL", town.sim.cdn_url)
    before = endpoints.use(
        endpoints.Endpoints(town.sim.api_url, town.sim.gateway_url, town.sim.cdn_url)
    )
    bot = commands.Bot(command_prefix="!", intents=_intents())
    try:
        async with bot:
            await bot.login(town.sim.bot_token)
            await bot.load_extension("imgoe_bot")
            await bot.tree.sync()
            task = asyncio.create_task(bot.connect())
            await town.sim.bot_ready(commands=True)
            await town.set_key()
            await town.mirror()

            posted = await town.ben.say(town.photos, files=[picture()])

            assert (await town.card_for(posted)).embeds[0]["title"] == "cat.png"
            await bot.unload_extension("imgoe_bot")
            assert bot.cogs == {}
            await bot.close()
            with contextlib.suppress(asyncio.CancelledError):
                await task
    finally:
        endpoints.use(before)


def _intents() -> discord.Intents:
    return discord.Intents(guilds=True, guild_messages=True, message_content=True)
