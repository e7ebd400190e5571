"""docs/commands.md says what the command tree says."""

from collections.abc import Iterator
from typing import Any

import discord
from discord import app_commands

from imgoe_bot.ui.container import AnyBot
from tests.docs.tables import code, read, rows, sections

AnyCommand = app_commands.Command[Any, ..., Any]
DOCUMENT = "docs/commands.md"


def _slash_commands(bot: AnyBot) -> Iterator[AnyCommand]:
    for entry in bot.tree.get_commands(type=discord.AppCommandType.chat_input):
        within = entry.walk_commands() if isinstance(entry, app_commands.Group) else [entry]
        yield from (each for each in within if not isinstance(each, app_commands.Group))


def _menus(bot: AnyBot) -> list[app_commands.ContextMenu]:
    return [
        *bot.tree.get_commands(type=discord.AppCommandType.message),
        *bot.tree.get_commands(type=discord.AppCommandType.user),
    ]


def _described() -> dict[str, str]:
    return {code(name): text for name, text in sections(read(DOCUMENT), level=3).items()}


async def test_every_command_has_a_section_and_every_section_a_command(bot: AnyBot) -> None:
    commands = [f"/{command.qualified_name}" for command in _slash_commands(bot)]
    menus = [menu.name for menu in _menus(bot)]
    assert sorted(_described()) == sorted([*commands, *menus])


async def test_each_section_opens_with_the_commands_own_description(bot: AnyBot) -> None:
    described = _described()
    for command in _slash_commands(bot):
        text = described[f"/{command.qualified_name}"]
        assert text.strip().splitlines()[0] == str(command.description)


async def test_each_option_is_listed_with_its_meaning_in_order(bot: AnyBot) -> None:
    described = _described()
    for command in _slash_commands(bot):
        listed = [
            (code(name), required == "yes", meaning)
            for name, required, meaning in rows(described[f"/{command.qualified_name}"])
        ]
        assert listed == [(o.name, o.required, str(o.description)) for o in command.parameters]


async def test_each_section_says_whom_discord_offers_the_command_to(bot: AnyBot) -> None:
    described = _described()
    for command in _slash_commands(bot):
        needed = (command.root_parent or command).default_permissions
        who = _words(needed) if needed else "everyone"
        assert f"**Who:** {who}" in described[f"/{command.qualified_name}"]


def _words(permissions: discord.Permissions) -> str:
    names = [name for name, held in permissions if held]
    return ", ".join(n.replace("guild", "server").replace("_", " ").title() for n in names)
