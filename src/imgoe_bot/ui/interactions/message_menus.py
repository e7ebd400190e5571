"""Message menus: commands that a person finds under Apps on a message."""

from collections.abc import Callable, Coroutine
from typing import Any

import discord
from discord import app_commands

from imgoe_bot.ui.container import AnyBot, AnyInteraction
from imgoe_bot.ui.interactions.errors import answer_error

OnMessage = Callable[[AnyInteraction, discord.Message], Coroutine[Any, Any, None]]


def message_menu(
    name: app_commands.locale_str, callback: OnMessage, *, anywhere: bool = False
) -> app_commands.ContextMenu:
    """Return a menu for messages; what it raises is worded as for commands.

    Args:
        name: as people see it.
        callback: what it does.
        anywhere: whether people who added the app to their account have it wherever they go; else
            it is for servers that have the bot.
    """
    menu = app_commands.ContextMenu(
        name=name,
        callback=callback,
        extras={**name.extras},
        allowed_installs=app_commands.AppInstallationType(guild=True, user=anywhere),
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=anywhere, private_channel=anywhere
        ),
    )
    menu.error(answer_error)
    return menu


def add(bot: AnyBot, *menus: app_commands.ContextMenu) -> None:
    """Put menus into a bot's command tree."""
    for menu in menus:
        bot.tree.add_command(menu)


def remove(bot: AnyBot, *menus: app_commands.ContextMenu) -> None:
    """Take menus out of a bot's command tree."""
    for menu in menus:
        bot.tree.remove_command(menu.name, type=menu.type)
