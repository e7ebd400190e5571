"""``imgoe-bot upload``: send files to an image host and print their links."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from imgoe_bot.domain.duration import parse_duration
from imgoe_bot.errors import SettingsRejected
from imgoe_bot.hostapi import BytesSource, UploadRequest, check_duration
from imgoe_bot.hostapi import parse_duration as parse_interval
from imgoe_bot.terminal import log
from imgoe_bot.terminal.exit_codes import EXIT_KEY, EXIT_STOPPED
from imgoe_bot.terminal.keys.keyring import own_keyring
from imgoe_bot.terminal.keys.lookup import KEY_VARIABLE, find_key, host_base
from imgoe_bot.terminal.signals import on_signal
from imgoe_bot.terminal.standard_streams import is_closed, is_terminal
from imgoe_bot.terminal.upload.arguments import UploadArguments
from imgoe_bot.terminal.upload.outcome import Outcome, exit_code
from imgoe_bot.terminal.upload.report import Report
from imgoe_bot.terminal.upload.sources import STANDARD_INPUT
from imgoe_bot.terminal.upload.uploads import Plan, make_bars, upload_all

MIB = 1024 * 1024


def upload_files(typed: UploadArguments) -> int:
    """Upload files and print their links; returns the exit code."""
    log.configure(level="WARNING", as_json=False)  # standard output is for links alone
    _check_files(typed.files, title=typed.title)
    report = Report(typed.style, typed.as_json, typed.show_delete_link)
    return _run(typed.files, plan=_plan(typed), report=report)


def _plan(typed: UploadArguments) -> Plan:
    host_url = host_base(typed.host, "--host")
    options = UploadRequest(
        BytesSource(b""),
        title=typed.title,
        tags=tuple(filter(None, (tag.strip() for tag in typed.tags.split(",")))),
        album_id=typed.album,
        width_px=typed.width,
        expires_after=None if typed.expires is None else _duration(typed.expires),
        nsfw=True if typed.nsfw else None,
    )
    return Plan(
        host_url,
        None if typed.guest else _key(host_url, typed.key_file),
        options,
        jobs=typed.jobs,
        url_limit_bytes=typed.max_size * MIB,
        private_urls=typed.private_urls,
        patience_s=typed.wait,
    )


def _run(files: list[str], *, plan: Plan, report: Report) -> int:
    console = Console(stderr=not (is_terminal(sys.stdout) and is_terminal(sys.stderr)))
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


async def _stoppable(work: Coroutine[Any, Any, list[Outcome]]) -> list[Outcome]:
    """Do the work; SIGTERM and a closed terminal end it as Ctrl-C does."""
    task = asyncio.current_task()
    if task is not None and threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            on_signal(number, task.cancel)
    return await work


def _check_files(files: list[str], *, title: str | None) -> None:
    if files.count(STANDARD_INPUT) > 1:
        raise typer.BadParameter("standard input can be read only once")
    if STANDARD_INPUT in files and is_closed(sys.stdin):
        raise typer.BadParameter("- reads a file from standard input, which is closed here")
    if STANDARD_INPUT in files and is_terminal(sys.stdin):
        raise typer.BadParameter("- reads a file from standard input, which is a terminal here")
    if title is not None and len(files) > 1:
        raise typer.BadParameter("--title names one file, and there are more")


def _duration(text: str) -> timedelta:
    """Read a duration, the short way or as the API writes it."""
    try:
        if text.startswith("P"):
            return parse_interval(text)
        return check_duration(parse_duration(text))
    except (SettingsRejected, ValueError) as error:
        problem = f"{text!r} is no time from 5 minutes to 365 days, such as 30m, 12h, 7d or P1M"
        raise typer.BadParameter(problem, param_hint="--expires") from error


def _key(host_url: str, key_file: Path | None) -> str:
    keyring = own_keyring()
    key = find_key(host_url, key_file=key_file, environment=os.environ, keyring=keyring)
    if key is None:
        typer.echo(
            f"imgoe-bot: there is no key for {host_url} in {keyring.path}: "
            f"keep one there with: imgoe-bot key add {host_url}; or set {KEY_VARIABLE}, name a "
            "--key-file, or upload with --guest where the host lets guests in",
            err=True,
        )
        raise typer.Exit(EXIT_KEY)
    return key
