"""``imgoe-bot key``: a private file, no key on any command line, and none shown."""

import asyncio
import os
import pty
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from typer.testing import CliRunner, Result

from imgoe_bot.errors import ConfigError
from imgoe_bot.terminal.cli import app

WAIT_S = 20
HOST = "https://host.example"
KEY = "chv_0123456789abcdef"

Run: TypeAlias = Callable[..., Result]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}


@pytest.fixture
def keyring(tmp_path: Path) -> Path:
    return tmp_path / "config" / "imgoe-bot" / "keyring"


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def run(*arguments: str, given: str = "") -> Result:
        return CliRunner().invoke(app, ["key", *arguments], env=environment, input=given)

    return run


def _private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)


def test_a_key_from_a_pipe_is_kept_where_only_its_owner_reads(run: Run, keyring: Path) -> None:
    done = run("add", "HTTPS://Host.Example/", given=f"{KEY}\n")

    assert (done.exit_code, done.stdout) == (0, f"kept the key for {HOST}\n")
    assert keyring.read_text() == f"{HOST} {KEY}\n"
    assert stat.S_IMODE(keyring.stat().st_mode) == 0o600
    assert stat.S_IMODE(keyring.parent.stat().st_mode) == 0o700
    assert list(keyring.parent.iterdir()) == [keyring]


def test_a_key_replaces_that_of_the_same_host_and_nothing_else(run: Run, keyring: Path) -> None:
    _private(keyring, f"# mine\n\nhttp://other.example x\n{HOST.upper()}/ old\n{HOST} older\n")

    done = run("add", HOST, given=KEY)

    assert done.stdout == f"replaced the key for {HOST}\n"
    assert keyring.read_text() == f"# mine\n\nhttp://other.example x\n{HOST} {KEY}\n"


def test_a_list_shows_hosts_and_no_more_than_the_end_of_a_key(run: Run, keyring: Path) -> None:
    assert run("list").stdout == ""
    _private(keyring, f"\ufeff# mine\n{HOST} {KEY}\nhttp://short.example abc12345\n")

    assert run("list").stdout == f"{HOST} ...cdef\nhttp://short.example ...\n"


def test_a_key_is_forgotten_once(run: Run, keyring: Path) -> None:
    _private(keyring, f"# mine\n{HOST} {KEY}\n")

    first, second = run("remove", f"{HOST}/"), run("remove", HOST)

    assert (first.exit_code, first.stdout) == (0, f"forgot the key for {HOST}\n")
    assert keyring.read_text() == "# mine\n"
    assert second.exit_code == 1
    assert second.stderr == f"imgoe-bot: there is no key for {HOST} in {keyring}\n"


def test_a_keyring_behind_a_link_stays_there(run: Run, keyring: Path, tmp_path: Path) -> None:
    _private(tmp_path / "dotfiles" / "keyring", "")
    keyring.parent.mkdir(parents=True)
    keyring.symlink_to(tmp_path / "dotfiles" / "keyring")

    run("add", HOST, given=KEY)

    assert keyring.is_symlink()
    assert (tmp_path / "dotfiles" / "keyring").read_text() == f"{HOST} {KEY}\n"


@pytest.mark.parametrize(
    ("host", "given", "setting"),
    [
        ("host.example", KEY, "HOST"),
        (HOST, "", "the key given"),
        (HOST, "two words", "the key given"),
        (HOST, "sch\u00f6n", "the key given"),
    ],
)
def test_what_is_no_host_or_no_key_is_not_kept(
    run: Run, keyring: Path, host: str, given: str, setting: str
) -> None:
    done = run("add", host, given=given)

    assert isinstance(done.exception, ConfigError)
    assert done.exception.setting == setting
    assert not given or given not in str(done.exception)
    assert not keyring.exists()


@pytest.mark.parametrize(
    ("text", "mode", "problem"),
    [(f"{HOST} {KEY}\n", 0o644, "chmod 600"), (f"{HOST}\n", 0o600, "line 1")],
)
def test_a_keyring_that_is_open_or_makes_no_sense_is_left_alone(
    run: Run, keyring: Path, text: str, mode: int, problem: str
) -> None:
    _private(keyring, text)
    keyring.chmod(mode)

    done = run("add", HOST, given="new-key")

    assert isinstance(done.exception, ConfigError)
    assert problem in str(done.exception)
    assert keyring.read_text() == text


def test_a_key_can_t_be_given_on_the_command_line(run: Run) -> None:
    assert run("add", HOST, KEY).exit_code == 2


async def test_at_a_terminal_the_key_is_asked_for_and_not_shown(
    environment: dict[str, str], keyring: Path
) -> None:
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "imgoe_bot", "key", "add", HOST),
        env=os.environ | environment, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)

    async with asyncio.timeout(WAIT_S):
        shown = await _shown_until(ours, "API key")
        os.write(ours, f"{KEY}\n".encode())
        shown += await _shown_until(ours, "kept the key")
        await process.wait()
    os.close(ours)

    assert process.returncode == 0
    assert KEY not in shown
    assert await asyncio.to_thread(keyring.read_text) == f"{HOST} {KEY}\n"


async def _shown_until(terminal: int, text: str) -> str:
    shown = ""
    while text not in shown:
        shown += (await asyncio.to_thread(os.read, terminal, 65_536)).decode()
    return shown


async def test_an_input_that_is_closed_holds_no_key(
    environment: dict[str, str], keyring: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", 'exec "$@" <&-', "bash"),
        *(sys.executable, "-m", "imgoe_bot", "key", "add", HOST),
        env=os.environ | environment, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, errors = await asyncio.wait_for(process.communicate(), WAIT_S)

    assert (process.returncode, errors) == (78, b"imgoe-bot: the key given holds no key\n")
    assert not await asyncio.to_thread(keyring.exists)
