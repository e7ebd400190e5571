"""A command tree out of date: Discord, or somebody's client, knows our commands as they were."""

from dataclasses import replace
from typing import Any

import pytest

from tests.flows.kit import Harness, eventually


def _definition(harness: Harness, name: str) -> object:
    return next((c.definition for c in harness.sim.world.commands.values() if c.name == name), None)


def _twist(harness: Harness, command: str, changes: dict[str, Any]) -> None:
    """Let Discord know a command otherwise than the bot does."""
    known = harness.sim.world.commands
    (found,) = [each for each in known.values() if each.name == command]
    definition = dict(found.definition) | changes
    known[found.id] = replace(found, name=str(definition["name"]), definition=definition)


async def _ask(harness: Harness, command: str, options: dict[str, str]) -> str:
    answer = await (await harness.ben.slash(harness.lounge, command, **options)).wait_response()
    assert answer.ephemeral_for == harness.ben.id
    return answer.content


@pytest.mark.parametrize(
    ("command", "changes", "asked", "options"),
    [
        ("help", {"name": "assist"}, "assist", {}),
        ("why", {"options": [{"type": 3, "name": "at", "description": "-"}]}, "why", {"at": "x"}),
    ],
    ids=["renamed", "other options"],
)
async def test_a_command_known_as_it_was_is_answered_and_told_anew_once(
    running: Harness, command: str, changes: dict[str, Any], asked: str, options: dict[str, str]
) -> None:
    right = _definition(running, command)
    _twist(running, command, changes)
    assert "Reload Discord" in await _ask(running, asked, options)
    await eventually(lambda: _definition(running, command) == right)

    _twist(running, command, changes)
    assert "Reload Discord" in await _ask(running, asked, options)
    assert "Reload Discord" in await _ask(running, asked, options)

    calls = running.sim.calls
    assert sum(call.startswith("PUT ") and "/commands" in call for call in calls) == 2
