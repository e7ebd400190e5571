"""imgoe_bot as a plug-in of a foreign bot."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import discord
import pytest
import pytest_asyncio
from discord import app_commands
from discord.ext import commands

from imgoe_bot.ui import endpoints
from tests.flows.kit import Harness, picture

MENU = discord.AppCommandType.message


@pytest_asyncio.fixture
async def guest(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[commands.Bot]:
    """A foreign bot that is logged in, in an environment that is made for our plug-in."""
    monkeypatch.setenv("IMGOE_SECRET_KEY", harness.secret_key)
    monkeypatch.setenv("IMGOE_DATA_DIR", str(harness.folder / "bot"))
    monkeypatch.setenv("IMGOE_DEFAULT_HOST_URL", harness.host.url)
    monkeypatch.setenv("IMGOE_DISCORD_CDN_URL", harness.sim.cdn_url)
    before = endpoints.use(
        endpoints.Endpoints(harness.sim.api_url, harness.sim.gateway_url, harness.sim.cdn_url)
    )
    bot = commands.Bot(command_prefix="!", intents=_intents())
    try:
        async with bot:
            await bot.login(harness.sim.bot_token)
            yield bot
    finally:
        endpoints.use(before)


@asynccontextmanager
async def _connected(bot: commands.Bot, harness: Harness) -> AsyncGenerator[None]:
    await bot.tree.sync()
    task = asyncio.create_task(bot.connect())
    try:
        await harness.sim.bot_ready(commands=True, timeout_s=60)
        yield
    finally:
        await bot.close()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _traces(bot: commands.Bot) -> dict[str, object]:
    """Return everything that a plug-in could leave on a bot."""
    return {
        "commands": sorted(command.name for command in bot.tree.walk_commands()),
        "menus": sorted(menu.name for menu in bot.tree.get_commands(type=MENU)),
        "cogs": sorted(bot.cogs),
        "extensions": sorted(bot.extensions),
        "listeners": {name: found for name, found in bot.extra_events.items() if found},
        "translator": bot.tree.translator,
        "attributes": sorted(name for name in vars(bot) if "imgoe" in name),
        "buttons": len(_buttons(bot)),
    }


def _buttons(bot: commands.Bot) -> list[object]:
    """Return what answers buttons of messages that an earlier process sent."""
    store = bot._connection._view_store  # pyright: ignore[reportPrivateUsage]  # told nowhere else
    return list(store._dynamic_items)  # pyright: ignore[reportPrivateUsage]  # told nowhere else


async def _works(bot: commands.Bot, harness: Harness) -> None:
    """See it keep a picture, then be unloaded."""
    async with _connected(bot, harness):
        await harness.set_key()
        await harness.mirror()
        posted = await harness.ben.say(harness.photos, files=[picture()])
        assert (await harness.card_for(posted)).embeds[0]["title"] == "cat.png"
        await bot.unload_extension("imgoe_bot")


async def test_a_foreign_bot_gets_everything_by_loading_one_extension(
    harness: Harness, guest: commands.Bot
) -> None:
    before = _traces(guest)
    await guest.load_extension("imgoe_bot")

    await _works(guest, harness)

    assert _traces(guest) == before


def _occupy(bot: commands.Bot) -> None:
    """Let a bot use names of ours for things of its own: commands, a group, a menu, a cog."""

    async def own(interaction: discord.Interaction) -> None: ...

    async def look(interaction: discord.Interaction, message: discord.Message) -> None: ...

    for name in ("upload", "status", "roll"):
        bot.tree.add_command(app_commands.Command(name=name, description=name, callback=own))
    bot.tree.add_command(app_commands.Group(name="mirror", description="theirs"))
    bot.tree.add_command(app_commands.ContextMenu(name="Why?", callback=look))


async def test_names_that_clash_are_all_told_and_nothing_is_left_behind(
    harness: Harness, guest: commands.Bot
) -> None:
    _occupy(guest)
    before = _traces(guest)

    for _ in range(2):
        with pytest.raises(commands.ExtensionFailed) as failed:
            await guest.load_extension("imgoe_bot")

        told = str(failed.value)
        assert "the command /mirror, the command /status, the command /upload" in told
        assert "the menu “Why?”" in told
        assert "roll" not in told
        assert _traces(guest) == before
    guest.tree.clear_commands(guild=None)
    guest.tree.clear_commands(guild=None, type=MENU)
    await guest.load_extension("imgoe_bot")
    await _works(guest, harness)


async def test_a_cog_of_the_same_name_is_no_clash(harness: Harness, guest: commands.Bot) -> None:
    class HelpCog(commands.Cog):
        """Theirs."""

    await guest.add_cog(HelpCog())

    await guest.load_extension("imgoe_bot")

    await guest.unload_extension("imgoe_bot")
    assert list(guest.cogs) == ["HelpCog"]


async def test_a_menu_on_people_of_the_same_name_is_no_clash(
    harness: Harness, guest: commands.Bot
) -> None:
    async def look(interaction: discord.Interaction, member: discord.Member) -> None: ...

    guest.tree.add_command(app_commands.ContextMenu(name="Why?", callback=look))

    await guest.load_extension("imgoe_bot")

    await _works(guest, harness)


async def test_where_a_cog_finds_no_room_nothing_is_left_behind(
    harness: Harness, guest: commands.Bot
) -> None:
    """discord.py takes five message menus; the third of ours is one too many."""

    async def look(interaction: discord.Interaction, message: discord.Message) -> None: ...

    for number in range(3):
        guest.tree.add_command(app_commands.ContextMenu(name=f"Look {number}", callback=look))
    before = _traces(guest)

    with pytest.raises(commands.ExtensionFailed):
        await guest.load_extension("imgoe_bot")

    assert _traces(guest) == before
    guest.tree.remove_command("Look 0", type=MENU)
    await guest.load_extension("imgoe_bot")


async def test_after_a_wrong_setting_it_can_be_loaded_once_that_is_mended(
    harness: Harness, guest: commands.Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _traces(guest)
    monkeypatch.setenv("IMGOE_SECRET_KEY", "short")
    with pytest.raises(commands.ExtensionFailed, match="IMGOE_SECRET_KEY"):
        await guest.load_extension("imgoe_bot")
    assert _traces(guest) == before
    monkeypatch.setenv("IMGOE_SECRET_KEY", harness.secret_key)

    await guest.load_extension("imgoe_bot")

    with pytest.raises(commands.ExtensionAlreadyLoaded):
        await guest.load_extension("imgoe_bot")
    await guest.reload_extension("imgoe_bot")
    await guest.unload_extension("imgoe_bot")
    assert _traces(guest) == before
    await guest.load_extension("imgoe_bot")
    await _works(guest, harness)


def _intents() -> discord.Intents:
    return discord.Intents(guilds=True, guild_messages=True, message_content=True)
