"""The command line: declares every command, and loads what one needs when it is called.

``--help`` and the quick commands must cost next to nothing, so only the standard library, typer
and modules of declarations are imported here at the top.
"""

import gc
import os
import sys
from typing import Annotated

import typer

from imgoe_bot import __version__
from imgoe_bot.terminal import standard_streams
from imgoe_bot.terminal.backfill.arguments import BackfillArguments
from imgoe_bot.terminal.command_arguments import arguments_from
from imgoe_bot.terminal.exit_codes import EXIT_FAILED, EXIT_STOPPED
from imgoe_bot.terminal.host.arguments import HostArguments
from imgoe_bot.terminal.jobs.commands import jobs, orphans
from imgoe_bot.terminal.keys.commands import keys
from imgoe_bot.terminal.quick_typer import QuickTyper
from imgoe_bot.terminal.rehost.arguments import RehostArguments
from imgoe_bot.terminal.upload.arguments import UploadArguments

app = QuickTyper(help="Keeps what a Discord community posts.")


@app.command()
def run(
    tethered: Annotated[
        bool, typer.Option("--tethered", hidden=True, help="End when the standard input ends.")
    ] = False,
) -> None:
    """Run the bot, configured by IMGOE_* variables."""
    gc.disable()  # loading leaves next to nothing behind: looking for it takes a sixth of the time
    from functools import partial

    from imgoe_bot.settings.fields import Settings
    from imgoe_bot.settings.loading import load_settings
    from imgoe_bot.terminal import log
    from imgoe_bot.terminal.run import run_bot
    from imgoe_bot.terminal.signals import run_until_stopped

    settings = load_settings(Settings)
    log.configure(level=settings.log_level, as_json=settings.log_json)
    gc.enable()
    run_until_stopped(partial(run_bot, settings), tethered=tethered)


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
    from imgoe_bot.terminal.demo.command import check_once, run_demo
    from imgoe_bot.terminal.signals import run_until_stopped

    if not once:
        return run_until_stopped(lambda _: run_demo(port=port, verbose=verbose))
    code = run_until_stopped(lambda _: check_once(verbose=verbose))
    raise typer.Exit(EXIT_STOPPED if code is None else code)


@app.command()
def doctor() -> None:
    """Try everything the bot needs and say what is missing."""
    import asyncio

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
    from imgoe_bot.settings.environment import make_secret_key

    typer.echo(make_secret_key())


@app.command()
def healthcheck() -> None:
    """Exit 0 if a bot with this data folder is connected and its database takes writes."""
    from imgoe_bot.terminal.healthcheck import find_trouble

    if trouble := find_trouble(os.environ):
        typer.echo(f"not healthy: {trouble}", err=True)
        raise typer.Exit(EXIT_FAILED)
    typer.echo("healthy")


@app.command(short_help="Run the embedded image host alone.")
@arguments_from(HostArguments)
def host(arguments: HostArguments) -> None:
    """Run the embedded image host; the first start prints an API key once."""
    from imgoe_bot.terminal.host.command import run_host

    run_host(arguments)


@app.command()
@arguments_from(UploadArguments)
def upload(arguments: UploadArguments) -> None:
    """Upload files to an image host and print their links.

    The key comes from --key-file, the variable IMGOE_KEY or the keyring file, never from here.
    """
    from imgoe_bot.terminal.upload.command import upload_files

    raise typer.Exit(upload_files(arguments))


@app.command(short_help="Keep what was posted long ago, or see how far that is.")
@arguments_from(BackfillArguments)
def backfill(arguments: BackfillArguments) -> None:
    """Begin a backfill for the bot with this database, and show it until it ends.

    Without a place it shows those that are under way.
    """
    from imgoe_bot.terminal.backfill.command import backfill as begin_or_show

    raise typer.Exit(begin_or_show(arguments))


@app.command(short_help="Let stored links lead to where an image host moved.")
@arguments_from(RehostArguments)
def rehost(arguments: RehostArguments) -> None:
    """Let what is stored of the host at OLD lead to NEW: links, keys, settings; cards follow.

    Without --yes it only shows what would change.
    """
    from imgoe_bot.terminal.rehost.command import rehost as move_host

    raise typer.Exit(move_host(arguments))


app.add_typer(jobs, name="jobs")
app.add_typer(orphans, name="orphans")
app.add_typer(keys, name="key")


def main() -> None:
    """Run the command line; what the operator can mend is one line and a telling exit code."""
    standard_streams.make_lenient()
    try:
        app()
    except Exception as error:
        from imgoe_bot.terminal.fatal_errors import ending_of

        ending = ending_of(error)
        if ending is None:
            raise
        typer.echo(f"imgoe-bot: {ending.line}", err=True)
        sys.exit(ending.code)
