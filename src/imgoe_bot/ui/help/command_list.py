"""The answer to ``/help``: what the command tree offers this person, in their language."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import discord
from discord import app_commands

from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.container import AnyBot, AnyInteraction
from imgoe_bot.ui.message_parts import COLOUR
from imgoe_bot.ui.reading.actors import guild_of
from imgoe_bot.ui.translate import Words

AnyCommand = app_commands.Command[Any, ..., Any]
AnyEntry = AnyCommand | app_commands.Group | app_commands.ContextMenu

FIELD_MAX = 1024
FIELDS_MAX = 25


def help_embed(interaction: AnyInteraction, bot: AnyBot, words: Words) -> discord.Embed:
    """Return every command the person may use, group by group, then the message menus."""
    embed = discord.Embed(title=words("help.title"), description=words("help.intro"), colour=COLOUR)
    offered = [each for each in bot.tree.get_commands() if _is_offered(interaction, each)]
    for title, lines in list(_groups(offered, words))[:FIELDS_MAX]:
        text = fmt.fit(lines, limit=FIELD_MAX, rest=lambda count: words("help.more", count=count))
        embed.add_field(name=title, value=text, inline=False)
    return embed


def _groups(offered: Sequence[AnyEntry], words: Words) -> Iterator[tuple[str, list[str]]]:
    single = [each for each in offered if isinstance(each, app_commands.Command)]
    if single:
        yield words("help.single"), [_line(each, words) for each in single]
    for group in offered:
        if isinstance(group, app_commands.Group):
            title = _description(group.qualified_name, group.description, words)
            yield title, [_line(each, words) for each in _leaves(group)]
    menus = [each for each in offered if isinstance(each, app_commands.ContextMenu)]
    if menus:
        yield words("help.menus"), [f"• {_menu_name(each, words)}" for each in menus]


def _menu_name(menu: app_commands.ContextMenu, words: Words) -> str:
    return words.find(str(menu.extras.get("key"))) or menu.name


def _leaves(group: app_commands.Group) -> Iterable[AnyCommand]:
    for each in group.walk_commands():
        if isinstance(each, app_commands.Command):
            yield each


def _is_offered(interaction: AnyInteraction, command: AnyEntry) -> bool:
    """Whether Discord offers it there by default; an administrator may have widened it."""
    if guild_of(interaction) is None:
        return bool(command.allowed_contexts and command.allowed_contexts.dm_channel)
    needed, held = command.default_permissions, interaction.permissions
    return needed is None or held.administrator or held.is_superset(needed)


def _line(command: AnyCommand, words: Words) -> str:
    name = command.qualified_name
    return f"`/{name}` · {_description(name, command.description, words)}"


def _description(name: str, otherwise: str, words: Words) -> str:
    """A description by its key; a foreign bot's own commands have none."""
    return words.find(f"command.{name.replace(' ', '.')}.description") or otherwise
