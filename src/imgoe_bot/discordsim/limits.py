"""What Discord refuses in a message before it keeps it: lengths and sizes.

Source: https://discord.com/developers/docs/resources/message#embed-object-embed-limits
"""

from collections.abc import Sequence

from imgoe_bot.discordsim.entities import COMPONENTS_V2, Upload
from imgoe_bot.discordsim.problems import invalid_form, problem
from imgoe_bot.discordsim.wire import Json, mapping, mappings, text

CONTENT = 2_000
EMBEDS = 10
EMBED_TOTAL = 6_000
FIELDS = 25
FILES = 10
FILE_BYTES = 10 * 1024 * 1024
FILE_BYTES_BY_BOOST = (FILE_BYTES, FILE_BYTES, 50 * 1024 * 1024, 100 * 1024 * 1024)
_EMBED_TEXTS = {"title": 256, "description": 4_096, "footer.text": 2_048, "author.name": 256}
_FIELD_TEXTS = {"name": 256, "value": 1_024}


def check_content(content: str) -> None:
    """Refuse content beyond 2,000 characters (50035)."""
    if len(content) > CONTENT:
        raise _too_long("content", CONTENT)


def check_embeds(embeds: Sequence[Json]) -> None:
    """Refuse more than 10 embeds, 6,000 characters in all, or any text beyond its own limit."""
    if len(embeds) > EMBEDS:
        raise _too_many("embeds", EMBEDS)
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
            raise _too_long(f"{path}.{name}", limit)
    fields = mappings(embed.get("fields"))
    if len(fields) > FIELDS:
        raise _too_many(f"{path}.fields", FIELDS)
    for index, item in enumerate(fields):
        _check_field(item, f"{path}.fields.{index}")
    for part in ("image", "thumbnail"):
        _check_address(_nested_text(embed, f"{part}.url"), f"{path}.{part}.url")
    _check_address(text(embed, "url"), f"{path}.url")


def _check_field(item: Json, path: str) -> None:
    for name, limit in _FIELD_TEXTS.items():
        if not text(item, name).strip():
            raise invalid_form(
                f"{path}.{name}", code="BASE_TYPE_REQUIRED", message="This field is required"
            )
        if len(text(item, name)) > limit:
            raise _too_long(f"{path}.{name}", limit)


def _check_address(address: str, path: str) -> None:
    if address and not address.startswith(("http://", "https://", "attachment://")):
        raise invalid_form(
            path,
            code="URL_TYPE_INVALID_SCHEME",
            message="Scheme must be one of ('http', 'https').",
        )


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
        raise _too_many("attachments", FILES)
    if any(len(item.data) > limit_bytes for item in files):
        raise problem(40005)


def check_layout_alone(*, content: str, embeds: Sequence[Json], flags: int) -> None:
    """Refuse content or embeds beside Components V2 (50035)."""
    for name, given in (("content", bool(content)), ("embeds", bool(embeds))):
        if flags & COMPONENTS_V2 and given:
            raise invalid_form(
                name,
                code="MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                message=f"The '{name}' field cannot be used when using MessageFlags."
                "IS_COMPONENTS_V2",
            )


def _too_long(field: str, limit: int) -> Exception:
    return invalid_form(
        field,
        code="BASE_TYPE_MAX_LENGTH",
        message=f"Must be {limit} or fewer in length.",
    )


def _too_many(field: str, limit: int) -> Exception:
    return invalid_form(
        field,
        code="BASE_TYPE_BAD_LENGTH",
        message=f"Must be between 1 and {limit} in length.",
    )
