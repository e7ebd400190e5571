"""The container, as far as it can be checked without a container engine."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from imgoe_bot.terminal.cli import app

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
IGNORED = (ROOT / ".dockerignore").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()


def _project() -> dict[str, Any]:  # whatever TOML holds
    with (ROOT / "pyproject.toml").open("rb") as file:
        project: dict[str, Any] = tomllib.load(file)["project"]
    return project


def _instructions() -> list[tuple[str, str]]:
    joined = DOCKERFILE.replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in lines]


def _copied() -> list[str]:
    """What is copied out of the checkout, without what comes from an earlier stage."""
    copies = [rest for name, rest in _instructions() if name == "COPY" and "--from" not in rest]
    return [source for rest in copies for source in rest.split()[:-1]]


def test_everything_that_is_copied_exists_and_is_not_ignored() -> None:
    allowed = [line[1:] for line in IGNORED.splitlines() if line.startswith("!")]
    assert [source for source in _copied() if not (ROOT / source).exists()] == []
    assert [source for source in _copied() if source not in allowed] == []
    assert [name for name in allowed if not (ROOT / name).exists()] == []


def test_everything_that_the_build_reads_is_copied() -> None:
    project = _project()
    needed = ["pyproject.toml", project["readme"], *project["license-files"]]
    assert [name for name in needed if name not in _copied()] == []


@pytest.mark.parametrize("name", ["bot.env", ".env", "data/imgoe_bot.sqlite3", ".git/config"])
def test_no_secret_and_no_data_can_get_into_the_build(name: str) -> None:
    lines = [line for line in IGNORED.splitlines() if line and not line.startswith("#")]
    allowed = [line[1:].rstrip("/") for line in lines if line.startswith("!")]
    assert lines[0] == "*"
    assert [pattern for pattern in allowed if fnmatch(name, f"{pattern}*")] == []


def test_the_entry_point_is_the_projects_own_command() -> None:
    scripts = _project()["scripts"]
    (entry,) = [rest for name, rest in _instructions() if name == "ENTRYPOINT"]
    assert entry == f'["{next(iter(scripts))}"]'


def test_the_commands_it_runs_are_commands_of_the_program() -> None:
    known = {command.name or _name_of(command.callback) for command in app.registered_commands}
    (command,) = [rest for name, rest in _instructions() if name == "CMD"]
    (health,) = [rest for name, rest in _instructions() if name == "HEALTHCHECK"]
    assert re.findall(r'"([a-z-]+)"', command)[0] in known
    assert re.findall(r'"([a-z-]+)"', health)[-1] in known


def _name_of(callback: object) -> str:
    return str(getattr(callback, "__name__", ""))


def test_it_runs_as_an_unprivileged_user_with_a_volume_for_its_data() -> None:
    found = dict(_instructions())
    assert found["USER"].isdigit()
    assert int(found["USER"]) > 0
    assert found["VOLUME"] == '["/data"]'
    assert "IMGOE_DATA_DIR=/data" in found["ENV"]


def test_the_image_installs_extras_that_the_project_has() -> None:
    wanted = re.findall(r"^ARG EXTRAS=(.+)$", DOCKERFILE, re.MULTILINE)[0].split(",")
    assert set(wanted) <= set(_project()["optional-dependencies"])


def test_the_versions_installed_are_those_that_are_tested() -> None:
    assert "--constraint constraints.txt" in DOCKERFILE


def test_the_options_that_compose_gives_the_host_are_options_of_the_program() -> None:
    given = set(re.findall(r"^ +- (--[a-z-]+)", COMPOSE, re.MULTILINE))
    shown = CliRunner().invoke(app, ["host", "--help"], env={"COLUMNS": "200"}).output
    known = set(re.findall(r"--[a-z-]+", shown))
    assert given
    assert given <= known


def test_compose_names_no_secret_and_opens_nothing_to_other_machines() -> None:
    ports = re.findall(r"ports:\n\s+- (\S+)", COMPOSE)

    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    assert not re.findall(r"SECRET_KEY:|TOKEN:|DATABASE_URL:", COMPOSE)
    assert "env_file: bot.env" in COMPOSE
