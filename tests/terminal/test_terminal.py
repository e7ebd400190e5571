"""The commands on terminals and pipes of every sort: they may look poor, and never break."""

import base64
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

KEY = base64.b64encode(bytes(32)).decode()
POOR = [
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONIOENCODING": "latin-1"},
]
COMMANDS = [
    ["--help"],
    ["doctor"],
    ["run"],
    ["healthcheck"],
    ["key", "add", "https://höst.example"],
    ["upload", "bär…png", "--guest", "--host", "http://127.0.0.1:9", "--wait", "0"],
    ["host", "--data", "/proc/nö"],
]

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command with variables that are not ASCII, and an API that nobody answers at."""
    kept = {name: os.environ[name] for name in ("PATH", "VIRTUAL_ENV") if name in os.environ}
    given = {
        "HOME": str(tmp_path),
        "IMGOE_SECRET_KEY": KEY,
        "IMGOE_DISCORD_TOKEN": "token",
        "IMGOE_DISCORD_API_URL": "http://127.0.0.1:9/api/v10",
        "IMGOE_DEFAULT_HOST_URL": "http://127.0.0.1:9",
        "IMGOE_DATA_DIR": str(tmp_path / "dätä [/bold]"),
        "IMGOE_DÄTA_DIR": "✓",
    }

    def run(*arguments: str, stdin: bytes = b"", **variables: str) -> object:
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-P", "-m", "imgoe_bot", *arguments],
            cwd=tmp_path, env=kept | given | variables, capture_output=True, input=stdin,
            check=False, timeout=50,
        )  # fmt: skip

    return run  # type: ignore[return-value]  # bytes, as nothing says text


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("poor", POOR, ids=lambda poor: "-".join(poor))
def test_no_command_ends_in_a_traceback_where_output_is_not_utf8(
    run: Run, command: list[str], poor: dict[str, str]
) -> None:
    done = run(*command, stdin="schlüssel".encode(), **poor)

    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert done.stdout or done.stderr


@pytest.mark.parametrize(("command", "code"), [("doctor", 1), ("run", 78)])
def test_a_token_that_is_not_ascii_is_one_line_that_says_so(
    run: Run, command: str, code: int
) -> None:
    done = run(command, IMGOE_DISCORD_TOKEN="hünter2…", **POOR[0])

    lines = (done.stdout + done.stderr).decode("latin-1").splitlines()
    (line,) = [line for line in lines if "IMGOE_DISCORD_TOKEN" in line]
    assert "IMGOE_DISCORD_TOKEN holds characters that no token has; copy it from" in line
    assert done.returncode == code
    assert "nter2" not in line


def test_what_an_ascii_terminal_cannot_show_is_written_another_way(run: Run) -> None:
    done = run("doctor", PYTHONIOENCODING="ascii")

    lines = done.stdout.decode("ascii").splitlines()
    assert lines[0] == "+ settings: complete"
    assert lines[1].startswith("x variables: IMGOE_D\\xc4TA_DIR is no variable")
    assert "/d\\xe4t\\xe4 [/bold] can be written" in lines[2]


@pytest.mark.parametrize("stdin", [b"\xef\xbb\xbfchv_key\r\n", b' "chv_key"\n'])
def test_a_key_read_from_a_pipe_loses_what_copying_left_around_it(run: Run, stdin: bytes) -> None:
    kept = run("key", "add", "http://127.0.0.1:9", stdin=stdin)

    assert (kept.returncode, kept.stderr) == (0, b"")
    assert run("key", "list").stdout == b"http://127.0.0.1:9 ...\n"


@pytest.mark.parametrize("key", ["\ufeffchv_key", '"chv_key"', "chv_key\r"])
def test_a_key_in_the_variable_loses_what_copying_left_around_it(run: Run, key: str) -> None:
    done = run("upload", "nothing.png", IMGOE_KEY=key)

    assert b"nothing.png" in done.stderr
    assert b"IMGOE_KEY" not in done.stderr


def test_doctor_names_an_unknown_variable_beside_what_it_was_meant_to_be(run: Run) -> None:
    done = run("doctor", IMGOE_DISCORD_TOKEN="", IMGOE_DISCORD_TOKN="hunter2")

    assert done.returncode == 1
    said = done.stdout.decode()
    assert (
        "IMGOE_DISCORD_TOKN is no variable of imgoe_bot: do you mean IMGOE_DISCORD_TOKEN?" in said
    )
    assert "✗ settings: IMGOE_DISCORD_TOKEN is empty" in said
    assert "hunter2" not in said


def test_run_warns_of_an_unknown_variable_before_it_connects(run: Run) -> None:
    done = run("run", IMGOE_LEASE="5", IMGOE_DISCORD_GATEWAY_URL="ws://127.0.0.1:9")

    (line,) = [line for line in done.stderr.decode().splitlines() if "IMGOE_LEASE" in line]
    assert "warning" in line
    assert "IMGOE_LEASE_S" in line
    assert done.returncode == 75


def test_the_host_warns_of_an_unknown_variable(run: Run) -> None:
    done = run("host", "--data", "/proc/nope", IMGOE_HOST_DATABSE_URL="hunter2")

    assert b"do you mean IMGOE_HOST_DATABASE_URL?" in done.stderr
    assert b"hunter2" not in done.stderr
