"""``imgoe-bot host``: run the embedded image host alone."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from imgoe_bot.errors import ConfigError
from imgoe_bot.hostserver import HostOptions, HostServer

EXIT_CONFIG = 78
HIGHEST_PORT = 65_535


def parse_bind(text: str) -> tuple[str, int]:
    """Return address and port of ``127.0.0.1:8080`` or ``[::1]:8080``.

    Raises:
        ConfigError: it is neither.
    """
    address, colon, port = text.rpartition(":")
    if not colon or not address or not (port.isascii() and port.isdigit()):
        raise ConfigError("--bind", f"{text!r} is not ADDRESS:PORT, e.g. 127.0.0.1:8080")
    if int(port) > HIGHEST_PORT:
        raise ConfigError("--bind", f"port {port} is above {HIGHEST_PORT}")
    return address.strip("[]"), int(port)


def parse_url(text: str) -> str:
    """Return an address without its trailing slash.

    Raises:
        ConfigError: it does not begin with http:// or https://.
    """
    if not text.startswith(("http://", "https://")) or any(mark in text for mark in "?# "):
        raise ConfigError("--public-url", f"{text!r} is not an address like https://img.example")
    return text.rstrip("/")


async def _serve(options: HostOptions) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with HostServer(options) as host:
        typer.echo(f"Serving {host.url}")
        if host.first_key is not None:
            typer.echo(f"API key (shown once): {host.first_key}")
        await stop.wait()


def _options(bind: str, data: Path, public_url: str | None, *, strict: bool) -> HostOptions:
    address, port = parse_bind(bind)
    return HostOptions(
        data_dir=data,
        bind=address,
        port=port,
        public_url=None if public_url is None else parse_url(public_url),
        strict=strict,
    )


def host(
    data: Annotated[Path, typer.Option(help="Folder for files and index; created when absent.")],
    bind: Annotated[str, typer.Option(help="ADDRESS:PORT; port 0 takes a free one.")] = (
        "127.0.0.1:8089"
    ),
    public_url: Annotated[str | None, typer.Option(help="Address people use, if proxied.")] = None,
    strict: Annotated[bool, typer.Option(help="True HTTP statuses for every client.")] = False,
) -> None:
    """Run the embedded image host; the first start prints an API key once."""
    try:
        asyncio.run(_serve(_options(bind, data, public_url, strict=strict)))
    except ConfigError as error:
        typer.echo(f"{error.setting}: {error.problem}", err=True)
        raise typer.Exit(EXIT_CONFIG) from error
