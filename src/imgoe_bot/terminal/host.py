"""``imgoe-bot host``: run the embedded image host alone."""

import asyncio
import ipaddress
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, cast, get_args
from urllib.parse import urlsplit

import typer

from imgoe_bot.environment import cleaned
from imgoe_bot.errors import ConfigError, SchemaTooNew
from imgoe_bot.hostserver import GuestRules, HostOptions, HostServer, S3Bucket, VideoLimits
from imgoe_bot.hostserver.decoding.memory import keep_freed_memory
from imgoe_bot.hostserver.intake.form import LONGEST, SHORTEST, parse_interval
from imgoe_bot.hostserver.names import clean_text
from imgoe_bot.hostserver.options import MIB, Moderation
from imgoe_bot.hostserver.serving.owner_key import make_owner_key
from imgoe_bot.settings import unknown_variables
from imgoe_bot.terminal.stopping import on_stop

EXIT_CONFIG = 78
HIGHEST_PORT = 65_535
LARGEST_MIB = 100_000
MOST_PER_MINUTE = 1_000_000
MOST_MEGAPIXELS = 178  # Pillow opens no larger picture
MOST_FRAMES = 1_000_000
LONGEST_FILM_S = 7 * 86_400


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


def parse_seconds(option: str, text: str) -> int:
    """Return the seconds of an interval for which uploads may be kept.

    Raises:
        ConfigError: it is none, or outside of what the API knows.
    """
    try:
        asked = parse_interval(text)
    except ValueError as error:
        raise ConfigError(option, f"{text!r} is {error}") from error
    if not SHORTEST <= asked <= LONGEST:
        raise ConfigError(option, f"{text!r} is not between 5 minutes and 365 days")
    return int(asked.total_seconds())


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


def _guests(max_size: str, per_minute: str, expiry: str) -> GuestRules:
    limit_mib = parse_whole("--guest-max-size", max_size, least=1, most=LARGEST_MIB)
    uploads = parse_whole("--guest-per-minute", per_minute, least=0, most=MOST_PER_MINUTE)
    return GuestRules(limit_mib * MIB, uploads, parse_seconds("--guest-expiry", expiry))


def _quota_bytes(user_quota: str | None) -> int | None:
    if user_quota is None:
        return None
    return parse_whole("--user-quota", user_quota, least=0, most=999_999_999) * MIB


async def _serve(options: HostOptions) -> None:
    stop = asyncio.Event()
    on_stop(stop.set)
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
    public_url: Annotated[
        str | None,
        typer.Option(
            envvar="IMGOE_HOST_PUBLIC_URL",
            show_envvar=True,
            help="Address people and bot use, if not --bind's.",
        ),
    ] = None,
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
    max_megapixels: Annotated[str, typer.Option(help="Largest picture or frame.")] = "50",
    max_frames: Annotated[str, typer.Option(help="Longest animation.")] = "2000",
    max_duration: Annotated[str, typer.Option(help="Longest film in seconds.")] = "3600",
    user_quota: Annotated[
        str | None, typer.Option(help="MiB a new user may store; admins change it for each.")
    ] = None,
    moderation: Annotated[str, typer.Option(help="Who waits: off, guests or all.")] = "off",
    guests: Annotated[bool, typer.Option(help="Let people upload without a key.")] = False,
    guest_max_size: Annotated[str, typer.Option(help="A guest's largest file in MiB.")] = "10",
    guest_per_minute: Annotated[str, typer.Option(help="Uploads a minute and guest.")] = "10",
    guest_expiry: Annotated[str, typer.Option(help="What guests send goes after this.")] = "P30D",
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
    for unknown in unknown_variables():
        typer.echo(f"imgoe-bot: {unknown}", err=True)
    try:
        public_url, database_url = cleaned(public_url or ""), cleaned(database_url or "")
        address, port = parse_bind(bind)
        check_reachable(address, public_url or None)
        uploads = parse_whole("--per-minute", per_minute, least=0, most=MOST_PER_MINUTE)
        pixels = parse_whole("--max-megapixels", max_megapixels, least=1, most=MOST_MEGAPIXELS)
        film_s = parse_whole("--max-duration", max_duration, least=1, most=LONGEST_FILM_S)
        rules = _guests(guest_max_size, guest_per_minute, guest_expiry)
        options = HostOptions(
            data_dir=data,
            bind=address,
            port=port,
            public_url=parse_url(public_url) if public_url else None,
            database_url=database_url or None,
            site_name=site_name,
            body_limit_bytes=parse_whole("--max-size", max_size, least=1, most=LARGEST_MIB) * MIB,
            pixel_limit=pixels * 1_000_000,
            frame_limit=parse_whole("--max-frames", max_frames, least=1, most=MOST_FRAMES),
            video=VideoLimits(duration_s=film_s, pixels=pixels * 1_000_000),
            user_quota_bytes=_quota_bytes(user_quota),
            per_key_per_minute=uploads,
            per_address_per_minute=2 * uploads,
            moderation=parse_moderation(moderation),
            guests=rules if guests else None,
            strict=strict,
            refuse_duplicates=refuse_duplicates,
            keep_location=keep_location,
            url_sources=url_sources,
            trust_proxy=trust_proxy,
            s3=None if s3_bucket is None else S3Bucket(s3_bucket, s3_endpoint, s3_region),
        )
        _run(_serve(options) if new_key is None else _print_key(options, new_key))
    except ConfigError as error:
        typer.echo(f"{error.setting}: {error.problem}", err=True)
        raise typer.Exit(EXIT_CONFIG) from error
