"""``imgoe-bot upload`` against the real image host: links, a line a failure, telling codes."""

import asyncio
import inspect
import json
import logging
import os
import pty
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import IO, TypeAlias

import pytest
import pytest_asyncio
import structlog
from aiohttp import web
from rich.progress import Progress, TaskID
from typer.testing import CliRunner, Result

from imgoe_bot.errors import ConfigError
from imgoe_bot.hostapi.probing.tiny_files import tiny_file
from imgoe_bot.hostserver import HostOptions, HostServer
from imgoe_bot.terminal import cli
from imgoe_bot.terminal.cli import app
from tests.docs.tables import code, fences, read, rows, sections

WAIT_S = 20
PNG = "image/png"
GUIDE = sections(read("docs/host-client.md"), level=2)["From the terminal"]

Run: TypeAlias = Callable[..., Awaitable[Result]]
Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest_asyncio.fixture
async def host(tmp_path: Path) -> AsyncIterator[HostServer]:
    async with HostServer(HostOptions(tmp_path / "host")) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder to work in, with three pictures."""
    made = tmp_path / "pictures"
    made.mkdir()
    for name in ("a.png", "b.png", "c.png"):
        (made / name).write_bytes(tiny_file(PNG))
    return made


@pytest.fixture
def environment(host: HostServer, tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IMGOE_")}
    return kept | {
        "IMGOE_DEFAULT_HOST_URL": host.url,
        "IMGOE_KEY": host.first_key or "",
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }


@pytest.fixture
def _logging() -> Iterator[None]:
    """Logging is the process's own; put it back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def run(
    environment: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch, _logging: None
) -> Run:
    """Run the command in a thread, so that the host may answer it."""
    monkeypatch.chdir(folder)

    async def run(*arguments: str, **variables: str | None) -> Result:
        given: dict[str, str | None] = {**environment, **variables}
        return await asyncio.to_thread(
            CliRunner().invoke, app, ["upload", *arguments], env=given, input=""
        )

    return run


@pytest_asyncio.fixture
async def serve() -> AsyncIterator[Callable[[Handler], Awaitable[str]]]:
    """Start a server that answers everything with a handler; returns its address."""
    runners: list[web.AppRunner] = []

    async def start(handler: Handler) -> str:
        site = web.Application(client_max_size=64 * 1024 * 1024)
        site.router.add_route("*", "/{path:.*}", handler)
        runners.append(web.AppRunner(site, shutdown_timeout=0.1, access_log=None))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        address, port = runners[-1].addresses[0][:2]
        return f"http://{address}:{port}"

    yield start
    for runner in runners:
        await runner.cleanup()


Serve: TypeAlias = Callable[[Handler], Awaitable[str]]


async def test_each_file_gets_a_link_in_the_order_given(run: Run) -> None:
    done = await run("c.png", "a.png", "b.png")

    assert (done.exit_code, done.stderr) == (0, "")
    names = [re.sub(r".*/(\w).*", r"\1", line) for line in done.stdout.splitlines()]
    assert names == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("direct", r"http://\S+/images/\S+\.png"),
        ("viewer", r"http://\S+/image/\S+"),
        ("markdown", r"\[!\[A \\\[b\\\] &amp;\]\(http\S+\.png\)\]\(http\S+/image/\S+\)"),
        ("html", r'<a href="http\S+"><img src="http\S+\.png" alt="A \[b\] &amp;amp;"></a>'),
        ("bbcode", r"\[url=http\S+\]\[img\]http\S+\.png\[/img\]\[/url\]"),
    ],
)
async def test_a_link_comes_in_every_format(run: Run, style: str, expected: str) -> None:
    done = await run("a.png", "--format", style, "--title", "A [b] &amp;")

    assert re.fullmatch(expected, done.stdout.strip()), done.stdout


async def test_json_tells_what_was_stored_and_what_failed(run: Run, folder: Path) -> None:
    (folder / "note.txt").write_text("no picture")

    done = await run("a.png", "note.txt", "none.png", "--json", "--expires", "30m")

    stored, note, none = [json.loads(line) for line in done.stdout.splitlines()]
    assert (stored["ok"], stored["mime"], stored["width_px"]) == (True, PNG, 1)
    assert stored["expires_at"]
    assert stored["expiry_mismatch"] is False
    assert (note["ok"], note["error"], note["retryable"]) == (False, "UnsupportedMedia", False)
    assert (none["source"], none["error"]) == ("none.png", "SourceGone")
    assert done.exit_code == 1
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["note.txt", "none.png"]


