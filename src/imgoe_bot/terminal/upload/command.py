"""``imgoe-bot upload``: send files to an image host and print their links."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from imgoe_bot import log
from imgoe_bot.environment import cleaned
from imgoe_bot.errors import ConfigError, SettingsRejected
from imgoe_bot.terminal.keyring import keyring_path
from imgoe_bot.terminal.upload.key_choice import KEY_VARIABLE, find_key

if TYPE_CHECKING:
    from rich.console import Console

    from imgoe_bot.terminal.upload.transfers import Plan
    from imgoe_bot.terminal.upload.words import Outcome

EXIT_KEY = 77
EXIT_STOPPED = 130
MIB = 1024 * 1024
MOST_JOBS = 16
STANDARD_INPUT = "-"


class Style(StrEnum):
    """How a link is written."""

    MARKDOWN = "markdown"
    HTML = "html"
    BBCODE = "bbcode"
    DIRECT = "direct"
    VIEWER = "viewer"


def upload(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE… | - | URL…", help="Files, - for standard input, or URLs."),
    ],
    host: Annotated[
        str, typer.Option(envvar="IMGOE_DEFAULT_HOST_URL", help="Address of the image host.")
    ] = "https://imgoe.download",
    key_file: Annotated[
        Path | None, typer.Option(help="File that holds the API key, closed to others.")
    ] = None,
    guest: Annotated[bool, typer.Option("--guest", help="Upload without a key.")] = False,
    style: Annotated[Style, typer.Option("--format", help="How to print a link.")] = Style.DIRECT,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a file.")] = False,
    show_delete_link: Annotated[
        bool, typer.Option("--show-delete-link", help="Whoever opens one deletes the upload.")
    ] = False,
    title: Annotated[str | None, typer.Option(help="Title; of one file only.")] = None,
    tags: Annotated[str, typer.Option(help="Tags with commas between.")] = "",
    album: Annotated[str | None, typer.Option(help="Id of an album of yours.")] = None,
    expires: Annotated[
        str | None, typer.Option(help="Delete after 5 minutes to 1 year: 30m, 12h, 7d, P1M.")
    ] = None,
    width: Annotated[
        int | None, typer.Option(min=1, help="Shrink to this width in pixels.")
    ] = None,
    nsfw: Annotated[bool, typer.Option("--nsfw", help="Mark as not safe for work.")] = False,
    jobs: Annotated[int, typer.Option(min=1, max=MOST_JOBS, help="Uploads at once.")] = 4,
    max_size: Annotated[int, typer.Option(min=1, help="Largest file of a URL, in MiB.")] = 100,
    private_urls: Annotated[
        bool, typer.Option("--private-urls", help="Read URLs inside private networks too.")
    ] = False,
    wait: Annotated[
        int, typer.Option(min=0, help="Longest wait for a host that is busy, in seconds.")
    ] = 60,
) -> None:
    """Upload files to an image host and print their links.

    The key comes from --key-file, the variable IMGOE_KEY or the keyring file, never from here.
    """
    from imgoe_bot.hostapi import BytesSource, UploadRequest
    from imgoe_bot.terminal.upload.transfers import Plan

    log.configure(level="WARNING", as_json=False)  # standard output is for links alone
    _check_files(files, title=title)
    host_url = _host_url(host)
    options = UploadRequest(
        BytesSource(b""),
        title=title,
        tags=tuple(filter(None, (tag.strip() for tag in tags.split(",")))),
        album_id=album,
        width_px=width,
        expires_after=None if expires is None else _duration(expires),
        nsfw=True if nsfw else None,
    )
    key = None if guest else _key(host_url, key_file)
    plan = Plan(host_url, key, options, jobs, max_size * MIB, private_urls, wait)
    report = _Report(style=style, as_json=as_json, show_delete_link=show_delete_link)
    raise typer.Exit(_run(files, plan=plan, report=report))


class _Report:
    """Prints outcomes, above the bars where some are drawn on the same terminal."""

    def __init__(self, *, style: Style, as_json: bool, show_delete_link: bool) -> None:
        self._style = style
        self._as_json = as_json
        self._show_delete_link = show_delete_link

    def tell(self, outcome: "Outcome", *, console: "Console") -> None:
        """Tell one outcome: links on standard output, the rest on standard error.

        Args:
            outcome: what became of an argument.
            console: draws the bars; a terminal for both is one.
        """
        from imgoe_bot.terminal.upload import words as words

        for line in words.remarks(outcome):
            _print(line, console=console, to_stderr=True)
        for line in self._lines(outcome):
            _print(line, console=console, to_stderr=False)

    def _lines(self, outcome: "Outcome") -> list[str]:
        from imgoe_bot.terminal.upload import words as words

        if self._as_json:
            return [words.as_json(outcome, with_delete_link=self._show_delete_link)]
        if outcome.reply is None:
            return []
        link = words.link(outcome.reply, self._style.value)
        return [link, words.delete_line(outcome.reply)] if self._show_delete_link else [link]


def _print(line: str, *, console: "Console", to_stderr: bool) -> None:
    """Print a line, whole; past the bars' console it would be drawn over."""
    if console.is_interactive and (to_stderr or _is_terminal(sys.stdout)):
        console.print(line, markup=False, highlight=False, emoji=False, soft_wrap=True)
    else:
        typer.echo(line, err=to_stderr)


