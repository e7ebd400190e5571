"""The command line as an operator meets it: one line, one exit code."""

import base64
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from imgoe_bot import __version__
from imgoe_bot.errors import ConfigError
from imgoe_bot.settings.fields import PluginSettings
from imgoe_bot.settings.loading import load_settings
from imgoe_bot.terminal import cli
from imgoe_bot.terminal.healthcheck import HEALTHY_FOR_S

CONFIG = 78
KEY = base64.b64encode(bytes(32)).decode()

NOWHERE = {
    "IMGOE_DISCORD_API_URL": "http://127.0.0.1:9/api/v10",
    "IMGOE_DISCORD_GATEWAY_URL": "ws://127.0.0.1:9",
}

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run ``python -m imgoe_bot`` with nothing set but what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IMGOE_")}

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "imgoe_bot", *arguments],
            cwd=tmp_path, env=kept | variables, capture_output=True, text=True, check=False,
            timeout=50,
        )  # fmt: skip

    return run


def test_version_prints_the_version_and_nothing_else(run: Run) -> None:
    done = run("version")

    assert (done.returncode, done.stdout, done.stderr) == (0, f"{__version__}\n", "")


def test_run_without_a_token_is_one_line_and_78(run: Run) -> None:
    done = run("run", IMGOE_SECRET_KEY=KEY)

    assert (done.returncode, done.stdout) == (CONFIG, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("imgoe-bot: IMGOE_DISCORD_TOKEN is missing")


def test_a_discord_that_cannot_be_reached_is_one_line_and_75(run: Run) -> None:
    done = run("run", IMGOE_SECRET_KEY=KEY, IMGOE_DISCORD_TOKEN="x", **NOWHERE)

    assert done.returncode == 75
    assert done.stderr.splitlines()[-1].startswith("imgoe-bot: Discord can't be reached")
    assert "Traceback" not in done.stderr


def test_a_database_address_that_can_be_none_is_one_line_and_78(run: Run) -> None:
    done = run(
        "run",
        IMGOE_SECRET_KEY=KEY,
        IMGOE_DISCORD_TOKEN="x",
        IMGOE_DATABASE_URL="postgresql+asyncpg://bot:hunter2@db:no-port/bot",
    )

    assert done.returncode == CONFIG
    (line,) = done.stderr.splitlines()
    assert line.startswith("imgoe-bot: IMGOE_DATABASE_URL ")
    assert "hunter2" not in line


ELSEWHERE = "sqlite+aiosqlite:///elsewhere/bot.sqlite3"


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        (
            {"IMGOE_DATABASE_URL": "sqlite+aiosqlite:////proc/nope/x.db"},
            "IMGOE_DATABASE_URL /proc/nope can't be made: ",
        ),
        ({"IMGOE_DATA_DIR": "/proc/nope"}, "IMGOE_DATA_DIR /proc/nope can't be made: "),
        ({"IMGOE_DATA_DIR": "/proc"}, "IMGOE_DATA_DIR /proc can't be written: "),
        ({"IMGOE_DATA_DIR": "/proc/version"}, "IMGOE_DATA_DIR /proc/version can't be made: "),
        ({"IMGOE_DATA_DIR": "/dev/null/x"}, "IMGOE_DATA_DIR /dev/null/x can't be made: "),
        (
            {"IMGOE_DATA_DIR": "/proc", "IMGOE_DATABASE_URL": ELSEWHERE},
            "IMGOE_DATA_DIR /proc can't be written: ",
        ),
    ],
)
def test_a_folder_that_cannot_be_written_ends_the_start_before_anything_is_asked_of_discord(
    run: Run, variables: dict[str, str], says: str
) -> None:
    done = run("run", IMGOE_SECRET_KEY=KEY, IMGOE_DISCORD_TOKEN="x", **NOWHERE, **variables)

    (line,) = done.stderr.splitlines()
    assert line.startswith(f"imgoe-bot: {says}")
    assert done.returncode == CONFIG


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("IMGOE_LOG_LEVEL", "loud", "is none of DEBUG, INFO, WARNING, ERROR"),
        (
            "IMGOE_HOST_BUDGET",
            "50 a minute",
            "is neither none nor up to ten limits like 50/1m,500/1h",
        ),
        ("IMGOE_HOST_BUDGET", "50/1m,", "is neither none"),
    ],
)
def test_a_value_of_the_wrong_form_is_answered_in_words(
    environment: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(ConfigError) as refused:
        load_settings(PluginSettings)

    assert (refused.value.setting, refused.value.problem[: len(says)]) == (variable, says)


@pytest.mark.parametrize("port", ["99999", "-5"])
def test_a_port_that_can_be_none_is_refused_as_such(port: str) -> None:
    done = CliRunner().invoke(cli.app, ["demo", "--port", port])

    assert done.exit_code == 2
    assert "Invalid value for '--port'" in done.stderr


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A plug-in's variables, in this process; returns the data folder."""
    for name in [name for name in os.environ if name.startswith("IMGOE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("IMGOE_SECRET_KEY", KEY)
    monkeypatch.setenv("IMGOE_DATA_DIR", str(tmp_path))
    return tmp_path


def test_each_secret_key_is_new_and_one_the_settings_take(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [CliRunner().invoke(cli.app, ["secret-key"]).stdout.strip() for _ in range(2)]

    assert made[0] != made[1]
    monkeypatch.setenv("IMGOE_SECRET_KEY", made[0])
    load_settings(PluginSettings)


def test_a_bot_that_was_connected_lately_is_healthy(environment: Path) -> None:
    (environment / "health").touch()

    done = CliRunner().invoke(cli.app, ["healthcheck"])

    assert (done.exit_code, done.stdout) == (0, "healthy\n")


@pytest.mark.parametrize("key", ["", "cut"])
def test_other_settings_are_not_looked_at_where_a_bot_is_healthy(
    environment: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    (environment / "health").touch()
    monkeypatch.setenv("IMGOE_SECRET_KEY", key)

    done = CliRunner().invoke(cli.app, ["healthcheck"])

    assert (done.exit_code, done.stdout) == (0, "healthy\n")


@pytest.mark.parametrize("age_s", [None, HEALTHY_FOR_S + 5, -HEALTHY_FOR_S - 5])
def test_a_bot_that_was_not_is_not(environment: Path, age_s: int | None) -> None:
    if age_s is not None:
        (environment / "health").touch()
        then = time.time() - age_s
        os.utime(environment / "health", (then, then))

    done = CliRunner().invoke(cli.app, ["healthcheck"])

    assert (done.exit_code, done.stdout) == (1, "")
    assert "no bot is connected" in done.stderr


def test_a_folder_named_health_makes_no_bot_healthy(environment: Path) -> None:
    (environment / "health").mkdir()

    assert CliRunner().invoke(cli.app, ["healthcheck"]).exit_code == 1


def test_a_data_folder_that_cannot_be_looked_into_is_named(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMGOE_DATA_DIR", f"/tmp/{300 * 'x'}")  # noqa: S108 - too long to be made

    done = CliRunner().invoke(cli.app, ["healthcheck"])

    assert isinstance(done.exception, ConfigError)
    assert done.exception.setting == "IMGOE_DATA_DIR"


def test_the_healthcheck_of_a_bot_without_settings_says_which(
    monkeypatch: pytest.MonkeyPatch, environment: Path
) -> None:
    monkeypatch.delenv("IMGOE_SECRET_KEY")

    done = CliRunner().invoke(cli.app, ["healthcheck"])

    assert isinstance(done.exception, ConfigError)
    assert done.exception.setting == "IMGOE_SECRET_KEY"


def test_a_malformed_variable_is_one_line_without_its_value_and_78(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IMGOE_TRANSFERS", "hunter2")
    monkeypatch.setattr(sys, "argv", ["imgoe-bot", "healthcheck"])

    with pytest.raises(SystemExit) as left:
        cli.main()

    assert left.value.code == CONFIG
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("imgoe-bot: IMGOE_TRANSFERS ")
    assert "hunter2" not in line


@pytest.mark.parametrize(
    ("module", "command"),
    [
        ("typer", "upload x.png --guest"),
        ("rich", "upload x.png --guest"),
        ("httpx", "upload x.png --guest"),
        ("pydantic_settings", "run"),
        ("discord", "run"),
        ("pydantic_settings", "healthcheck"),
        ("sqlalchemy", "host --data x"),
    ],
)
def test_ctrl_c_while_the_program_is_still_loading_is_130_without_a_traceback(
    run: Run, tmp_path: Path, module: str, command: str
) -> None:
    interrupted = tmp_path / "early" / f"{module}.py"
    interrupted.parent.mkdir()
    interrupted.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")

    done = run(*command.split(), PYTHONPATH=str(tmp_path / "early"))

    assert done.returncode == 130
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("by", ["SIGTERM", "SIGHUP"])
@pytest.mark.parametrize(
    ("module", "command", "code"),
    [
        ("typer", "run", 0),
        ("discord", "run", 0),
        ("sqlalchemy", "host --data x", 0),
        ("httpx", "upload x.png --guest", 130),
    ],
)
def test_a_signal_while_the_program_is_still_loading_ends_it_without_a_word(
    run: Run, tmp_path: Path, module: str, command: str, code: int, by: str
) -> None:
    ended = tmp_path / "early" / f"{module}.py"
    ended.parent.mkdir()
    ended.write_text(f"import os, signal\nos.kill(os.getpid(), signal.{by})\n")

    done = run(*command.split(), PYTHONPATH=str(tmp_path / "early"))

    assert (done.returncode, done.stderr) == (code, "")


def test_an_unknown_command_is_refused_with_help() -> None:
    done = CliRunner().invoke(cli.app, ["fly"])

    assert done.exit_code == 2
    assert "fly" in done.stderr
