"""What Discord refuses in a message before it keeps it: lengths and sizes.

Source: https://discord.com/developers/docs/resources/message#embed-object-embed-limits
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from imgoe_bot.discordsim.problems import (
    bad_length,
    bad_scheme,
    invalid_form,
    not_among,
    problem,
    required,
    too_long,
)
from imgoe_bot.discordsim.rules.values import check_length, check_number
from imgoe_bot.discordsim.state.messages import COMPONENTS_V2, Upload
from imgoe_bot.discordsim.untyped_json import Json, integer, mapping, mappings, sequence, text

CONTENT = 2_000
NONCE = 25
MENTIONS = 100
EMBEDS = 10
EMBED_TOTAL = 6_000
FIELDS = 25
COLOURS = 0xFFFFFF
ADDRESS = 2_048
FILES = 10
STICKERS = 3
CHANNEL_NAME_LENGTH = 100
FILE_BYTES = 10 * 1024 * 1024
FILE_BYTES_BY_BOOST = (FILE_BYTES, FILE_BYTES, 50 * 1024 * 1024, 100 * 1024 * 1024)
_EMBED_TEXTS = {"title": 256, "description": 4_096, "footer.text": 2_048, "author.name": 256}
_FIELD_TEXTS = {"name": 256, "value": 1_024}
_PICTURES = ("image.url", "thumbnail.url", "footer.icon_url", "author.icon_url")
_LINKS = ("url", "author.url")
_WEB = ("http", "https")
_PINGS = ("users", "roles", "everyone")


def check_content(content: str) -> None:
    """Refuse content beyond 2,000 characters (50035)."""
    if len(content) > CONTENT:
        raise too_long("content", CONTENT)


def check_nonce(nonce: str | None) -> None:
    """Refuse a nonce beyond 25 characters (50035)."""
    if nonce is not None and len(nonce) > NONCE:
        raise too_long("nonce", NONCE)


def check_mentions(allowed: Json | None) -> None:
    """Refuse allowed mentions that contradict themselves, or name too much (50035)."""
    given = mapping(allowed)
    parsed = sequence(given.get("parse"))
    for index, kind in enumerate(parsed):
        if kind not in _PINGS:
            raise not_among(f"allowed_mentions.parse.{index}", _PINGS)
    for kind in ("users", "roles"):
        named = sequence(given.get(kind))
        check_length(named, f"allowed_mentions.{kind}", least=0, most=MENTIONS)
        if named and kind in parsed:
            raise invalid_form(
                "allowed_mentions",
                code="MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                message=f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
            )


def check_embeds(embeds: Sequence[Json]) -> None:
    """Refuse more than 10 embeds, 6,000 characters in all, or any that breaks its own limits."""
    if len(embeds) > EMBEDS:
        raise bad_length("embeds", EMBEDS)
    for index, embed in enumerate(embeds):
        _check_embed(embed, f"embeds.{index}")
    if sum(map(_embed_length, embeds)) > EMBED_TOTAL:
        raise invalid_form(
            "embeds",
            code="MAX_EMBED_SIZE_EXCEEDED",
            message=f"Embed size exceeds maximum size of {EMBED_TOTAL}",
        )


def _check_embed(embed: Json, path: str) -> None:
    for name, limit in _EMBED_TEXTS.items():
        if len(_nested_text(embed, name)) > limit:
            raise too_long(f"{path}.{name}", limit)
    fields = mappings(embed.get("fields"))
    if len(fields) > FIELDS:
        raise bad_length(f"{path}.fields", FIELDS)
    for index, item in enumerate(fields):
        _check_field(item, f"{path}.fields.{index}")
    for name in _PICTURES:
        _check_address(_nested_text(embed, name), (*_WEB, "attachment"), f"{path}.{name}")
    for name in _LINKS:
        _check_address(_nested_text(embed, name), _WEB, f"{path}.{name}")
    check_number(integer(embed, "color"), f"{path}.color", least=0, most=COLOURS)
    _check_moment(text(embed, "timestamp"), f"{path}.timestamp")
    if not _shows_something(embed):
        raise required(f"{path}.description")


def _shows_something(embed: Json) -> bool:
    shown = (*_EMBED_TEXTS, "image.url", "thumbnail.url", "timestamp")
    return bool(embed.get("fields")) or any(_nested_text(embed, name) for name in shown)


def _check_moment(moment: str, path: str) -> None:
    if not moment:
        return
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        message = f"Could not parse {moment}. Should be ISO8601."
        raise invalid_form(path, code="DATE_TIME_TYPE_PARSE", message=message) from None


def _check_field(item: Json, path: str) -> None:
    for name, limit in _FIELD_TEXTS.items():
        if not text(item, name).strip():
            raise required(f"{path}.{name}")
        if len(text(item, name)) > limit:
            raise too_long(f"{path}.{name}", limit)


def _check_address(address: str, schemes: Sequence[str], path: str) -> None:
    if not address:
        return
    if len(address) > ADDRESS:
        raise too_long(path, ADDRESS)
    scheme = address.partition("://")[0].lower()
    if scheme not in schemes:
        raise bad_scheme(path, _WEB)
    if scheme in _WEB and not _names_a_host(address):
        raise invalid_form(path, code="URL_TYPE_INVALID_URL", message="Not a well formed URL.")


def _names_a_host(address: str) -> bool:
    try:
        return bool(urlsplit(address).hostname) and " " not in address
    except ValueError:  # a bracket that does not close
        return False


def _nested_text(data: Json, path: str) -> str:
    *parents, last = path.split(".")
    for parent in parents:
        data = mapping(data.get(parent))
    return text(data, last)


def _embed_length(embed: Json) -> int:
    fields = mappings(embed.get("fields"))
    return sum(len(_nested_text(embed, name)) for name in _EMBED_TEXTS) + sum(
        len(text(item, name)) for item in fields for name in _FIELD_TEXTS
    )


def check_files(files: Sequence[Upload], *, limit_bytes: int) -> None:
    """Refuse more than 10 files (50035) or any beyond the size limit (40005)."""
    if len(files) > FILES:
        raise bad_length("attachments", FILES)
    if any(len(item.data) > limit_bytes for item in files):
        raise problem(40005)


def check_layout_alone(
    *, content: str, embeds: Sequence[Json], flags: int, stickers: Sequence[int] = ()
) -> None:
    """Refuse content, embeds or stickers beside Components V2 (50035)."""
    beside = {"content": bool(content), "embeds": bool(embeds), "sticker_ids": bool(stickers)}
    for name, given in beside.items():
        if flags & COMPONENTS_V2 and given:
            raise invalid_form(
                name,
                code="MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                message=f"The '{name}' field cannot be used when using MessageFlags."
                "IS_COMPONENTS_V2",
            )