def _run(files: list[str], *, plan: "Plan", report: _Report) -> int:
    from rich.console import Console

    from imgoe_bot.terminal.upload.transfers import make_bars, upload_all
    from imgoe_bot.terminal.upload.words import exit_code

    console = Console(stderr=not (_is_terminal(sys.stdout) and _is_terminal(sys.stderr)))
    try:
        with make_bars(console=console) as bars:
            work = upload_all(
                files, plan=plan, bars=bars, tell=partial(report.tell, console=console)
            )
            return exit_code(asyncio.run(_stoppable(work)))
    except (KeyboardInterrupt, asyncio.CancelledError):
        with suppress(OSError):  # the terminal may be gone
            typer.echo("stopped", err=True)
        return EXIT_STOPPED


async def _stoppable(work: Coroutine[Any, Any, "list[Outcome]"]) -> "list[Outcome]":
    """Do the work; SIGTERM and a closed terminal end it as Ctrl-C does."""
    task = asyncio.current_task()
    if task is not None and threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
                asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await work


def _is_closed(stream: TextIO | None) -> bool:
    """Whether a program was started without a stream, which Python's types leave out."""
    return stream is None


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _check_files(files: list[str], *, title: str | None) -> None:
    if files.count(STANDARD_INPUT) > 1:
        raise typer.BadParameter("standard input can be read only once")
    if STANDARD_INPUT in files and _is_closed(sys.stdin):
        raise typer.BadParameter("- reads a file from standard input, which is closed here")
    if STANDARD_INPUT in files and _is_terminal(sys.stdin):
        raise typer.BadParameter("- reads a file from standard input, which is a terminal here")
    if title is not None and len(files) > 1:
        raise typer.BadParameter("--title names one file, and there are more")


def _host_url(host: str) -> str:
    from imgoe_bot.hostapi.places import normal_base

    try:
        return normal_base(cleaned(host))
    except SettingsRejected as error:
        raise ConfigError("--host", "is no http or https address of a host") from error


def _duration(text: str) -> timedelta:
    """Read a duration, the short way or as the API writes it."""
    from imgoe_bot.domain.duration import parse_duration
    from imgoe_bot.hostapi import check_duration
    from imgoe_bot.hostapi import parse_duration as parse_interval

    try:
        if text.startswith("P"):
            return parse_interval(text)
        return check_duration(parse_duration(text))
    except (SettingsRejected, ValueError) as error:
        problem = f"{text!r} is no time from 5 minutes to 365 days, such as 30m, 12h, 7d or P1M"
        raise typer.BadParameter(problem, param_hint="--expires") from error


def _key(host_url: str, key_file: Path | None) -> str:
    home = Path.home()
    key = find_key(host_url, key_file=key_file, environment=os.environ, home=home)
    if key is None:
        typer.echo(
            f"imgoe-bot: there is no key for {host_url} in {keyring_path(os.environ, home=home)}: "
            f"keep one there with: imgoe-bot key add {host_url}; or set {KEY_VARIABLE}, name a "
            "--key-file, or upload with --guest where the host lets guests in",
            err=True,
        )
        raise typer.Exit(EXIT_KEY)
    return key