async def test_what_is_said_of_a_file_reaches_the_host(serve: Serve, run: Run) -> None:
    told: dict[str, str] = {}

    async def record(request: web.Request) -> web.StreamResponse:
        form = await request.post()
        told.update({name: value for name, value in form.items() if isinstance(value, str)})
        return web.Response(status=500)

    options = {
        "--album": "Q9", "--tags": " a, b ,", "--expires": "P1M", "--width": "5", "--title": "T",
    }  # fmt: skip
    given = [word for option in options.items() for word in option]

    done = await run("a.png", "--host", await serve(record), "--nsfw", *given)

    assert done.exit_code == 75
    assert told == {
        "album_id": "Q9", "tags": "a,b", "expiration": "P30D", "width": "5", "title": "T",
        "nsfw": "1", "format": "json",
    }  # fmt: skip


async def test_delete_links_are_told_only_on_request(run: Run) -> None:
    silent = [await run("a.png"), await run("a.png", "--json")]
    shown = [
        await run("a.png", "--show-delete-link"),
        await run("a.png", "--json", "--show-delete-link"),
    ]

    assert all("/delete/" not in done.output for done in silent)
    assert all("/delete/" in done.stdout for done in shown)


@pytest.mark.parametrize("where", ["file", "variable", "keyring"])
async def test_the_key_is_found_in_a_file_the_variable_or_the_keyring(
    run: Run, host: HostServer, tmp_path: Path, where: str
) -> None:
    key = host.first_key or ""
    keyring = tmp_path / "config/imgoe-bot/keyring"
    keyring.parent.mkdir(parents=True)
    listed = host.url.replace("http", "HTTP")
    _write_private(keyring, f"\ufeff# mine\nhttp://other.example x\n{listed}/ {key}\n")
    _write_private(tmp_path / "key", f"\ufeff{key}\n")
    given: dict[str, tuple[list[str], str | None]] = {
        "file": (["--key-file", str(tmp_path / "key")], "wrong"),
        "variable": ([], key),
        "keyring": ([], None),
    }
    options, variable = given[where]

    done = await run("a.png", *options, IMGOE_KEY=variable)

    assert done.exit_code == 0, done.output


def _write_private(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
async def test_a_key_file_open_to_others_is_refused(run: Run, tmp_path: Path, mode: int) -> None:
    (tmp_path / "key").write_text("hunter2")
    (tmp_path / "key").chmod(mode)

    done = await run("a.png", "--key-file", str(tmp_path / "key"))

    assert isinstance(done.exception, ConfigError)
    assert "chmod 600" in str(done.exception)
    assert "hunter2" not in str(done.exception)


@pytest.mark.parametrize("text", ["", "two words", "sch\u00f6n", "\x1b[31mred"])
async def test_a_key_file_without_a_key_is_refused_without_repeating_it(
    run: Run, tmp_path: Path, text: str
) -> None:
    _write_private(tmp_path / "key", text)

    done = await run("a.png", "--key-file", str(tmp_path / "key"))

    assert isinstance(done.exception, ConfigError)
    assert done.exception.setting == "--key-file"
    assert not text or text not in str(done.exception)


async def test_no_key_is_77_and_says_where_one_may_be(
    run: Run, host: HostServer, tmp_path: Path
) -> None:
    done = await run("a.png", IMGOE_KEY=None)

    assert (done.exit_code, done.stdout) == (77, "")
    assert f"in {tmp_path}/config/imgoe-bot/keyring: " in done.stderr
    assert f"imgoe-bot key add {host.url};" in done.stderr
    assert "IMGOE_KEY" in done.stderr


async def test_a_wrong_key_is_77_is_never_shown_and_ends_the_sending(
    serve: Serve, run: Run
) -> None:
    calls: list[str] = []

    async def refuse(request: web.Request) -> web.StreamResponse:
        calls.append(request.headers["X-API-Key"])
        error = {"message": "Invalid key wrong-key", "code": 100}
        return web.json_response({"status_code": 400, "error": error}, status=400)

    done = await run(
        *("a.png", "b.png", "c.png", "--jobs", "1", "--host", await serve(refuse)),
        IMGOE_KEY="wrong-key",
    )

    assert (done.exit_code, calls) == (77, ["wrong-key"])
    assert "wrong-key" not in done.output
    assert len(done.stderr.splitlines()) == 3


async def test_a_guest_sends_no_key(run: Run) -> None:
    done = await run("a.png", "--guest")

    assert done.exit_code == 77, "this host lets no guests in"
    assert "wants a key" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["-", "-"],
        ["a.png", "b.png", "--title", "both"],
        ["a.png", "--expires", "P"],
        ["a.png", "--expires", "4m"],
        ["a.png", "--expires", "2 years"],
        ["a.png", "--width", "0"],
        ["a.png", "--jobs", "0"],
        ["a.png", "--format", "pdf"],
        ["a.png", "--key", "secret"],
    ],
)
async def test_a_wrong_command_line_is_2_and_sends_nothing(run: Run, arguments: list[str]) -> None:
    done = await run(*arguments)

    assert (done.exit_code, done.stdout) == (2, "")


