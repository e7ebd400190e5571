"""The command line: reads what was asked, starts it, words what went wrong in one line."""

import asyncio
import base64
import os
import sys
from collections.abc import Coroutine
from typing import Annotated, Any

import typer

from imgoe_bot import __version__, log
from imgoe_bot.errors import ConfigError, SchemaTooNew, SourceUnreachable, StoreError
from imgoe_bot.settings import (
    SECRET_KEY_BYTES,
    PluginSettings,
    Settings,
    load_settings,
    variable_name,
)
from imgoe_bot.terminal import output
from imgoe_bot.terminal.key import keys
from imgoe_bot.terminal.stopping import on_stop
from imgoe_bot.terminal.upload.command import upload

EXIT_TROUBLE = 70
EXIT_TRY_LATER = 75
EXIT_CONFIG = 78
_EXTRAS = {
    "PIL": "host",
    "asyncpg": "postgres",
    "av": "host",
    "jinja2": "host",
    "obstore": "s3",
}
"""Which extra brings a library that a plain installation lacks."""

app = typer.Typer(
    help="Keeps what a Discord community posts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.command()
def run(
    tethered: Annotated[
        bool, typer.Option("--tethered", hidden=True, help="End when the standard input ends.")
    ] = False,
) -> None:
    """Run the bot, configured by IMGOE_* variables."""
    from imgoe_bot.terminal.run import run_bot

    settings = load_settings(Settings)
    log.configure(level=settings.log_level, as_json=settings.log_json)
    _until_stopped(run_bot(settings), tethered=tethered)


@app.command()
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Post a picture, check everything, exit.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port of the chat page; 0 takes a free one.")
    ] = 0,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show the bot's log.")] = False,
) -> None:
    """Try the bot in a browser: a Discord and an image host on this machine, no account."""
    from imgoe_bot.terminal.demo.parts import play, rehearse

    if once:
        raise typer.Exit(asyncio.run(rehearse(verbose=verbose)))
    _until_stopped(play(port=port, verbose=verbose))


@app.command()
def doctor() -> None:
    """Try everything the bot needs and say what is missing."""
    from rich.console import Console

    from imgoe_bot.terminal.doctor import examine

    raise typer.Exit(asyncio.run(examine(Console(highlight=False, markup=False))))


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


@app.command("secret-key")
def secret_key() -> None:
    """Print a fresh value for IMGOE_SECRET_KEY."""
    typer.echo(base64.b64encode(os.urandom(SECRET_KEY_BYTES)).decode())


@app.command()
def healthcheck() -> None:
    """Exit 0 if a bot with this data folder is connected and its database takes writes."""
    from imgoe_bot.health import is_healthy

    settings = load_settings(PluginSettings)
    try:
        healthy = is_healthy(settings.health_file)
    except OSError as error:
        problem = f"{settings.data_dir} can't be read: {error.strerror}"
        raise ConfigError(variable_name("data_dir"), problem) from error
    if not healthy:
        typer.echo("not healthy: no bot is connected, or its database takes no writes", err=True)
        raise typer.Exit(1)
    typer.echo("healthy")


_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


@app.command(context_settings=_PASS_ON, add_help_option=False)
def host(context: typer.Context) -> None:
    """Run the embedded image host alone."""
    from imgoe_bot.terminal.host import host as serve  # a bot must not carry the host's libraries

    command = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    command.command()(serve)
    command(context.args, prog_name="imgoe-bot host")


app.command("upload")(upload)
app.add_typer(keys, name="key")


def _until_stopped(work: Coroutine[Any, Any, None], *, tethered: bool = False) -> None:
    """Run until done, Ctrl-C, SIGTERM or SIGHUP, which stop it cleanly.

    Args:
        work: what is run.
        tethered: whether the end of the standard input stops it too: whoever holds the other end
            may be killed, and leaves nothing behind.
    """

    async def stoppable() -> None:
        task = asyncio.ensure_future(work)
        on_stop(task.cancel)
        if tethered:
            loop = asyncio.get_running_loop()
            loop.add_reader(sys.stdin, lambda: os.read(sys.stdin.fileno(), 1) or task.cancel())
        await task

    try:
        asyncio.run(stoppable())
    except asyncio.CancelledError:
        return


def main() -> None:
    """Run the command line; what the operator can mend is one line and a telling exit code."""
    output.make_lenient()
    try:
        app()
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        _fail(f"that needs an extra: pip install 'imgoe-bot[{extra}]'", EXIT_CONFIG)
    except ConfigError as error:
        _fail(f"{error.setting} {error.problem}", EXIT_CONFIG)
    except SchemaTooNew as error:
        _fail(
            f"the database has revision {error.found}, which a newer imgoe_bot wrote: "
            "start that version, or point IMGOE_DATABASE_URL elsewhere",
            EXIT_CONFIG,
        )
    except SourceUnreachable:
        _fail(
            "Discord can't be reached: check the network and the IMGOE_DISCORD_*_URL variables, "
            "then start again",
            EXIT_TRY_LATER,
        )
    except StoreError as error:
        _fail(
            f"the database can't be used ({error}): it may be locked, full, read-only or away; "
            "if not, check IMGOE_DATABASE_URL and IMGOE_DATA_DIR",
            EXIT_TROUBLE,
        )


def _fail(line: str, code: int) -> None:
    typer.echo(f"imgoe-bot: {line}", err=True)
    sys.exit(code)
