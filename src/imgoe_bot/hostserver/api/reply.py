"""The API's answer to an upload, field by field as the documentation's sample.

Source: the seed's sample reply (58 keys for a video); design/API.md §2 and §4 for images.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import cast

from imgoe_bot.hostserver.access.secrets import Seal
from imgoe_bot.hostserver.decoding.renditions import MEDIUM_PX
from imgoe_bot.hostserver.formats import MIME_BY_EXTENSION
from imgoe_bot.hostserver.index.records import Album, Upload
from imgoe_bot.hostserver.names import slug

JsonObject = dict[str, object]
THUMB, MEDIUM, IMAGE, FRAME = 1, 2, 4, 16
TRUNCATE_AT = 25
_AGES = (
    ("year", 365 * 86_400),
    ("month", 30 * 86_400),
    ("week", 7 * 86_400),
    ("day", 86_400),
    ("hour", 3_600),
    ("minute", 60),
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Turns an upload into its addresses; ``base_url`` has no trailing slash.

    Attributes:
        clock: seconds since 1970, for what a reply says relative to now.
    """

    base_url: str
    seal: Seal
    clock: Callable[[], float]

    def file(self, upload: Upload, name: str) -> str:
        """Address of one of the upload's files."""
        return f"{self.base_url}/images/{upload.folder}/{name}"

    def direct(self, upload: Upload) -> str:
        """Address of the original file."""
        return self.file(upload, upload.file_name)

    def album(self, album: Album) -> str:
        """Address of an album's page."""
        words = slug(album.name)
        last = f"{words}.{album.public_id}" if words else album.public_id
        return f"{self.base_url}/album/{last}"

    def viewer_path(self, upload: Upload) -> str:
        """Path of the viewer page, title included when it has letters an address can hold."""
        words = slug(upload.title)
        last = f"{words}.{upload.public_id}" if words else upload.public_id
        return f"/{upload.kind}/{last}"

    def viewer(self, upload: Upload) -> str:
        """Address of the viewer page."""
        return self.base_url + self.viewer_path(upload)

    def short(self, upload: Upload) -> str:
        """Address of the viewer page without the title."""
        return f"{self.base_url}/{upload.kind}/{upload.public_id}"

    def delete(self, upload: Upload) -> str:
        """Secret address of the page that deletes the upload."""
        return f"{self.short(upload)}/delete/{self.seal.delete_token(upload.public_id)}"


