"""``imgoe-bot host`` as an operator meets it."""

import asyncio
import base64
import inspect
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
import typer
from typer.testing import CliRunner

from imgoe_bot.host_cli import host
from imgoe_bot.hostserver import HostOptions, HostServer
from tests.hostserver.driver import Client, picture

PROGRAM = "import typer; from imgoe_bot.host_cli import host; typer.run(host)"
WAIT_S = 20
APP = typer.Typer()
APP.command()(host)


def command(*options: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM, *options]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--bind", "nowhere"], "--bind"),
        (["--bind", "127.0.0.1:http"], "--bind"),
        (["--bind", "127.0.0.1:99999"], "--bind"),
        (["--bind", "203.0.113.1:0"], "--bind"),
        (["--public-url", "img.example"], "--public-url"),
        (["--bind", "0.0.0.0:0"], "--public-url"),
        (["--bind", "[::]:0"], "--public-url"),
        (["--max-size", "much"], "--max-size"),
        (["--max-size", "0"], "--max-size"),
        (["--per-minute", "-1"], "--per-minute"),
        (["--moderation", "some"], "--moderation"),
        (["--database-url", "postgresql+asyncpg://u:hunter2@127.0.0.1:1/x"], "--database-url"),
        (["--database-url", "nonsense"], "--database-url"),
    ],
)
def test_a_malformed_option_is_one_clear_line_and_exit_78(
    tmp_path: Path, options: list[str], told: str
) -> None:
    ran = CliRunner().invoke(APP, ["--data", str(tmp_path), *options])
    assert ran.exit_code == 78
    assert ran.stderr.startswith(f"{told}: ")
    assert len(ran.stderr.splitlines()) == 1
    assert "hunter2" not in ran.stderr


async def test_a_lost_key_is_replaced_while_the_host_runs(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    async with HostServer(HostOptions(tmp_path)) as running:
        options = ["--data", str(tmp_path), "--new-key", "laptop"]
        ran = await asyncio.to_thread(CliRunner().invoke, APP, options)
        assert (ran.exit_code, ran.stderr) == (0, "")
        key = ran.stdout.removeprefix("API key (shown once): ").strip()
        client = Client(session, running.url, key)
        assert (await client.upload(picture())).status == 200
        begun = await client.call("POST", "/login", data={"key": key})
        assert begun.headers["location"] == "/admin"


def test_a_host_found_everywhere_starts_once_it_is_told_where(tmp_path: Path) -> None:
    options = ["--bind", "0.0.0.0:0", "--public-url", "https://img.example", "--new-key", "x"]
    ran = CliRunner().invoke(APP, ["--data", str(tmp_path), *options])
    assert (ran.exit_code, ran.stdout[:8]) == (0, "API key ")


def test_half_a_credential_is_told(tmp_path: Path) -> None:
    pytest.importorskip("obstore", reason="obstore is not installed")
    environment = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": None}
    options = ["--data", str(tmp_path), "--s3-bucket", "b"]
    ran = CliRunner().invoke(APP, options, env=environment)
    assert (ran.exit_code, ran.stderr.partition(":")[0]) == (78, "--s3-bucket")


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = CliRunner().invoke(APP, ["--data", str(tmp_path / "file/data")])
    assert (ran.exit_code, ran.stderr.partition(":")[0]) == (78, "--data")


async def _line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(WAIT_S):
        return (await process.stdout.readline()).decode().strip()


async def test_the_seeds_own_call_works_and_nothing_secret_is_logged(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    process = await asyncio.create_subprocess_exec(
        *command("--data", str(tmp_path), "--bind", "127.0.0.1:0"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    url = (await _line(process)).removeprefix("Serving ")
    key = (await _line(process)).removeprefix("API key (shown once): ")
    client = Client(session, url, key)
    image = await client.stored(picture())
    assert (await client.get(image["delete_url"])).status == 200
    assert (await client.call("POST", image["delete_url"])).status == 303
    form = {"source": base64.b64encode(picture()).decode(), "key": key}
    assert (await client.call("POST", "/api/1/upload", data=form)).status == 200
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(WAIT_S):
        output, errors = await process.communicate()
    assert process.returncode == 0
    assert output + errors == b""


def test_the_document_names_every_option_and_no_other() -> None:
    document = (Path(__file__).parents[2] / "docs/host-api.md").read_text()
    documented = set(re.findall(r"^\| `(--[a-z0-9-]+)`", document, re.MULTILINE))
    parameters = inspect.signature(host).parameters
    assert documented == {f"--{name.replace('_', '-')}" for name in parameters}