async def test_a_malformed_host_is_named(run: Run) -> None:
    done = await run("a.png", "--host", "ftp://u:hunter2@host.example")

    assert isinstance(done.exception, ConfigError)
    assert (done.exception.setting, "hunter2" in str(done.exception)) == ("--host", False)


async def test_a_busy_host_is_75_and_mixed_failures_are_1(
    serve: Serve, run: Run, folder: Path
) -> None:
    (folder / "empty.png").touch()

    async def busy(_: web.Request) -> web.StreamResponse:
        return web.Response(status=429, headers={"Retry-After": "7"})

    address = await serve(busy)

    alone = await run("a.png", "--host", address, "--wait", "6")
    mixed = await run("empty.png", "a.png", "--host", address, "--wait", "6")

    assert (alone.exit_code, mixed.exit_code) == (75, 1)
    assert "try again in 7 s" in alone.stderr
    assert "empty.png: is empty" in mixed.stderr


async def test_a_host_that_is_busy_for_a_while_is_waited_for(serve: Serve, run: Run) -> None:
    refused: set[str] = set()

    async def busy_once(request: web.Request) -> web.StreamResponse:
        if request.method == "GET":
            return web.Response(body=tiny_file(PNG), content_type=PNG)
        form = await request.post()
        file = form["source"]
        assert isinstance(file, web.FileField)
        if file.filename not in refused:
            refused.add(file.filename)
            return web.Response(status=429, headers={"Retry-After": "0"})
        return web.json_response({"status_code": 200, "image": {"id_encoded": file.filename}})

    address = await serve(busy_once)

    done = await run("a.png", f"{address}/u.png", "--host", address, "--private-urls", "--json")

    assert done.exit_code == 0, done.stderr
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["a.png", "u.png"]
    assert refused == {"a.png", "u.png"}


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "3600"}])
async def test_a_host_that_stays_busy_is_sent_nothing_more(
    serve: Serve, run: Run, headers: dict[str, str]
) -> None:
    calls: list[str] = []

    async def busy(request: web.Request) -> web.StreamResponse:
        calls.append(request.path)
        return web.Response(status=429, headers=headers)

    done = await run("a.png", "b.png", "c.png", "--jobs", "1", "--host", await serve(busy))

    assert (done.exit_code, len(calls)) == (75, 1)
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == [
        "a.png", "b.png", "c.png",
    ]  # fmt: skip


async def test_an_answer_that_got_lost_is_told_from_a_file_that_never_left(
    serve: Serve, run: Run, unused_tcp_port: int
) -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        await request.read()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    lost = await run("a.png", "--json", "--host", await serve(hang_up))
    never = await run("a.png", "--json", "--host", f"http://127.0.0.1:{unused_tcp_port}")

    assert [json.loads(done.stdout)["may_be_stored"] for done in (lost, never)] == [True, False]
    assert "look before you repeat" in lost.stderr
    assert "it is not stored" in never.stderr


