"""imgoe_bot keeps what a Discord community posts.

As a plug-in: ``await bot.load_extension("imgoe_bot")`` gives any discord.py bot its commands.
"""

from typing import TYPE_CHECKING

from imgoe_bot import _version

if TYPE_CHECKING:
    from discord.ext import commands

__all__ = ["__version__", "setup", "teardown"]

__version__ = _version.VERSION

_PLUGIN = "imgoe_plugin"


async def setup(bot: "commands.Bot") -> None:
    """Load the plug-in; called by discord.py's ``load_extension("imgoe_bot")``.

    The bot syncs its command tree itself, as it does for its own commands.

    Raises:
        ConfigError: a setting is missing or malformed, or the bot uses a name of ours already.
    """
    from imgoe_bot.plugin import Plugin  # the libraries in this package are usable without the bot

    plugin = Plugin(bot)
    await plugin.open()
    setattr(bot, _PLUGIN, plugin)


async def teardown(bot: "commands.Bot") -> None:
    """Unload the plug-in; called by discord.py, also where loading it has failed."""
    plugin = getattr(bot, _PLUGIN, None)
    if plugin is not None:
        delattr(bot, _PLUGIN)
        await plugin.close()
