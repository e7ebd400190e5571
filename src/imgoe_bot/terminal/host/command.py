"""``imgoe-bot host``: run the embedded image host alone."""

import asyncio
from functools import partial

import typer

from imgoe_bot.app.stopping import Stopping
from imgoe_bot.errors import ConfigError, SchemaTooNew
from imgoe_bot.hostserver import HostOptions, HostServer
from imgoe_bot.hostserver.decoding.memory import keep_freed_memory
from imgoe_bot.hostserver.names import clean_text
from imgoe_bot.hostserver.serving.owner_key import make_owner_key
from imgoe_bot.settings.loading import unknown_variables
from imgoe_bot.terminal.exit_codes import EXIT_CONFIG
from imgoe_bot.terminal.host.arguments import HostArguments
from imgoe_bot.terminal.host.options import host_options
from imgoe_bot.terminal.signals import run_until_stopped

DRAIN_S = 20.0
"""As long as a bot beside it waits for its uploads to end."""


def run_host(typed: HostArguments) -> None:
    """Serve until stopped, or print a new key; a malformed option is one line and exit 78."""
    for unknown in unknown_variables():
        typer.echo(f"imgoe-bot: {unknown}", err=True)
    try:
        options = host_options(typed)
        _run(options, new_key=typed.new_key)
    except ConfigError as error:
        typer.echo(f"{error.setting}: {error.problem}", err=True)
        raise typer.Exit(EXIT_CONFIG) from error


async def _serve(options: HostOptions, stopping: Stopping) -> None:
    with stopping.attended() as asked:
        await _serve_until(asked, options)


async def _serve_until(asked: asyncio.Event, options: HostOptions) -> None:
    async with HostServer(options) as host:
        typer.echo(f"Serving {host.url}")
        if host.first_key is not None:
            typer.echo(f"API key (shown once): {host.first_key}")
        await asked.wait()
        await host.drain(within_s=DRAIN_S)


async def _print_key(options: HostOptions, label: str) -> None:
    key = await make_owner_key(options, clean_text(label) or "key")
    typer.echo(f"API key (shown once): {key}")


def _run(options: HostOptions, *, new_key: str | None) -> None:
    keep_freed_memory()
    try:
        if new_key is None:
            run_until_stopped(partial(_serve, options))
        else:
            asyncio.run(_print_key(options, new_key))
    except SchemaTooNew as error:
        problem = f"a newer version wrote this index (revision {error.found}); update imgoe-bot"
        raise ConfigError("--data", problem) from error
