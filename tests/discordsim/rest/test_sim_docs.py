"""docs/discordsim.md is compared with the code, and its example is run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from imgoe_bot.discordsim import DiscordSim, GuildHandle, Interaction, Person
from imgoe_bot.discordsim.controls.faults import Faults

PAGE = Path(__file__).parents[3] / "docs" / "discordsim.md"


def example() -> str:
    found = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_runs_as_printed() -> None:
    ran = subprocess.run(  # noqa: S603 # our own documentation's example
        [sys.executable, "-c", example()], capture_output=True, text=True, timeout=50, check=False
    )
    assert (ran.stdout.strip(), ran.returncode) == ("1 file(s)", 0), ran.stderr


@pytest.mark.parametrize("described", [DiscordSim, GuildHandle, Interaction, Person, Faults])
def test_every_public_name_is_on_the_page(described: type) -> None:
    written = set(re.findall(r"`(?:sim\.)?(\w+)", PAGE.read_text(encoding="utf-8")))
    public = {name for name in dir(described) if not name.startswith("_")}
    internal = {"take_refusal", "delay_of", "answer_delay_of", "takes_answer_of", "state"}
    assert public - internal - written == set()
