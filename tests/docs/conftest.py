"""The command tree as Discord gets it: built from the real cogs, without a connection."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest_asyncio
from discord.ext import commands

from imgoe_bot.app.services import open_services
from imgoe_bot.settings.fields import PluginSettings
from imgoe_bot.ui.client.bot import install, uninstall
from imgoe_bot.ui.container import AnyBot


@pytest_asyncio.fixture
async def bot(tmp_path: Path) -> AsyncIterator[AnyBot]:
    """A bot with every cog of ours; it never logs in."""
    given = {"secret_key": base64.b64encode(bytes(32)).decode(), "data_dir": str(tmp_path)}
    settings = PluginSettings.model_validate(given)
    bot = commands.Bot(command_prefix="!", intents=discord.Intents.none())
    async with bot, open_services(settings, bot) as services:
        await install(bot, services)
        yield bot
        await uninstall(bot)