def format_size(size_bytes: int) -> str:
    """Return a size as people read it, thousand-based: ``3 MB``, ``19.8 KB``."""
    size, unit = float(size_bytes), "B"
    for bigger in ("KB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, bigger
    return f"{round(size, 1):g} {unit}"


def format_duration(duration_s: int) -> str:
    """Return ``01:13``, or ``1:02:03`` from an hour on."""
    minutes, seconds = divmod(duration_s, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def format_date(at_s: int) -> str:
    """Return a moment in UTC as the API writes it."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d %H:%M:%S")


def format_age(age_s: float) -> str:
    """Return how long ago something was, in the largest unit it fills: ``3 days ago``."""
    for unit, unit_s in _AGES:
        if age_s >= unit_s:
            count = int(age_s // unit_s)
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "moments ago"


def _local_date(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _truncated(title: str) -> str:
    return title if len(title) <= TRUNCATE_AT else title[:TRUNCATE_AT] + "..."


def _chain(upload: Upload) -> int:
    bits = IMAGE + (THUMB if upload.thumb_extension else 0)
    bits += MEDIUM if upload.medium_extension else 0
    return bits + (FRAME if upload.frame_size_bytes else 0)


def _file_block(url: str, filename: str, mime: str, size_bytes: int) -> JsonObject:
    name, _, extension = filename.rpartition(".")
    block: JsonObject = {"filename": filename, "name": name, "mime": mime}
    return block | {"extension": extension, "url": url, "size": size_bytes}


def _rendition(at: Addresses, upload: Upload, mark: str, size_bytes: int) -> JsonObject:
    filename = upload.rendition_name(mark)
    if filename is None:
        return {"filename": None, "name": None, "mime": None, "extension": None, "url": None}
    mime = MIME_BY_EXTENSION[filename.rpartition(".")[2]]
    return _file_block(at.file(upload, filename), filename, mime, size_bytes)


def _display(at: Addresses, upload: Upload) -> JsonObject:
    width_px, height_px = upload.width_px, upload.height_px
    shown = upload.rendition_name("fr") or upload.rendition_name("md")
    if shown and not upload.is_video:
        shown_px = min(MEDIUM_PX, width_px)
        width_px, height_px = shown_px, max(1, round(height_px * shown_px / width_px))
    return {
        "display_url": at.file(upload, shown or upload.file_name),
        "display_width": width_px,
        "display_height": height_px,
    }


def _tags(upload: Upload) -> list[JsonObject]:
    return [{"name": tag} for tag in upload.tags]


def _facts(upload: Upload) -> JsonObject:
    """The first half of the sample: what the index holds."""
    expires_at = upload.expires_at
    return {
        "name": upload.name,
        "extension": upload.extension,
        "size": upload.size_bytes,
        "width": upload.width_px,
        "height": upload.height_px,
        "date": _local_date(upload.created_at),
        "date_gmt": format_date(upload.created_at),
        "title": upload.title,
        "tags": _tags(upload),
        "description": upload.description,
        "nsfw": int(upload.nsfw),
        "storage_mode": "datefolder",
        "md5": upload.md5,
        "source_md5": upload.sent_md5 if upload.sent_md5 != upload.md5 else None,
        "original_filename": upload.original_filename,
        "original_exifdata": upload.exif_json,
        "views": upload.views,
        "category_id": upload.category_id,
        "chain": _chain(upload),
        "thumb_size": upload.thumb_size_bytes,
        "medium_size": upload.medium_size_bytes,
        "frame_size": upload.frame_size_bytes,
        "expiration_date_gmt": None if expires_at is None else format_date(expires_at),
        "likes": 0,
        "is_animated": int(upload.is_animated),
        "is_approved": int(upload.is_approved),
        "is_360": 0,
        "duration": upload.duration_s,
        "type": "video" if upload.is_video else "image",
        "tags_string": ",".join(upload.tags),
    }


def _files(at: Addresses, upload: Upload) -> JsonObject:
    """The nested blocks of the original and its renditions."""
    url = at.file(upload, upload.file_name)
    frame = _rendition(at, upload, "fr", upload.frame_size_bytes)
    blocks: JsonObject = {
        "file": {"resource": {"type": "url"}},
        "id_encoded": upload.public_id,
        "filename": upload.file_name,
        "mime": upload.mime,
        "url": url,
        "ratio": upload.width_px / upload.height_px,
        "size_formatted": format_size(upload.size_bytes),
    }
    if upload.is_video:
        blocks["frame"] = frame
    return blocks | {
        "image": _file_block(url, upload.file_name, upload.mime, upload.size_bytes),
        "thumb": _rendition(at, upload, "th", upload.thumb_size_bytes),
        "url_frame": frame["url"] or "",
        "medium": _rendition(at, upload, "md", upload.medium_size_bytes),
    }


def _presentation(at: Addresses, upload: Upload) -> JsonObject:
    truncated = _truncated(upload.title)
    duration = format_duration(upload.duration_s) if upload.duration_s else ""
    return {
        "duration_time": duration,
        "url_viewer": at.viewer(upload),
        "path_viewer": at.viewer_path(upload),
        "url_short": at.short(upload),
        **_display(at, upload),
        "views_label": "view" if upload.views == 1 else "views",
        "likes_label": "likes",
        "how_long_ago": format_age(at.clock() - upload.created_at),
        "date_fixed_peer": format_date(upload.created_at),
        "title_truncated": truncated,
        "title_truncated_html": escape(truncated),
        "is_use_loader": False,
        "display_title": upload.title,
    }


def _without_urls(image: JsonObject) -> JsonObject:
    """Return the reply of an upload that waits for approval: nothing leads to its files.

    Source: design/API.md §2, moderated uploads.
    """
    hidden = {"url", "display_url", "url_frame"}
    kept = {name: value for name, value in image.items() if name not in hidden}
    for name in ("image", "thumb", "medium", "frame"):
        block = kept.get(name)
        if isinstance(block, dict):
            kept[name] = cast(JsonObject, block) | {"url": None}
    return kept


def describe(upload: Upload, at: Addresses) -> JsonObject:
    """Return the ``image`` object of a reply, without the delete address."""
    image = _facts(upload) | _files(at, upload) | _presentation(at, upload)
    return image if upload.is_approved else _without_urls(image)


def uploaded(upload: Upload, at: Addresses) -> JsonObject:
    """Return the whole reply to a successful upload."""
    return {
        "status_code": 200,
        "success": {"message": "file uploaded", "code": 200},
        "image": describe(upload, at) | {"delete_url": at.delete(upload)},
        "status_txt": "OK",
    }


def uploaded_imgbb(upload: Upload, at: Addresses) -> JsonObject:
    """Return the reply in ImgBB's shape, for clients that send ``image`` instead of ``source``.

    Source: design/API.md §1; ImgBB's public API description.
    """
    image = describe(upload, at)
    lasts_s = 0 if upload.expires_at is None else upload.expires_at - upload.created_at
    data: JsonObject = {
        "id": upload.public_id,
        "title": upload.title,
        "url_viewer": image["url_viewer"],
        "url": image.get("url"),
        "display_url": image.get("display_url"),
        "width": upload.width_px,
        "height": upload.height_px,
        "size": upload.size_bytes,
        "time": upload.created_at,
        "expiration": lasts_s,
        "image": image["image"],
        "thumb": image["thumb"],
        "medium": image["medium"],
        "delete_url": at.delete(upload),
    }
    return {"data": data, "success": True, "status": 200}


def describe_album(album: Album, at: Addresses, *, count: int) -> JsonObject:
    """Return an album as the API lists it."""
    return {
        "id": album.public_id,
        "name": album.name,
        "description": album.description,
        "private": album.is_private,
        "url": at.album(album),
        "uploads": count,
        "date_gmt": format_date(album.created_at),
    }