@pytest.mark.parametrize(
    ("code", "options", "says"),
    [
        (401, [], "the host does not let this account upload"),
        (610, [], "is no image or video that the host takes: it is image/png"),
        (400, [], "is larger than the limit"),
        (630, [], "the host failed; try again later"),
        (400, ["--album", "nope"], "the host refused it"),
        (610, ["--width", "5000"], "the host refused it"),
    ],
)
async def test_a_refusal_is_told_in_the_hosts_own_words(
    serve: Serve, run: Run, code: int, options: list[str], says: str
) -> None:
    async def refuse(_: web.Request) -> web.StreamResponse:
        error = {"message": "N\u00f6.", "code": code}
        return web.json_response({"status_code": 400, "error": error}, status=400)

    done = await run("a.png", "--host", await serve(refuse), *options)

    assert done.stderr == f'a.png: {says} (the host says: "N\u00f6.")\n'


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("direct", r"{host}/image/q3"),
        ("viewer", r"{host}/image/q3"),
        ("markdown", r"[file]({host}/image/q3)"),
    ],
)
async def test_an_upload_that_waits_for_approval_is_linked_by_its_id(
    serve: Serve, run: Run, style: str, expected: str
) -> None:
    async def moderate(_: web.Request) -> web.StreamResponse:
        image = {"id_encoded": "q3", "is_approved": 0}
        return web.json_response({"status_code": 200, "image": image})

    address = await serve(moderate)

    done = await run("a.png", "--host", address, "--format", style)

    assert done.stdout == expected.format(host=address) + "\n"
    assert "waits until a moderator" in done.stderr


async def test_json_of_an_unreachable_host_is_one_line_and_nothing_else(
    environment: dict[str, str], folder: Path, unused_tcp_port: int
) -> None:
    away = f"http://127.0.0.1:{unused_tcp_port}"
    process = await _start(
        "a.png", "--json", "--host", away, environment=environment, folder=folder
    )

    returned, output, errors = await _ended(process)

    assert returned == 75
    assert json.loads(output)["error"] == "HostUnreachable"
    assert output.count("\n") == errors.count("\n") == 1


@pytest.mark.parametrize(
    ("odd", "error", "says"),
    [
        ("x" * 300 + ".png", "SourceBlocked", "is no file"),
        pytest.param(
            *("shut/a.png", "SourceBlocked", "may not be read by you"),
            marks=pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything"),
        ),
        ("/proc/self/mem", "SourceUnreachable", "can't be read to its end"),
        ("http://[x/y.png", "SourceBlocked", "is no address"),
        ("http://a..b/x.png", "SourceBlocked", "is no address"),
        ("http://nowhere.invalid/x.png", "SourceUnreachable", "no site nowhere.invalid"),
        ("ftp://host.example/x.png", "SourceBlocked", "only http and https"),
        ("file:///etc/hostname", "SourceBlocked", "only http and https"),
        (".", "SourceBlocked", "is no file"),
    ],
)
async def test_an_odd_argument_is_a_line_and_costs_no_other_files_link(
    run: Run, folder: Path, odd: str, error: str, says: str
) -> None:
    (folder / "shut").mkdir(mode=0o000)

    done = await run("b.png", odd, "a.png", "--json", "--jobs", "1")

    first, refused, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert (first["ok"], last["ok"]) == (True, True)
    assert done.exit_code == (75 if refused["retryable"] else 1)
    assert (refused["source"], refused["error"]) == (odd, error)
    assert says in done.stderr


