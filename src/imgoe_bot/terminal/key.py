"""``imgoe-bot key``: the API keys that ``imgoe-bot upload`` finds by its host's address."""

import os
import sys
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer

from imgoe_bot.environment import cleaned
from imgoe_bot.errors import ConfigError, SettingsRejected
from imgoe_bot.terminal.keyring import Entry, Keyring, keyring_path
from imgoe_bot.terminal.upload.key_choice import only_word

EXIT_NOT_FOUND = 1
SHOWN_CHARACTERS = 4
LEAST_HIDDEN = 8
"""Of a shorter key the last characters would tell too much."""

keys = typer.Typer(help="Keep API keys of image hosts for upload.", no_args_is_help=True)

Host = Annotated[str, typer.Argument(metavar="HOST", help="Address of the image host.")]


@keys.command()
def add(host: Host) -> None:
    """Keep a host's key: asked for, or read from standard input. It replaces an older one."""
    host_url = _host_url(host)
    replaced = _keyring().put(Entry(host_url, only_word(_asked(host_url), "the key given")))
    typer.echo(f"{'replaced' if replaced else 'kept'} the key for {host_url}")


@keys.command("list")
def list_keys() -> None:
    """List the hosts that there is a key for, and the last characters of each key."""
    for entry in _keyring().entries():
        typer.echo(f"{entry.host_url} {_end_of(entry.key)}")


@keys.command()
def remove(host: Host) -> None:
    """Forget a host's key."""
    host_url = _host_url(host)
    if not _keyring().remove(host_url):
        typer.echo(f"imgoe-bot: there is no key for {host_url} in {_path()}", err=True)
        raise typer.Exit(EXIT_NOT_FOUND)
    typer.echo(f"forgot the key for {host_url}")


def _asked(host_url: str) -> str:
    """Read a key without showing it; in a pipe it is the whole of what comes."""
    if sys.stdin.isatty():
        return getpass(f"API key for {host_url}: ")
    return sys.stdin.read()


def _end_of(key: str) -> str:
    shown = key[-SHOWN_CHARACTERS:] if len(key) >= SHOWN_CHARACTERS + LEAST_HIDDEN else ""
    return f"...{shown}"


def _path() -> Path:
    return keyring_path(os.environ, home=Path.home())


def _keyring() -> Keyring:
    return Keyring(_path())


def _host_url(host: str) -> str:
    from imgoe_bot.hostapi.places import normal_base

    try:
        return normal_base(cleaned(host))
    except SettingsRejected as error:
        raise ConfigError("HOST", "is no http or https address of a host") from error
