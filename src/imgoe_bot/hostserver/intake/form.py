"""An upload's parameters, parsed and checked; what leaves here is valid."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.names import TITLE_LIMIT, clean_text, is_id, storable
from imgoe_bot.hostserver.numbers import find_number

REPLY_FORMATS = ("json", "txt", "redirect")
TAG_LIMIT = 32
TAGS_KEPT = 10
DESCRIPTION_LIMIT = 10_000
SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(days=365)

_INTERVAL = re.compile(
    r"P(?=\d|T\d)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,5})D)?"
    r"(?:T(?=\d)(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?",
    re.ASCII,
)
_UNIT_SECONDS = (365 * 86_400, 30 * 86_400, 7 * 86_400, 86_400, 3_600, 60, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadForm:
    """What a client asked for besides the file.

    Attributes:
        title, description: None when not sent or empty.
        album: the album's public id.
        expires_after: None keeps the upload.
    """

    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    album: str | None = None
    category_id: int | None = None
    width_px: int | None = None
    expires_after: timedelta | None = None
    nsfw: bool = False
    reply_format: str = "json"
    use_file_date: bool = False


def parse_interval(text: str) -> timedelta:
    """Return what an interval such as PT5M, or a number of seconds, means.

    Months count 30 days and years 365.

    Raises:
        ValueError: neither an interval nor a number.
    """
    if text.isascii() and text.isdigit() and len(text) < 12:
        return timedelta(seconds=int(text))
    match = _INTERVAL.fullmatch(text)
    if match is None:
        raise ValueError("no interval such as PT5M or P3D")
    counted = zip(match.groups(), _UNIT_SECONDS, strict=True)
    return timedelta(seconds=sum(int(count or 0) * unit_s for count, unit_s in counted))


def parse_expiry(text: str) -> timedelta | None:
    """Return how long an upload is to stay, clamped to 5 minutes … 365 days; None is for ever.

    Nothing at all, ``0`` or ``P0D``, means for ever, as at Chevereto and ImgBB. Unlike Chevereto,
    which takes anything it can't read as five minutes, what can't be read is refused.

    Raises:
        Fault: neither an interval nor a number.
    """
    try:
        asked = parse_interval(text)
    except ValueError as error:
        raise Fault(Reason.BAD_PARAMETER, f"expiration is {error}") from error
    return min(max(asked, SHORTEST), LONGEST) if asked else None


def parse_tags(text: str) -> tuple[str, ...]:
    """Return the tags of a comma list: trimmed, once each, at most 10 of at most 32 characters."""
    wanted = (tag.strip() for tag in clean_text(text).split(","))
    return tuple(dict.fromkeys(tag for tag in wanted if 0 < len(tag) <= TAG_LIMIT))[:TAGS_KEPT]


def _whole(name: str, text: str, *, least: int) -> int:
    number = find_number(text)
    if number is None or number < least:
        raise Fault(Reason.BAD_PARAMETER, f"{name} must be a whole number from {least}")
    return number


def _flag(name: str, text: str) -> bool:
    if text not in ("0", "1"):
        raise Fault(Reason.BAD_PARAMETER, f"{name} must be 0 or 1")
    return text == "1"


def _album(text: str) -> str:
    if not is_id(text):
        raise Fault(Reason.BAD_PARAMETER, "album_id is no album of this user")
    return text


def _reply_format(text: str) -> str:
    if text not in REPLY_FORMATS:
        raise Fault(Reason.BAD_PARAMETER, "format must be json, redirect or txt")
    return text


def parse_form(fields: Mapping[str, str]) -> UploadForm:
    """Check the parameters of an upload; an empty value counts as not sent.

    Raises:
        Fault: a value can't be meant.
    """
    sent = {name: value.strip() for name, value in fields.items() if value.strip()}
    title = clean_text(sent.get("title", sent.get("name", "")))[:TITLE_LIMIT]
    return UploadForm(
        title=title or None,
        description=storable(sent.get("description", ""))[:DESCRIPTION_LIMIT] or None,
        tags=parse_tags(sent.get("tags", "")),
        album=_album(sent["album_id"]) if "album_id" in sent else None,
        category_id=_whole("category_id", sent["category_id"], least=1)
        if "category_id" in sent
        else None,
        width_px=_whole("width", sent["width"], least=1) if "width" in sent else None,
        expires_after=parse_expiry(sent["expiration"]) if "expiration" in sent else None,
        nsfw=_flag("nsfw", sent.get("nsfw", "0")),
        reply_format=_reply_format(sent.get("format", "json")),
        use_file_date=_flag("use_file_date", sent.get("use_file_date", "0")),
    )