async def test_what_nobody_foresaw_is_told_of_its_file_alone(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> TaskID:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(Progress, "add_task", broken)

    done = await run("a.png", "none.png", "--json")

    told = [json.loads(line)["error"] for line in done.stdout.splitlines()]
    assert told == ["InternalError", "SourceGone"]
    assert "ZeroDivisionError" in done.stderr
    assert "a secret" not in done.output


async def test_a_dead_web_address_is_final(serve: Serve, run: Run) -> None:
    async def gone(_: web.Request) -> web.StreamResponse:
        raise web.HTTPNotFound

    done = await run(f"{await serve(gone)}/a.png", "--private-urls")

    assert done.exit_code == 1
    assert "does not exist: 127.0.0.1 does not have it" in done.stderr


async def test_a_host_whose_name_is_none_is_named(run: Run) -> None:
    done = await run("a.png", "--host", "http://a..b")

    assert isinstance(done.exception, ConfigError)
    assert done.exception.setting == "--host"


async def test_standard_input_that_is_closed_is_a_wrong_command_line(
    environment: dict[str, str], folder: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", 'exec "$@" <&-', "bash", sys.executable, "-m", "imgoe_bot", "upload", "-"),
        cwd=folder, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    returned, _, errors = await _ended(process)

    assert returned == 2
    assert "standard input, which is closed" in errors


async def test_a_standard_error_that_is_closed_takes_no_answer_away(
    environment: dict[str, str], folder: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", 'exec "$@" 2>&-', "bash", sys.executable, "-m", "imgoe_bot"),
        *("upload", "--guest", "--json", "--host", "http://127.0.0.1:9", "nowhere.png"),
        cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await asyncio.wait_for(process.communicate(), 20)

    assert process.returncode == 1
    assert json.loads(output)["error"] == "SourceGone"


async def test_a_web_address_is_downloaded_and_uploaded_under_its_name(
    serve: Serve, run: Run
) -> None:
    async def picture(request: web.Request) -> web.StreamResponse:
        if request.path == "/moved":
            raise web.HTTPFound("/some/Sunset%201.png")
        return web.Response(body=tiny_file(PNG), content_type=PNG)

    address = await serve(picture)

    done = await run(
        f"{address}/some/Sunset%201.png?x=1", f"{address}/moved", "--private-urls", "--json"
    )

    assert done.exit_code == 0, done.output
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert re.search(r"/Sunset-1\S*\.png$", first["url"])
    assert second["mime"] == PNG


async def test_a_private_address_is_read_only_on_request(serve: Serve, run: Run) -> None:
    async def never(_: web.Request) -> web.StreamResponse:
        raise AssertionError

    done = await run(f"{await serve(never)}/a.png")

    assert done.exit_code == 1
    assert "--private-urls" in done.stderr


async def test_a_web_address_with_more_than_allowed_is_refused(serve: Serve, run: Run) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(tiny_file(PNG))
        while True:
            await response.write(bytes(100_000))

    done = await run(f"{await serve(endless)}/a.png", "--private-urls", "--max-size", "1")

    assert done.exit_code == 1
    assert "is larger than the limit of 1 MiB" in done.stderr


async def test_names_and_titles_cannot_steer_the_terminal(run: Run, folder: Path) -> None:
    name = "\x1b[31m[bold]x.png"
    (folder / name).write_bytes(b"")

    done = await run(name)

    assert done.exit_code == 1
    assert "\x1b" not in done.output


async def _start(
    *arguments: str,
    environment: dict[str, str],
    folder: Path,
    stdin: int | IO[bytes] | None = None,
    stdout: int = asyncio.subprocess.PIPE,
    stderr: int = asyncio.subprocess.PIPE,
) -> asyncio.subprocess.Process:
    """Start the real program."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "imgoe_bot", "upload", *arguments),
        cwd=folder,
        env=environment,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
    )


async def _ended(
    process: asyncio.subprocess.Process, given: bytes | None = None
) -> tuple[int | None, str, str]:
    async with asyncio.timeout(WAIT_S):
        output, errors = await process.communicate(given)
    return process.returncode, (output or b"").decode(), (errors or b"").decode()


async def test_standard_input_is_uploaded_from_a_pipe_and_from_a_file(
    environment: dict[str, str], folder: Path
) -> None:
    piped = await _start("-", environment=environment, folder=folder, stdin=asyncio.subprocess.PIPE)
    code_piped, link_piped, errors = await _ended(piped, tiny_file(PNG) + bytes(700_000))
    with (folder / "a.png").open("rb") as file:
        redirected = await _start("-", environment=environment, folder=folder, stdin=file)
        code_redirected, link_redirected, _ = await _ended(redirected)

    assert (code_piped, code_redirected, errors) == (0, 0, "")
    assert link_piped.endswith(".png\n")
    assert link_redirected.endswith(".png\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_being_stopped_while_waiting_prints_what_was_stored_and_no_traceback(
    environment: dict[str, str], folder: Path, number: signal.Signals
) -> None:
    process = await _start(
        *("a.png", "-", "b.png"),
        environment=environment,
        folder=folder,
        stdin=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(WAIT_S):
        first = await process.stdout.readline()  # b.png may be done or not, - can't be

    process.send_signal(number)
    async with asyncio.timeout(WAIT_S):
        rest = await process.stdout.read()
        await process.wait()
    assert process.stderr is not None
    errors = (await process.stderr.read()).decode()

    assert (process.returncode, errors) == (130, "stopped\n")
    assert first.endswith(b".png\n")
    assert rest.count(b"\n") <= 1
    assert process.stdin is not None
    process.stdin.close()


async def test_who_asked_not_to_be_hung_up_on_is_not(
    environment: dict[str, str], folder: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", 'trap "" HUP; exec "$@"', "bash"),
        *(sys.executable, "-m", "imgoe_bot", "upload", "a.png", "-"),
        cwd=folder, env=environment, stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(WAIT_S):
        await process.stdout.readline()

    process.send_signal(signal.SIGHUP)
    returned, link, errors = await _ended(process, tiny_file(PNG))

    assert (returned, errors) == (0, "")
    assert link.endswith(".png\n")


async def test_a_reader_that_leaves_early_gets_no_traceback(
    environment: dict[str, str], folder: Path
) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    process = await _start("a.png", "b.png", environment=environment, folder=folder, stdout=writing)
    os.close(writing)
    returned, _, errors = await _ended(process)

    assert returned == 1
    assert "Traceback" not in errors


async def test_a_terminal_sees_a_bar_and_then_the_links(
    environment: dict[str, str], folder: Path
) -> None:
    ours, theirs = pty.openpty()
    process = await _start(
        "a.png", "b.png",
        environment=environment | {"TERM": "xterm", "COLUMNS": "200"},
        folder=folder, stdout=theirs, stderr=theirs, stdin=theirs,
    )  # fmt: skip
    os.close(theirs)
    async with asyncio.timeout(WAIT_S):
        await process.wait()
    shown = os.read(ours, 65_536).decode()
    os.close(ours)

    assert process.returncode == 0
    assert "a.png" in shown
    assert len(re.findall(r"http://\S+\.png", shown)) == 2


async def test_a_terminal_sees_a_link_as_soon_as_there_is_one(
    environment: dict[str, str], folder: Path
) -> None:
    ours, theirs = pty.openpty()
    process = await _start(
        "a.png", "none.png", "-",
        environment=environment | {"TERM": "xterm", "COLUMNS": "20"},
        folder=folder, stdout=theirs, stderr=theirs, stdin=asyncio.subprocess.PIPE,
    )  # fmt: skip
    os.close(theirs)

    shown = await _shown_until(ours, r"http://\S+/a\S*\.png\r\n(.|\n)*none\.png: does not exist")
    process.send_signal(signal.SIGTERM)
    shown += await _shown_until(ours, "stopped")
    async with asyncio.timeout(WAIT_S):
        await process.wait()
    os.close(ours)

    assert process.returncode == 130
    assert len(re.findall(r"http://\S+\.png", shown)) == 1
    assert process.stdin is not None
    process.stdin.close()


async def _shown_until(terminal: int, pattern: str) -> str:
    """Read what a terminal shows until it holds a pattern."""
    shown = ""
    async with asyncio.timeout(WAIT_S):
        while not re.search(pattern, shown):
            shown += (await asyncio.to_thread(os.read, terminal, 65_536)).decode()
    return shown


async def test_the_guides_example_runs(environment: dict[str, str], folder: Path) -> None:
    (folder / "kitten.png").write_bytes(tiny_file(PNG))
    (example,) = fences(GUIDE, "sh")

    process = await asyncio.create_subprocess_exec(
        "bash", "-eu", "-o", "pipefail", "-c", example,
        cwd=folder, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    returned, output, errors = await _ended(process)

    assert (returned, errors) == (0, "")
    direct, *marked, told = output.splitlines()
    assert direct.endswith(".png")
    assert [line[:2] for line in marked] == ["[!"] * 4
    assert json.loads(told)["title"] == "A kitten"


def test_the_guide_lists_every_option_and_exit_code() -> None:
    listed = [code(row[0]) for row in rows(GUIDE)]
    parameters = inspect.signature(cli.upload).parameters
    renamed = {"style": "format", "as_json": "json"}
    options = {
        f"--{renamed.get(name, name).replace('_', '-')}" for name in parameters if name != "files"
    }
    assert {name for name in listed if name.startswith("--")} == options
    assert [name for name in listed if name.isdigit()] == ["0", "1", "2", "75", "77", "78", "130"]
