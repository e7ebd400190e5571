"""``imgoe-bot upload``: send files to an image host and print their links."""

import asyncio
import os
import sys
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imgoe_bot import log
from imgoe_bot.errors import ConfigError, SettingsRejected
from imgoe_bot.upload_key import KEY_VARIABLE, find_key

if TYPE_CHECKING:
    from imgoe_bot.upload_words import Outcome
    from imgoe_bot.upload_work import Plan

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
) -> None:
    """Upload files to an image host and print their links.

    The key comes from --key-file, the variable IMGOE_KEY or the keyring file, never from here.
    """
    from imgoe_bot.hostapi import BytesSource, UploadRequest
    from imgoe_bot.upload_work import Plan

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
    plan = Plan(host_url, key, options, jobs, max_size * MIB, private_urls)
    report = _Report(style=style, as_json=as_json, show_delete_link=show_delete_link)
    raise typer.Exit(_run(files, plan=plan, report=report))


class _Report:
    """Prints outcomes; while bars are drawn on the same terminal they wait."""

    def __init__(self, *, style: Style, as_json: bool, show_delete_link: bool) -> None:
        self._style = style
        self._as_json = as_json
        self._show_delete_link = show_delete_link
        self._waiting: list[Outcome] | None = None

    def hold(self) -> None:
        """Keep outcomes back until ``release``."""
        self._waiting = []

    def release(self) -> None:
        """Print what was kept back."""
        waiting, self._waiting = self._waiting or [], None
        for outcome in waiting:
            self.tell(outcome)

    def tell(self, outcome: "Outcome") -> None:
        """Tell one outcome: links on standard output, the rest on standard error."""
        from imgoe_bot import upload_words as words

        if self._waiting is not None:
            self._waiting.append(outcome)
            return
        for line in words.remarks(outcome):
            typer.echo(line, err=True)
        if self._as_json:
            typer.echo(words.as_json(outcome, with_delete_link=self._show_delete_link))
        elif outcome.reply is not None:
            typer.echo(words.link(outcome.reply, self._style.value))
            if self._show_delete_link:
                typer.echo(words.delete_line(outcome.reply))


def _run(files: list[str], *, plan: "Plan", report: _Report) -> int:
    from rich.console import Console

    from imgoe_bot.upload_words import exit_code
    from imgoe_bot.upload_work import make_bars, upload_all

    console = Console(stderr=True)
    if console.is_terminal and sys.stdout.isatty():
        report.hold()
    try:
        with make_bars(console=console) as bars:
            work = upload_all(files, plan=plan, bars=bars, tell=report.tell)
            return exit_code(asyncio.run(work))
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        return EXIT_STOPPED
    finally:
        report.release()


def _check_files(files: list[str], *, title: str | None) -> None:
    if files.count(STANDARD_INPUT) > 1:
        raise typer.BadParameter("standard input can be read only once")
    if STANDARD_INPUT in files and sys.stdin.isatty():
        raise typer.BadParameter("- reads a file from standard input, which is a terminal here")
    if title is not None and len(files) > 1:
        raise typer.BadParameter("--title names one file, and there are more")


def _host_url(host: str) -> str:
    from imgoe_bot.hostapi.places import normal_base

    try:
        return normal_base(host)
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
    key = find_key(host_url, key_file=key_file, environment=os.environ, home=Path.home())
    if key is None:
        typer.echo(
            f"imgoe-bot: there is no key for {host_url}: set {KEY_VARIABLE}, name a --key-file, or "
            "upload with --guest where the host lets guests in",
            err=True,
        )
        raise typer.Exit(EXIT_KEY)
    return key
