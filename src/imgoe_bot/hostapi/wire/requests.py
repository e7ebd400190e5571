"""The upload API without a socket, outward: a request becomes method, path, headers and fields."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

from imgoe_bot.errors import EmptyMedia, SettingsRejected
from imgoe_bot.hostapi.duration import format_duration
from imgoe_bot.hostapi.models import Base64Source, KeyBy, UploadRequest, UrlSource, is_http_url

UPLOAD_PATH = "/api/1/upload"
LOOKUP_PATH = "/api/1/idempotency"

_BASE64 = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*")
_KEY = re.compile(r"[\x21-\x7e]+")
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")

_Pairs: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A request in the API's words. The file, if there is one, travels beside it.

    Attributes:
        path: GET needs the slash that POST must not have: hosts redirect the one to the other.
        headers: without those of the body.
    """

    method: str
    path: str
    headers: _Pairs = field(repr=False)
    fields: _Pairs = field(repr=False)


def build(request: UploadRequest, *, key: str | None, key_by: KeyBy = "header") -> Call:
    """Write a request's parameters; nothing that a host would misread passes.

    Raises:
        SettingsRejected: a parameter has no valid form; ``setting`` is the API's name of it.
        EmptyMedia: the base64 text is empty.

    Source: seed (parameters); design/API.md §1.
    """
    headers, by_field = _credentials(key, key_by)
    if request.idempotency_key is not None:
        headers = (*headers, _idempotency_header(request.idempotency_key))
    path = UPLOAD_PATH if request.method == "POST" else f"{UPLOAD_PATH}/"
    fields = (*by_field, *_option_fields(request), *_source_fields(request))
    return Call(request.method, path, headers, fields)


def build_lookup(idempotency_key: str, *, key: str | None, key_by: KeyBy = "header") -> Call:
    """Write the question what a host has stored under an ``Idempotency-Key``.

    Raises:
        SettingsRejected: one of the two keys is none.

    Source: docs/host-api.md.
    """
    headers, fields = _credentials(key, key_by)
    headers = (*headers, _idempotency_header(idempotency_key))
    return Call("GET", LOOKUP_PATH, headers, fields)


def build_empty(*, key: str | None, key_by: KeyBy = "header") -> Call:
    """Write an upload of nothing, which every host of the API refuses in the API's own words."""
    return Call("GET", f"{UPLOAD_PATH}/", *_credentials(key, key_by))


def _credentials(key: str | None, key_by: KeyBy) -> tuple[_Pairs, _Pairs]:
    """Return the key's header or the key's field, and nothing in the other's place."""
    if key is None:
        return (), ()
    _require(_KEY.fullmatch(key) is not None, setting="key", problem="not-a-key")
    return ((("X-API-Key", key),), ()) if key_by == "header" else ((), (("key", key),))


def _idempotency_header(key: str) -> tuple[str, str]:
    is_key = _IDEMPOTENCY_KEY.fullmatch(key) is not None
    _require(is_key, setting="idempotency_key", problem="not-a-key")
    return "Idempotency-Key", key


def _source_fields(request: UploadRequest) -> tuple[tuple[str, str], ...]:
    source = request.source
    name = "image" if request.shape == "imgbb" else "source"
    if isinstance(source, UrlSource):
        return ((name, _checked_url(source.url)),)
    _require(request.method == "POST", setting="method", problem="get-needs-a-url")
    if isinstance(source, Base64Source):
        return ((name, _checked_base64(source.text)),)
    _require(request.shape == "chevereto", setting="shape", problem="imgbb-needs-text")
    return ()


def _checked_url(url: str) -> str:
    _require(is_http_url(url), setting="source", problem="not-a-url")
    return url


def _checked_base64(text: str) -> str:
    if not text.strip():
        raise EmptyMedia
    compact = "".join(text.split())
    aligned = _BASE64.fullmatch(compact) is not None and len(compact) % 4 == 0
    _require(aligned, setting="source", problem="not-base64")
    return compact


def _option_fields(request: UploadRequest) -> tuple[tuple[str, str], ...]:
    options = {
        "title": request.title,
        "description": request.description,
        "tags": _tags(request.tags),
        "album_id": request.album_id,
        "category_id": _number(request.category_id, setting="category_id", at_least=0),
        "width": _number(request.width_px, setting="width", at_least=1),
        "expiration": _expiration(request.expires_after),
        "nsfw": None if request.nsfw is None else str(int(request.nsfw)),
        "format": request.format,
        "use_file_date": "1" if request.use_file_date else None,
    }
    return tuple((name, value) for name, value in options.items() if value)


def _expiration(expires_after: timedelta | None) -> str | None:
    return None if expires_after is None else format_duration(expires_after)


def _tags(tags: tuple[str, ...]) -> str:
    for tag in tags:
        _require("," not in tag, setting="tags", problem="comma-in-a-tag")
    return ",".join(filter(None, map(str.strip, tags)))


def _number(value: int | None, *, setting: str, at_least: int) -> str | None:
    if value is None:
        return None
    _require(value >= at_least, setting=setting, problem="too-small")
    return str(value)


def _require(holds: bool, *, setting: str, problem: str) -> None:
    if not holds:
        raise SettingsRejected(setting=setting, problem=problem)
