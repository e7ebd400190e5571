"""``imgoe-bot host``: run the embedded image host alone."""

import asyncio
import ipaddress
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, cast, get_args
from urllib.parse import urlsplit

import typer

from imgoe_bot.errors import ConfigError, SchemaTooNew
from imgoe_bot.hostserver import GuestRules, HostOptions, HostServer, S3Place
from imgoe_bot.hostserver.memory import keep_freed_memory
from imgoe_bot.hostserver.names import clean_text
from imgoe_bot.hostserver.options import MIB, Moderation
from imgoe_bot.hostserver.server import make_owner_key

EXIT_CONFIG = 78
HIGHEST_PORT = 65_535
LARGEST_MIB = 100_000


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


def check_reachable(address: str, public_url: str | None) -> None:
    """Check that the links in replies lead somewhere.

    Raises:
        ConfigError: the host listens everywhere, and nobody said under which address it is found.
    """
    try:
        is_anywhere = ipaddress.ip_address(address).is_unspecified
    except ValueError:  # a name
        is_anywhere = False
    if is_anywhere and public_url is None:
        problem = f"is needed with --bind {address}: links in replies can't begin with that"
        raise ConfigError("--public-url", problem)


def parse_url(text: str) -> str:
    """Return an address without its trailing slash.

    Raises:
        ConfigError: it is no http or https address, or more than one.
    """
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ConfigError("--public-url", f"{text!r} is not an address like https://img.example")
    return text.rstrip("/")


def parse_whole(option: str, text: str, *, least: int, most: int) -> int:
    """Return a whole number.

    Raises:
        ConfigError: it is none, or outside ``least`` to ``most``.
    """
    if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
        raise ConfigError(option, f"{text!r} is no whole number from {least} to {most}")
    return int(text)


def parse_moderation(text: str) -> Moderation:
    """Return whose uploads wait for approval.

    Raises:
        ConfigError: the word is unknown.
    """
    if text not in get_args(Moderation):
        raise ConfigError(
            "--moderation", f"{text!r} is not one of {', '.join(get_args(Moderation))}"
        )
    return cast(Moderation, text)


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


async def _print_key(options: HostOptions, label: str) -> None:
    key = await make_owner_key(options, clean_text(label) or "key")
    typer.echo(f"API key (shown once): {key}")


def _run(work: Coroutine[Any, Any, None]) -> None:
    keep_freed_memory()
    try:
        asyncio.run(work)
    except SchemaTooNew as error:
        problem = f"a newer version wrote this index (revision {error.found}); update imgoe-bot"
        raise ConfigError("--data", problem) from error


def host(
    data: Annotated[Path, typer.Option(help="Folder for files and index; created when absent.")],
    bind: Annotated[str, typer.Option(help="ADDRESS:PORT; port 0 takes a free one.")] = (
        "127.0.0.1:8089"
    ),
    public_url: Annotated[str | None, typer.Option(help="Address people use, if proxied.")] = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            envvar="IMGOE_HOST_DATABASE_URL",
            show_envvar=True,
            help="Index elsewhere: postgresql+asyncpg://…; best kept in the environment.",
        ),
    ] = None,
    site_name: Annotated[str, typer.Option(help="Name on the pages.")] = "Image host",
    max_size: Annotated[str, typer.Option(help="Largest file in MiB.")] = "64",
    per_minute: Annotated[str, typer.Option(help="Uploads a minute and key; 0: any.")] = "600",
    moderation: Annotated[str, typer.Option(help="Who waits: off, guests or all.")] = "off",
    guests: Annotated[bool, typer.Option(help="Let people upload without a key.")] = False,
    strict: Annotated[bool, typer.Option(help="True HTTP statuses for every client.")] = False,
    refuse_duplicates: Annotated[bool, typer.Option(help="Refuse a file sent twice.")] = False,
    keep_location: Annotated[bool, typer.Option(help="Leave GPS data in files.")] = False,
    url_sources: Annotated[bool, typer.Option(help="Fetch sources that are addresses.")] = False,
    trust_proxy: Annotated[bool, typer.Option(help="Believe X-Forwarded-For.")] = False,
    new_key: Annotated[
        str | None, typer.Option(help="Print a new key of the owner, with this label, and exit.")
    ] = None,
    s3_bucket: Annotated[
        str | None, typer.Option(help="Files in this bucket; keys: AWS_*.")
    ] = None,
    s3_endpoint: Annotated[str | None, typer.Option(help="Address of another S3 service.")] = None,
    s3_region: Annotated[str, typer.Option(help="Region of the bucket.")] = "us-east-1",
) -> None:
    """Run the embedded image host; the first start prints an API key once."""
    try:
        address, port = parse_bind(bind)
        check_reachable(address, public_url)
        uploads = parse_whole("--per-minute", per_minute, least=0, most=1_000_000)
        options = HostOptions(
            data_dir=data,
            bind=address,
            port=port,
            public_url=None if public_url is None else parse_url(public_url),
            database_url=database_url,
            site_name=site_name,
            body_limit_bytes=parse_whole("--max-size", max_size, least=1, most=LARGEST_MIB) * MIB,
            per_key_per_minute=uploads,
            per_address_per_minute=2 * uploads,
            moderation=parse_moderation(moderation),
            guests=GuestRules() if guests else None,
            strict=strict,
            refuse_duplicates=refuse_duplicates,
            keep_location=keep_location,
            url_sources=url_sources,
            trust_proxy=trust_proxy,
            s3=None if s3_bucket is None else S3Place(s3_bucket, s3_endpoint, s3_region),
        )
        _run(_serve(options) if new_key is None else _print_key(options, new_key))
    except ConfigError as error:
        typer.echo(f"{error.setting}: {error.problem}", err=True)
        raise typer.Exit(EXIT_CONFIG) from error
