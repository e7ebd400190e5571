"""What a host says about an upload: every field, in every type it was seen in, unknown ones kept.

The upload is stored by the time we read this, so no odd field may cost us the id and the delete
link: what can't be read as its type counts as absent.
"""

import json
import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    TypeAdapter,
)

from imgoe_bot.hostapi.models import DeleteLink

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]*)?")
_CONFIG = ConfigDict(
    extra="allow", frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True
)


def _text(value: JsonValue) -> str | None:
    """Absent texts come as "" or null; an id may come as a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value else None


def _integer(value: JsonValue) -> int | None:
    """Integers may come as strings and floats."""
    found = str(value).strip() if isinstance(value, str | int | float) else ""
    return int(float(found)) if _NUMBER.fullmatch(found) else None


def _flag(value: JsonValue) -> bool | None:
    """Booleans come as 0 and 1, as bools or as digits in a string."""
    if isinstance(value, bool):
        return value
    number = _integer(value)
    return None if number is None else number != 0


def _true_unless_said(value: JsonValue) -> bool:
    return _flag(value) is not False


def _false_unless_said(value: JsonValue) -> bool:
    return _flag(value) is True


def _time(value: JsonValue) -> datetime | None:
    """Times come as "YYYY-MM-DD HH:MM:SS" without a zone; the ``_gmt`` ones are UTC."""
    try:
        return datetime.strptime(str(value), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _tags(value: JsonValue) -> tuple[str, ...]:
    """Tags come as a list of strings or of objects with a name, or not at all."""
    items = value if isinstance(value, list) else []
    names = (item.get("name") if isinstance(item, dict) else item for item in items)
    return tuple(name for name in names if isinstance(name, str) and name)


def _secret_link(value: JsonValue) -> DeleteLink | None:
    try:
        return DeleteLink(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _object(value: JsonValue) -> JsonValue:
    return value if isinstance(value, dict) else None


def _nothing(_: DeleteLink | None) -> None:
    """No dump ever holds a delete link; ``reveal`` is the one way to its text."""


_Text = Annotated[str | None, BeforeValidator(_text)]
_Integer = Annotated[int | None, BeforeValidator(_integer)]
_Time = Annotated[datetime | None, BeforeValidator(_time)]
_Secret = Annotated[
    DeleteLink | None,
    BeforeValidator(_secret_link),
    PlainSerializer(_nothing, return_type=None, when_used="json"),
]


class Rendition(BaseModel):
    """One stored file of an upload. Where there is none a host sends five nulls and no size."""

    model_config = _CONFIG

    filename: _Text = None
    mime: _Text = None
    url: _Text = None
    size_bytes: _Integer = Field(default=None, validation_alias="size")


_File = Annotated[Rendition | None, BeforeValidator(_object)]


class UploadReply(BaseModel):
    """One stored upload. What the host didn't send, or not in its type, is None.

    Fields this class doesn't name are kept in ``model_extra``, as sent.

    Attributes:
        id: the host's encoded id; None only for the ``txt`` format.
        viewer_url: the page; None for ``txt``, and for some hosts while moderated.
        url: the file itself, for animations too; None for ``redirect`` and while moderated.
        expires_at: aware UTC; None when the upload stays or the host doesn't say.
        expiry_mismatch: an expiry was asked for and the reply does not confirm it within two
            minutes: another one, none, or a format that doesn't tell.
        is_approved: False while a moderator has to look at it.
        duration_s: of a video, in whole seconds.
        delete_link: None for formats that don't carry it.

    Source: seed (the reply); design/API.md §2 (its types as seen).
    """

    model_config = _CONFIG

    id: _Text = Field(default=None, validation_alias="id_encoded")
    viewer_url: _Text = Field(default=None, validation_alias="url_viewer")
    short_url: _Text = Field(default=None, validation_alias="url_short")
    url: _Text = None
    width_px: _Integer = Field(default=None, validation_alias="width")
    height_px: _Integer = Field(default=None, validation_alias="height")
    size_bytes: _Integer = Field(default=None, validation_alias="size")
    mime: _Text = None
    kind: _Text = Field(default=None, validation_alias="type")
    title: _Text = None
    description: _Text = None
    tags: Annotated[tuple[str, ...], BeforeValidator(_tags)] = ()
    filename: _Text = None
    original_filename: _Text = None
    md5: _Text = None
    created_at: _Time = Field(default=None, validation_alias="date_gmt")
    expires_at: _Time = Field(default=None, validation_alias="expiration_date_gmt")
    nsfw: Annotated[bool, BeforeValidator(_false_unless_said)] = False
    is_animated: Annotated[bool, BeforeValidator(_false_unless_said)] = False
    is_approved: Annotated[bool, BeforeValidator(_true_unless_said)] = True
    duration_s: _Integer = Field(default=None, validation_alias="duration")
    thumb: _File = None
    medium: _File = None
    frame: _File = None
    delete_link: _Secret = Field(default=None, validation_alias="delete_url")
    expiry_mismatch: bool = Field(default=False, validation_alias="-set by the client-")

    @property
    def thumb_url(self) -> str | None:
        """The square preview; None when the host made none or hides it while moderated."""
        return self.thumb.url if self.thumb else None

    @property
    def medium_url(self) -> str | None:
        """The 500 pixels wide copy; None when the image is no wider."""
        return self.medium.url if self.medium else None

    @property
    def frame_url(self) -> str | None:
        """The still of a video; None for images."""
        return self.frame.url if self.frame else None

    @property
    def is_video(self) -> bool:
        """Whether the upload is a video by the host's own word."""
        return self.kind == "video" or (self.mime or "").startswith("video/")

    def __repr__(self) -> str:
        return f"UploadReply(id={self.id!r}, viewer_url={self.viewer_url!r})"

    __str__ = __repr__


_OBJECT = TypeAdapter[dict[str, JsonValue]](dict[str, JsonValue])
_START = re.compile(rb'\{\s*"status_code"')
_PAGE = re.compile(rb"[\xef\xbb\xbf\s]*<(?:!doctype|html|head|\?xml)\b", re.IGNORECASE)


def find_object(body: bytes) -> dict[str, JsonValue] | None:
    """Read the JSON object in a body, None when there is none or not all of it.

    A byte order mark may stand before it, and what a misconfigured host prints around it; but not a
    page: a host's documentation shows replies too.
    """
    found = _read_object(body.removeprefix(b"\xef\xbb\xbf"))
    start = _START.search(body)
    if found is not None or start is None or _PAGE.match(body):
        return found
    try:
        text = body[start.start() :].decode(errors="replace")
        return _OBJECT.validate_python(json.JSONDecoder().raw_decode(text)[0])
    except (ValueError, RecursionError):
        return None


def _read_object(body: bytes) -> dict[str, JsonValue] | None:
    try:
        return _OBJECT.validate_json(body)
    except ValueError:
        return None
