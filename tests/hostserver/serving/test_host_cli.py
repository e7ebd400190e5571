"""``imgoe-bot host`` as an operator meets it."""

import asyncio
import base64
import inspect
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
import typer
from typer.testing import CliRunner

from imgoe_bot.hostserver import HostOptions, HostServer
from imgoe_bot.terminal.cli import host
from tests.docs.tables import code, rows, sections
from tests.hostserver.client import Answer, Client
from tests.hostserver.pictures import animation, picture
from tests.hostserver.videos import video

PROGRAM = "import typer; from imgoe_bot.terminal.cli import host; typer.run(host)"
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
        (["--max-megapixels", "0"], "--max-megapixels"),
        (["--max-megapixels", "179"], "--max-megapixels"),
        (["--max-frames", "many"], "--max-frames"),
        (["--max-duration", "PT1H"], "--max-duration"),
        (["--user-quota", "-1"], "--user-quota"),
        (["--guest-max-size", "0"], "--guest-max-size"),
        (["--guest-per-minute", "x"], "--guest-per-minute"),
        (["--guest-expiry", "soon"], "--guest-expiry"),
        (["--guest-expiry", "PT1M"], "--guest-expiry"),
        (["--guests", "--guest-expiry", "P2Y"], "--guest-expiry"),
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


@pytest.mark.service("s3")
def test_half_a_credential_is_told(tmp_path: Path) -> None:
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


async def start(folder: Path, *options: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command("--data", str(folder), "--bind", "127.0.0.1:0", *options),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip


async def first_client(
    process: asyncio.subprocess.Process, session: aiohttp.ClientSession
) -> Client:
    url = (await _line(process)).removeprefix("Serving ")
    return Client(session, url, (await _line(process)).removeprefix("API key (shown once): "))


async def stop(process: asyncio.subprocess.Process, by: signal.Signals = signal.SIGTERM) -> bytes:
    process.send_signal(by)
    async with asyncio.timeout(WAIT_S):
        output, errors = await process.communicate()
    assert process.returncode == 0
    return output + errors


async def test_a_closed_terminal_ends_the_host_cleanly(tmp_path: Path) -> None:
    process = await start(tmp_path)
    await _line(process)

    assert b"Traceback" not in await stop(process, signal.SIGHUP)


async def test_a_file_on_its_way_in_is_stored_before_a_polite_end(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    process = await start(tmp_path)
    client = await first_client(process, session)
    is_sent, may_go_on = asyncio.Event(), asyncio.Event()
    whole = picture()

    async def slowly() -> AsyncGenerator[bytes]:
        yield whole[: len(whole) // 2]
        is_sent.set()
        await may_go_on.wait()
        yield whole[len(whole) // 2 :]

    form = aiohttp.FormData()
    form.add_field("source", slowly(), filename="cat.png", content_type="image/png")
    headers = {"X-API-Key": client.key or ""}
    sending = asyncio.create_task(client.call("POST", "/api/1/upload", data=form, headers=headers))
    await asyncio.wait_for(is_sent.wait(), WAIT_S)
    await client.get("/")  # comes later, so that the file's request has begun by now
    ending = asyncio.create_task(stop(process))
    await _refuses_connections(client.url)

    may_go_on.set()

    assert (await sending).status == 200
    assert b"Traceback" not in await ending


async def _refuses_connections(url: str) -> None:
    async with asyncio.timeout(WAIT_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
            except ConnectionRefusedError:
                return
            writer.close()
            await writer.wait_closed()


async def test_the_seeds_own_call_works_and_nothing_secret_is_logged(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    process = await start(tmp_path)
    client = await first_client(process, session)
    image = await client.stored(picture())
    assert (await client.get(image["delete_url"])).status == 200
    assert (await client.call("POST", image["delete_url"])).status == 303
    form = {"source": base64.b64encode(picture()).decode(), "key": str(client.key)}
    assert (await client.call("POST", "/api/1/upload", data=form)).status == 200
    assert await stop(process) == b""


LIMITS = {
    "--max-megapixels": "1",
    "--max-frames": "2",
    "--max-duration": "1",
    "--user-quota": "0",
    "--guest-max-size": "1",
    "--guest-per-minute": "2",
    "--guest-expiry": "PT1H",
}


async def test_each_limit_of_the_operators_holds(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    options = [part for pair in LIMITS.items() for part in pair]
    process = await start(tmp_path / "data", "--guests", *options)
    owner = await first_client(process, session)
    guest = Client(session, owner.url, None)
    image = await guest.stored(picture())
    made, goes = (
        datetime.fromisoformat(image[f"{name}_gmt"]) for name in ("date", "expiration_date")
    )
    assert goes - made == timedelta(hours=1)
    assert told(await guest.upload(picture("BMP", size=(700, 700)))) == (400, "larger")
    assert told(await guest.upload(picture())) == (130, "Flooding")
    assert told(await owner.upload(picture(size=(1001, 1000)))) == (610, "pixels")
    assert told(await owner.upload(animation("GIF", 3), filename="a.gif")) == (610, "frames")
    for size, frames, word in (((320, 240), 90, "longer"), ((1280, 800), 2, "pixels")):
        sent = video(tmp_path / "a.mp4", size=size, frames=frames)
        assert told(await owner.upload(sent, filename="a.mp4")) == (610, word)
    mira = Client(session, owner.url, await made_key(owner, user="mira"))
    assert told(await mira.upload(picture())) == (401, "quota")
    assert await stop(process) == b""


WORDS = ("larger", "Flooding", "pixels", "frames", "longer", "quota")


def told(answer: Answer) -> tuple[int, str]:
    """Return a refusal's code and which of the words it holds."""
    error = answer.json["error"]
    return error["code"], next(word for word in WORDS if word in error["message"])


async def made_key(owner: Client, *, user: str) -> str:
    begun = await owner.call("POST", "/login", data={"key": str(owner.key)})
    headers = {"Cookie": begun.headers["set-cookie"].partition(";")[0]}
    page = (await owner.get("/admin", headers=headers)).body.decode()
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    form = {"csrf": csrf, "user": user}
    made = await owner.call("POST", "/admin/keys", data=form, headers=headers)
    return made.body.decode().partition('<code id="new-key">')[2].partition("<")[0]


def test_the_document_names_every_option_and_no_other() -> None:
    document = (Path(__file__).parents[3] / "docs/host-api.md").read_text()
    documented = set(re.findall(r"^\| `(--[a-z0-9-]+)`", document, re.MULTILINE))
    parameters = inspect.signature(host).parameters
    assert documented == {f"--{name.replace('_', '-')}" for name in parameters}


def test_the_document_tells_what_holds_unless_another_is_said() -> None:
    document = (Path(__file__).parents[3] / "docs/host-api.md").read_text()
    told_of = {code(name): text for name, text in rows(sections(document, level=2)["Options"])}
    defaults = {
        f"--{name.replace('_', '-')}": parameter.default
        for name, parameter in inspect.signature(host).parameters.items()
        if isinstance(parameter.default, str)
    }
    silent = {
        name
        for name, default in defaults.items()
        if f"`{default}` unless said" not in told_of[name]
    }
    assert silent == set()
