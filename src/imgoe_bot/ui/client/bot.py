"""The bot itself, and what it takes to make any discord.py bot do the same."""

import contextlib
import gc
import sys
from typing import Any

import discord
from discord.ext import commands

from imgoe_bot.errors import ConfigError, StoreClosed
from imgoe_bot.ui.backfilling.buttons import BACKFILL_ITEMS
from imgoe_bot.ui.cards.buttons import DeleteButton, ManageButton
from imgoe_bot.ui.cards.held_buttons import HoldButton
from imgoe_bot.ui.cards.links_button import LinksButton
from imgoe_bot.ui.cards.retry_button import RetryAllButton, RetryButton
from imgoe_bot.ui.client import collector
from imgoe_bot.ui.client.command_sync import sync_if_changed
from imgoe_bot.ui.client.command_tree import ImgoeTree
from imgoe_bot.ui.client.raw_events import pass_over_quiet_messages
from imgoe_bot.ui.client.translator import add_translator, remove_translator
from imgoe_bot.ui.container import AnyBot, Services, attach, detach
from imgoe_bot.ui.library.views import LIBRARY_ITEMS
from imgoe_bot.ui.privacy.consent import AskButton, ChoiceButton
from imgoe_bot.ui.privacy.erase_button import ForgetButton
from imgoe_bot.ui.settings.pages import OptionPageButton
from imgoe_bot.ui.settings.reset import ResetButton
from imgoe_bot.ui.setup.key_modal import UntriedKeyButton
from imgoe_bot.ui.setup.my_key import MyKeyButton
from imgoe_bot.ui.setup.wizard import SETUP_ITEMS
from imgoe_bot.ui.watching.quiet_messages import QuietMessages

EXTENSIONS = (
    "imgoe_bot.cogs.upload",
    "imgoe_bot.cogs.help",
    "imgoe_bot.cogs.mirror",
    "imgoe_bot.cogs.backfill",
    "imgoe_bot.cogs.watching",
    "imgoe_bot.cogs.arrivals",
    "imgoe_bot.cogs.settings",
    "imgoe_bot.cogs.library",
    "imgoe_bot.cogs.privacy",
    "imgoe_bot.cogs.setup",
    "imgoe_bot.cogs.guilds",
    "imgoe_bot.cogs.my_key",
)
BUTTONS = (
    ManageButton,
    DeleteButton,
    HoldButton,
    LinksButton,
    RetryButton,
    RetryAllButton,
    *LIBRARY_ITEMS,
    ForgetButton,
    MyKeyButton,
    UntriedKeyButton,
    ChoiceButton,
    AskButton,
    OptionPageButton,
    ResetButton,
    *SETUP_ITEMS,
    *BACKFILL_ITEMS,
)
MENU_KINDS = {discord.AppCommandType.message: "messages", discord.AppCommandType.user: "people"}
"""What a menu is on; one of each may have the same name."""


async def install(bot: AnyBot, services: Services) -> None:
    """Give a bot our services, buttons and cogs: all of them, or nothing.

    Raises:
        ConfigError: the bot has commands or cogs of these names already.
        ExtensionError: a cog can't be loaded.
    """
    await _check_names(bot, services)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(uninstall, bot)
        await _load(bot, services)
        stack.pop_all()


async def _load(bot: AnyBot, services: Services) -> None:
    attach(bot, services)
    bot.add_dynamic_items(*BUTTONS)
    await add_translator(bot)
    for name in EXTENSIONS:
        await bot.load_extension(name)


async def uninstall(bot: AnyBot) -> None:
    """Take everything off again, as far as it is there."""
    for name in EXTENSIONS:
        if name in bot.extensions:
            await bot.unload_extension(name)
    await remove_translator(bot)
    bot.remove_dynamic_items(*BUTTONS)
    detach(bot)


async def _check_names(bot: AnyBot, services: Services) -> None:
    """Refuse to be loaded into a bot that uses one of our names for something else."""
    taken = _names_in(bot)
    if not taken:
        return
    clashing = sorted(taken & await _our_names(services))
    if clashing:
        raise ConfigError(
            "load_extension('imgoe_bot')",
            f"this bot has {', '.join(clashing)} already: rename them, or leave one of both out",
        )


async def _our_names(services: Services) -> set[str]:
    """Return the names of all that we load, by loading it into a bot that never connects."""
    intents = discord.Intents.none()
    trial = commands.Bot(commands.when_mentioned, help_command=None, intents=intents)
    try:
        await _load(trial, services)
        return _names_in(trial)
    finally:
        await uninstall(trial)


def _names_in(bot: AnyBot) -> set[str]:
    """Return a bot's global commands, menus and cogs as people know them."""
    menus = [
        (each, on) for kind, on in MENU_KINDS.items() for each in bot.tree.get_commands(type=kind)
    ]
    slash = bot.tree.get_commands(type=discord.AppCommandType.chat_input)
    return {
        *(f"the command /{command.name}" for command in slash),
        *(f"the menu “{menu.name}” on {on}" for menu, on in menus),
        *(f"the cog {name}" for name in bot.cogs),
    }


class ImgoeBot(commands.AutoShardedBot):
    """A bot of its own that caches as little as it can.

    Source: DESIGN.md section 4 (cached members cost 5-6 times the memory).
    """

    def __init__(self, *, message_content: bool) -> None:
        """Make the bot.

        Args:
            message_content: whether to ask for the privileged intent that auto-mirror needs.
        """
        intents = discord.Intents(
            guilds=True,
            guild_messages=True,
            guild_reactions=True,
            message_content=message_content,
        )
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # no voice here
        super().__init__(
            command_prefix=commands.when_mentioned,
            tree_cls=ImgoeTree,
            help_command=None,
            intents=intents,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=100,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self._services: Services | None = None

    def serve(self, services: Services) -> None:
        """Take the services to install once logged in."""
        self._services = services

    async def setup_hook(self) -> None:
        """Install everything, and tell Discord the commands if they changed."""
        if self._services is None:
            raise RuntimeError("call serve() before start()")
        await install(self, self._services)
        pass_over_quiet_messages(self, QuietMessages(self, self._services))
        await sync_if_changed(self, self._services.notes)
        gc.collect()  # what loading left behind, before it is taken out of the collector's sight

    async def on_connect(self) -> None:
        """Let the servers of a new session come in undisturbed."""
        collector.make_way(again=self.is_ready())

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what a listener raises, unless the bot ends: then the database is closed to it."""
        if not isinstance(sys.exception(), StoreClosed):
            await super().on_error(event_method, *args, **kwargs)

    async def on_message(self, message: discord.Message, /) -> None:
        """Look for no prefix command: there is none."""

    async def on_ready(self) -> None:
        """Move what start-up left in memory out of the garbage collector's way."""
        collector.settle()
        if self._services is not None:
            await self._services.catch_ups.settled()
            collector.settle()

    async def on_shard_ready(self, _: int) -> None:
        """Do the same after a new session of one shard among several: it brings no ``ready``."""
        if self.is_ready():
            await self.on_ready()
