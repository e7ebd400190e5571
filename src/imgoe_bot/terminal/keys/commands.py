"""``imgoe-bot key``: the API keys that ``imgoe-bot upload`` finds by its host's address."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from imgoe_bot.terminal.exit_codes import EXIT_FAILED
from imgoe_bot.terminal.quick_typer import QuickTyper
from imgoe_bot.terminal.standard_streams import is_closed, is_terminal

if TYPE_CHECKING:
    from imgoe_bot.terminal.keys.keyring import Keyring

SHOWN_CHARACTERS = 4
LEAST_HIDDEN = 8
"""Of a shorter key the last characters would tell too much."""

keys = QuickTyper(help="Keep API keys of image hosts for upload.")

Host = Annotated[str, typer.Argument(metavar="HOST", help="Address of the image host.")]


@keys.command()
def add(host: Host) -> None:
    """Keep a host's key: asked for, or read from standard input. It replaces an older one."""
    from imgoe_bot.terminal.keys.keyring import Entry
    from imgoe_bot.terminal.keys.lookup import only_word

    host_url = _host_url(host)
    key = only_word(_read_key(host_url), "the key given")
    replaced = _keyring().put(Entry(host_url, key))
    typer.echo(f"{'replaced' if replaced else 'kept'} the key for {host_url}")


@keys.command("list")
def list_keys() -> None:
    """List the hosts that there is a key for, and the last characters of each key."""
    for entry in _keyring().entries():
        typer.echo(f"{entry.host_url} {_end_of(entry.key)}")


@keys.command()
def remove(host: Host) -> None:
    """Forget a host's key."""
    host_url, keyring = _host_url(host), _keyring()
    if not keyring.remove(host_url):
        typer.echo(f"imgoe-bot: there is no key for {host_url} in {keyring.path}", err=True)
        raise typer.Exit(EXIT_FAILED)
    typer.echo(f"forgot the key for {host_url}")


def _read_key(host_url: str) -> str:
    """Read a key without showing it; in a pipe it is the whole of what comes."""
    from getpass import getpass

    if is_terminal(sys.stdin):
        return getpass(f"API key for {host_url}: ")
    return "" if is_closed(sys.stdin) else sys.stdin.read()


def _end_of(key: str) -> str:
    shown = key[-SHOWN_CHARACTERS:] if len(key) >= SHOWN_CHARACTERS + LEAST_HIDDEN else ""
    return f"...{shown}"


def _keyring() -> "Keyring":
    from imgoe_bot.terminal.keys.keyring import own_keyring

    return own_keyring()


def _host_url(host: str) -> str:
    from imgoe_bot.terminal.keys.lookup import host_base

    return host_base(host, "HOST")
