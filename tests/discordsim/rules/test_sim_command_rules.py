"""Which commands and choices Discord refuses, and by which field it says so."""

from typing import TYPE_CHECKING

import aiohttp
import discord
import pytest
from discord import app_commands

from imgoe_bot.discordsim import ApiProblem
from imgoe_bot.discordsim.rules.commands import check_choices, check_command
from imgoe_bot.discordsim.untyped_json import Json, Payload, mapping

if TYPE_CHECKING:
    from tests.discordsim.conftest import Harness, ScriptedBot

STRING, INTEGER, NUMBER = 3, 4, 10


def slash(*options: Payload, **changes: object) -> Payload:
    return {"name": "keep", "description": "Keep it", "options": list(options), **changes}


def option(**changes: object) -> Payload:
    return {"type": STRING, "name": "file", "description": "Which", **changes}


def nested(kind: int, *options: Payload, name: str = "add") -> Payload:
    return {"type": kind, "name": name, "description": "More", "options": list(options)}


def choice(name: str = "One", value: object = "one") -> Payload:
    return {"name": name, "value": value}


MENU: Payload = {"type": 3, "name": "Mirror To Host"}


@pytest.mark.parametrize(
    "command",
    [
        slash(),
        slash(name="größe-2_x'", description="x" * 100),
        slash(name="コマンド"),
        slash(name="नमस्ते"),
        slash(name_localizations={"de": "behalten"}, description_localizations=None),
        slash(option(required=True), option(name="to")),
        slash(*(option(name=f"n{number}") for number in range(25))),
        slash(option(choices=[choice()] * 25)),
        slash(option(type=INTEGER, choices=[choice(value=3)])),
        slash(nested(2, nested(1, option())), nested(1, name="list")),
        MENU,
    ],
)
def test_ordinary_commands_are_taken(command: Payload) -> None:
    check_command(command)


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (slash(name="Keep"), "name"),
        (slash(name="keep it"), "name"),
        (slash(name="keep!"), "name"),
        (slash(name=""), "name"),
        (slash(name="x" * 33), "name"),
        (slash(description=""), "description"),
        (slash(description="x" * 101), "description"),
        (slash(name_localizations={"xx": "keep"}), "name_localizations.xx"),
        (slash(name_localizations={"de": "Behalten"}), "name_localizations.de"),
        (slash(description_localizations={"fr": "x" * 101}), "description_localizations.fr"),
        (slash(type=9), "type"),
        (slash(*(option(name=f"n{number}") for number in range(26))), "options"),
        (slash(option(name="File")), "options.0.name"),
        (slash(option(description="x" * 101)), "options.0.description"),
        (slash(option(type=12)), "options.0.type"),
        (slash(option(), option(name="to", required=True)), "options.1"),
        (slash(option(), option()), "options.1"),
        (slash(option(), nested(1)), "options"),
        (slash(option(max_length=6001)), "options.0.max_length"),
        (slash(option(min_length=-1)), "options.0.min_length"),
        (slash(option(choices=[choice()] * 26)), "options.0.choices"),
        (slash(option(choices=[choice("x" * 101)])), "options.0.choices.0.name"),
        (slash(option(choices=[choice()], autocomplete=True)), "options.0.autocomplete"),
        (slash(nested(1, nested(1))), "options.0.options.0.type"),
        (slash(nested(2, option())), "options.0.options.0.type"),
        (slash(nested(2, nested(2))), "options.0.options.0.type"),
        (slash(nested(1, option(name="A"))), "options.0.options.0.name"),
        (
            slash(
                option(choices=[choice(value="x" * 100)] * 25),
                *(
                    option(name=f"n{number}", choices=[choice(value="x" * 100)] * 25)
                    for number in range(3)
                ),
            ),
            "name",
        ),
        ({**MENU, "name": "x" * 33}, "name"),
        ({**MENU, "description": "Why"}, "description"),
        ({**MENU, "options": [option()]}, "options"),
    ],
)
def test_wrong_commands_are_refused_by_field(command: Payload, field: str) -> None:
    with pytest.raises(ApiProblem) as refused:
        check_command(command)
    assert (refused.value.code, _field(refused.value)) == (50035, field)


@pytest.mark.parametrize(
    ("choices", "kind", "field"),
    [
        ([choice()] * 26, STRING, "choices"),
        ([choice(), choice("x" * 200)], STRING, "choices.1.name"),
        ([choice("")], STRING, "choices.0.name"),
        (
            [{**choice(), "name_localizations": {"de": ""}}],
            STRING,
            "choices.0.name_localizations.de",
        ),
        ([choice(value=5)], STRING, "choices.0.value"),
        ([choice(value="x" * 101)], STRING, "choices.0.value"),
        ([choice(value=None)], STRING, "choices.0.value"),
        ([choice(value="5")], INTEGER, "choices.0.value"),
        ([choice(value=1.5)], INTEGER, "choices.0.value"),
        ([choice(value=True)], NUMBER, "choices.0.value"),
    ],
)
def test_wrong_choices_are_refused_by_field(choices: list[Payload], kind: int, field: str) -> None:
    with pytest.raises(ApiProblem) as refused:
        check_choices(choices, kind, "choices")
    assert (refused.value.code, _field(refused.value)) == (50035, field)


def _field(problem: ApiProblem) -> str:
    path: list[str] = []
    level: Json = problem.errors
    while "_errors" not in level:
        (name,) = level
        path.append(name)
        level = mapping(level[name])
    return ".".join(path)


async def _answer(harness: "Harness", method: str, path: str, body: object) -> tuple[int, Json]:
    headers = {"Authorization": f"Bot {harness.sim.bot_token}"}
    address = f"{harness.sim.api_url}/applications/{harness.sim.application_id}/commands{path}"
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, address, json=body) as response,
    ):
        return response.status, {"body": await response.json()}


async def test_every_way_to_register_holds_the_same_rules(harness: "Harness") -> None:
    _, made = await _answer(harness, "POST", "", slash())
    await _answer(harness, "POST", "", slash(name="other"))
    one = f"/{mapping(made['body'])['id']}"
    wrong = slash(name="Keep")

    refused = [
        await _answer(harness, "POST", "", wrong),
        await _answer(harness, "PUT", "", [slash(name="fresh"), wrong]),
        await _answer(harness, "PUT", "", [slash(), slash()]),
        await _answer(harness, "PATCH", one, {"name": "Keep"}),
        await _answer(harness, "PATCH", one, {"name": "other"}),
        await _answer(harness, "PATCH", one, {"description": ""}),
    ]

    assert {(status, mapping(answer["body"])["code"]) for status, answer in refused} == {
        (400, 50035)
    }
    assert "APPLICATION_COMMANDS_DUPLICATE_NAME" in str(refused[2])
    assert [command.name for command in harness.sim.world.commands.values()] == ["keep", "other"]


async def test_too_many_suggestions_reach_nobody(bot: "ScriptedBot", harness: "Harness") -> None:
    refused: list[int] = []

    @bot.tree.command(description="Pick")
    async def pick(interaction: discord.Interaction, name: str) -> None:
        await interaction.response.send_message(name)

    @pick.autocomplete("name")
    async def suggest(
        interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        offered = [app_commands.Choice(name=f"{number}", value="x") for number in range(26)]
        try:
            await interaction.response.autocomplete(offered)
        except discord.HTTPException as error:
            refused.append(error.code)
        return offered[:25]

    await bot.tree.sync()
    asked = await harness.alice.autocomplete(harness.memes, "pick", "name", name="ab")
    await asked.wait_acknowledged()

    assert refused == [50035]
    assert len(asked.choices or []) == 25
