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


def _section(command: AnyCommand) -> str:
    """What a command's section has to begin with, ready to be pasted."""
    options = [
        f"| `{option.display_name}` | {'yes' if option.required else 'no'} | {option.description} |"
        for option in command.parameters
    ]
    table = ["| option | required | meaning |", "|---|---|---|", *options, ""] if options else []
    head = [f"### `/{command.qualified_name}`", "", str(command.description), "", *table]
    return "\n".join([*head, f"**Who:** {_who(command)}.", ""])


async def test_every_command_has_a_section_that_opens_as_the_command_does(bot: AnyBot) -> None:
    document = read(DOCUMENT)
    described = _described()
    missing = [c for c in _slash_commands(bot) if f"/{c.qualified_name}" not in described]
    assert missing == [], f"add to {DOCUMENT}:\n" + "\n".join(map(_section, missing))
    assert [c.name for c in _menus(bot) if f"### `{c.name}`" not in document] == []


async def test_every_section_has_a_command(bot: AnyBot) -> None:
    commands = {f"/{command.qualified_name}" for command in _slash_commands(bot)}
    menus = {menu.name for menu in _menus(bot)}
    assert set(_described()) <= commands | menus


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
        assert listed == [
            (o.display_name, o.required, str(o.description)) for o in command.parameters
        ]


async def test_each_section_says_whom_discord_offers_the_command_to(bot: AnyBot) -> None:
    described = _described()
    for command in _slash_commands(bot):
        assert f"**Who:** {_who(command)}" in described[f"/{command.qualified_name}"]


def _who(command: AnyCommand) -> str:
    needed = (command.root_parent or command).default_permissions
    names = [name for name, held in needed or () if held]
    words = ", ".join(n.replace("guild", "server").replace("_", " ").title() for n in names)
    return words or "everyone"
