"""What a person asks for beside the file itself, checked before anything is sent.

Hosts cut, drop or misread odd values in silence (API.md section 1), so none of them leaves here.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.duration import parse_duration
from imgoe_bot.domain.options import EXPIRES_MAX, EXPIRES_MIN
from imgoe_bot.domain.templates import TAG_MAX_CHARS, TAGS_MAX, TITLE_MAX_CHARS
from imgoe_bot.domain.upload import Details, Upload
from imgoe_bot.errors import SettingsRejected

DESCRIPTION_MAX_CHARS = 500
WIDTH_MIN_PX = 16
WIDTH_MAX_PX = 20_000
EXPIRY_TOLERANCE = timedelta(minutes=2)
"""How far a host's answer may be off. Source: API.md section 1."""

_ALBUM = re.compile(r"[0-9A-Za-z]{1,32}")


@dataclass(frozen=True, slots=True)
class UploadOptions:
    """What a person asked for; None leaves a point to what holds where they ask.

    Attributes:
        album_id: the host's encoded id of an album.
        width_px: to shrink to; the height follows.
        nsfw: it is not safe for work, where not everything is so.
    """

    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None
    album_id: str | None = None
    category_id: int | None = None
    width_px: int | None = None
    expires_after: timedelta | None = None
    nsfw: bool = False

    def applied_to(self, base: Details) -> Details:
        """Return what the host is told: the base, and over it what was asked for."""
        asked = {
            name: getattr(self, name)
            for name in UploadOptions.__dataclass_fields__
            if name != "nsfw" and getattr(self, name) is not None
        }
        return replace(base, **asked, nsfw=base.nsfw or self.nsfw)


NO_UPLOAD_OPTIONS = UploadOptions()


class Remark(StrEnum):
    """What a person has to know of how far the host did as asked."""

    ALBUM = "album"
    EXPIRY = "expiry"


def parse_upload_options(
    *,
    title: str | None = None,
    description: str | None = None,
    tags: str | None = None,
    album: str | None = None,
    category: int | None = None,
    width: int | None = None,
    expires: str | None = None,
    nsfw: bool = False,
) -> UploadOptions:
    """Return the options of an upload from what was typed.

    Raises:
        SettingsRejected: a value that no host would take as it is meant.
    """
    return UploadOptions(
        title=_checked_text("title", title, most=TITLE_MAX_CHARS),
        description=_checked_text("description", description, most=DESCRIPTION_MAX_CHARS),
        tags=_read_tags(tags),
        album_id=_read_album(album),
        category_id=_in_range("category", category, least=1, most=2**31 - 1),
        width_px=_in_range("width", width, least=WIDTH_MIN_PX, most=WIDTH_MAX_PX),
        expires_after=_read_expiry(expires),
        nsfw=nsfw,
    )


def remarks_on(card: Card, requested: UploadOptions) -> tuple[Remark, ...]:
    """Return what was asked for and the host did not do, or can't be seen to have done."""
    expiry_off = any(expires_otherwise(upload, requested.expires_after) for upload in card.uploads)
    found = ((Remark.EXPIRY, expiry_off), (Remark.ALBUM, bool(requested.album_id and card.uploads)))
    return tuple(remark for remark, holds in found if holds)


def expires_otherwise(upload: Upload, after: timedelta | None) -> bool:
    """Tell whether a host's answer names another expiry than was asked for; None asked for none."""
    if after is None:
        return False
    expires_at = upload.stored.expires_at
    return expires_at is None or abs(upload.created_at + after - expires_at) > EXPIRY_TOLERANCE


def _checked_text(name: str, text: str | None, *, most: int) -> str | None:
    if text is None or not text.strip():
        return None
    if len(text) > most:
        raise SettingsRejected(setting=name, problem="too-long-a-text")
    return text.strip()


def _read_tags(text: str | None) -> tuple[str, ...] | None:
    tags = tuple(dict.fromkeys(tag.strip() for tag in (text or "").split(",") if tag.strip()))
    if len(tags) > TAGS_MAX or any(len(tag) > TAG_MAX_CHARS for tag in tags):
        raise SettingsRejected(setting="tags", problem="bad-tags")
    return tags or None


def _read_album(text: str | None) -> str | None:
    if text is None:
        return None
    if not _ALBUM.fullmatch(text.strip()):
        raise SettingsRejected(setting="album", problem="bad-album")
    return text.strip()


def _in_range(name: str, number: int | None, *, least: int, most: int) -> int | None:
    if number is not None and not least <= number <= most:
        raise SettingsRejected(setting=name, problem=f"bad-{name}")
    return number


def _read_expiry(text: str | None) -> timedelta | None:
    if text is None:
        return None
    try:
        after = parse_duration(text)
    except (ValueError, OverflowError) as error:
        raise SettingsRejected(setting="expires", problem="bad-expires") from error
    if not EXPIRES_MIN <= after <= EXPIRES_MAX:
        raise SettingsRejected(setting="expires", problem="bad-expires")
    return after
