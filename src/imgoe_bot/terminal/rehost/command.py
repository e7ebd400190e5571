"""``imgoe-bot rehost``: shown first, then changed in the bot's database."""

import asyncio
import contextlib

import typer
from rich.console import Console
from rich.status import Status

from imgoe_bot.adapters.clock import WallClock
from imgoe_bot.adapters.store import sole_process
from imgoe_bot.app.stores import open_stores
from imgoe_bot.domain.host_move import HostMove, MoveCounts
from imgoe_bot.errors import SettingsRejected, StoreInUse
from imgoe_bot.services.settings.host_moves import HostMoveService, Tell, move_between
from imgoe_bot.settings.environment import variable_name
from imgoe_bot.settings.fields import PluginSettings
from imgoe_bot.settings.loading import load_settings
from imgoe_bot.terminal.exit_codes import EXIT_FAILED, EXIT_STOPPED
from imgoe_bot.terminal.rehost.arguments import RehostArguments
from imgoe_bot.terminal.rehost.report import Report, as_json, print_report

_NAMING_HOSTS = ("default_host_url", "host_public_url")


def rehost(arguments: RehostArguments) -> int:
    """Show what leads to a host's old place, and with ``--yes`` let it lead to the new one.

    Returns:
        The exit code.

    Raises:
        BadParameter: an address is none, or both are one place.
        ConfigError, StoreError: as ``terminal.fatal_errors`` words them.
    """
    console = Console(highlight=False, markup=False, emoji=False)
    try:
        move = move_between(arguments.old, arguments.new)
    except SettingsRejected as error:
        raise typer.BadParameter(_problem(error), param_hint="OLD or NEW") from error
    try:
        return asyncio.run(_run(move, arguments, console))
    except KeyboardInterrupt:
        typer.echo("What was changed stays so: the same command does the rest.", err=True)
        return EXIT_STOPPED
    except StoreInUse as error:
        typer.echo(
            f"A bot works with {error.file} and would not notice: end it, do this again, and start "
            "it. It shows the cards anew then.",
            err=True,
        )
        return EXIT_FAILED


def _problem(error: SettingsRejected) -> str:
    if error.problem == "same-place":
        return "both are one place"
    return "write two base addresses like https://host.example"


async def _run(move: HostMove, arguments: RehostArguments, console: Console) -> int:
    settings = load_settings(PluginSettings)
    async with contextlib.AsyncExitStack() as stack:
        if arguments.yes:  # on SQLite nothing tells a bot what another process changes
            sole = sole_process(settings.store_url, variable=settings.store_variable, patience_s=0)
            await stack.enter_async_context(sole)
        stores = await stack.enter_async_context(open_stores(settings))
        service = HostMoveService(stores.host_moves, clock=WallClock())
        work = service.carry_out if arguments.yes else service.look
        with Console(stderr=True, highlight=False).status("Looking …") as status:
            counts = await work(move, tell=_telling(status))
        known = await stores.host_moves.known_hosts() if counts.is_nothing else ()
    report = Report(move, counts, arguments.yes, _variables(settings, move), known)
    if arguments.as_json:
        typer.echo(as_json(report))
    else:
        print_report(report, console)
    return EXIT_FAILED if counts.is_nothing else 0


def _telling(status: Status) -> Tell:
    def tell(counts: MoveCounts) -> None:
        status.update(f"{counts.uploads:,} copies, {counts.cards:,} cards")

    return tell


def _variables(settings: PluginSettings, move: HostMove) -> tuple[str, ...]:
    """Return the variables that name the old place."""
    return tuple(
        variable_name(name)
        for name in _NAMING_HOSTS
        if move.moved_host(str(getattr(settings, name))) is not None
    )
