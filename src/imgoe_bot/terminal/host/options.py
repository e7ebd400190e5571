"""The embedded host's options, made of what was typed: each wrong one named in one line."""

import ipaddress
from typing import cast, get_args
from urllib.parse import urlsplit

from imgoe_bot.errors import ConfigError
from imgoe_bot.hostserver import GuestRules, HostOptions, S3Bucket, VideoLimits
from imgoe_bot.hostserver.intake.form import LONGEST, SHORTEST, parse_interval
from imgoe_bot.hostserver.options import MIB, Moderation
from imgoe_bot.settings.environment import cleaned
from imgoe_bot.terminal.host.arguments import HostArguments

HIGHEST_PORT = 65_535
LARGEST_MIB = 100_000
MOST_PER_MINUTE = 1_000_000
MOST_MEGAPIXELS = 178  # Pillow opens no larger picture
MOST_FRAMES = 1_000_000
LONGEST_FILM_S = 7 * 86_400


def host_options(typed: HostArguments) -> HostOptions:
    """Return the options that arguments amount to.

    Raises:
        ConfigError: naming the first that is malformed.
    """
    public_url, database_url = cleaned(typed.public_url or ""), cleaned(typed.database_url or "")
    address, port = parse_bind(typed.bind)
    check_reachable(address, public_url or None)
    uploads = parse_whole("--per-minute", typed.per_minute, least=0, most=MOST_PER_MINUTE)
    pixels = _pixels(typed.max_megapixels)
    film_s = parse_whole("--max-duration", typed.max_duration, least=1, most=LONGEST_FILM_S)
    guests = _guests(typed)
    return HostOptions(
        data_dir=typed.data,
        bind=address,
        port=port,
        public_url=parse_url(public_url) if public_url else None,
        database_url=database_url or None,
        site_name=typed.site_name,
        body_limit_bytes=_bytes("--max-size", typed.max_size),
        pixel_limit=pixels,
        frame_limit=parse_whole("--max-frames", typed.max_frames, least=1, most=MOST_FRAMES),
        video=VideoLimits(duration_s=film_s, pixels=pixels),
        user_quota_bytes=_quota_bytes(typed.user_quota),
        per_key_per_minute=uploads,
        per_address_per_minute=2 * uploads,
        moderation=parse_moderation(typed.moderation),
        guests=guests if typed.guests else None,
        strict=typed.strict,
        refuse_duplicates=typed.refuse_duplicates,
        keep_location=typed.keep_location,
        url_sources=typed.url_sources,
        trust_proxy=typed.trust_proxy,
        s3=_bucket(typed),
    )


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


def _pixels(megapixels: str) -> int:
    most = MOST_MEGAPIXELS
    return parse_whole("--max-megapixels", megapixels, least=1, most=most) * 1_000_000


def _bytes(option: str, mib: str) -> int:
    return parse_whole(option, mib, least=1, most=LARGEST_MIB) * MIB


def _guests(typed: HostArguments) -> GuestRules:
    limit_bytes = _bytes("--guest-max-size", typed.guest_max_size)
    uploads = parse_whole(
        "--guest-per-minute", typed.guest_per_minute, least=0, most=MOST_PER_MINUTE
    )
    return GuestRules(limit_bytes, uploads, parse_seconds("--guest-expiry", typed.guest_expiry))


def _quota_bytes(user_quota: str | None) -> int | None:
    if user_quota is None:
        return None
    return parse_whole("--user-quota", user_quota, least=0, most=999_999_999) * MIB


def _bucket(typed: HostArguments) -> S3Bucket | None:
    if typed.s3_bucket is None:
        return None
    return S3Bucket(typed.s3_bucket, typed.s3_endpoint, typed.s3_region)
