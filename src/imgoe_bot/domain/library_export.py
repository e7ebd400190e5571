"""A list of copies as a file: CSV for spreadsheets, JSON for programs; never a delete link."""

import csv
import io
import json
from collections.abc import Iterable

from imgoe_bot.domain.library import Entry

COLUMNS: tuple[str, ...] = (
    "id",
    "filename",
    "mime",
    "size_bytes",
    "width_px",
    "height_px",
    "duration_s",
    "tags",
    "posted_at",
    "expires_at",
    "server_id",
    "channel_id",
    "message_id",
    "uploader_id",
    "host",
    "viewer_url",
    "url",
    "sha256",
    "spoiler",
    "nsfw",
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_json(entries: Iterable[Entry]) -> str:
    """Return a JSON list, an object an entry; ids are text, since they exceed 53 bits."""
    return json.dumps([record_of(entry) for entry in entries], indent=2, ensure_ascii=False)


def to_csv(entries: Iterable[Entry]) -> str:
    """Return comma-separated values with a heading line (RFC 4180).

    A text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    for entry in entries:
        writer.writerow({name: _cell(value) for name, value in record_of(entry).items()})
    return file.getvalue()


def record_of(entry: Entry) -> dict[str, object]:
    """Return what is told of an entry, by ``COLUMNS``."""
    upload, stored = entry.upload, entry.upload.stored
    return {
        "id": upload.id,
        "filename": upload.filename,
        "mime": stored.mime,
        "size_bytes": stored.size_bytes,
        "width_px": stored.width_px,
        "height_px": stored.height_px,
        "duration_s": stored.duration_s,
        "tags": ",".join(upload.tags),
        "posted_at": upload.created_at.isoformat(),
        "expires_at": stored.expires_at.isoformat() if stored.expires_at else None,
        "server_id": str(upload.guild_id),
        "channel_id": str(entry.channel_id),
        "message_id": str(entry.message_id) if entry.message_id else None,
        "uploader_id": str(upload.uploader_id),
        "host": upload.host_url,
        "viewer_url": stored.viewer_url,
        "url": stored.url,
        "sha256": upload.sha256,
        "spoiler": upload.spoiler,
        "nsfw": entry.nsfw,
    }


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
