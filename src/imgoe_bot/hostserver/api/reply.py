"""The API's answer to an upload, field by field as the documentation's sample.

Source: the seed's sample reply (58 keys for a video); design/API.md §2 and §4 for images.
"""

from datetime import UTC, datetime
from html import escape
from typing import cast

from imgoe_bot.hostserver.api.addresses import Addresses
from imgoe_bot.hostserver.api.text_formats import (
    format_age,
    format_date,
    format_duration,
    format_size,
)
from imgoe_bot.hostserver.decoding.renditions import MEDIUM_PX
from imgoe_bot.hostserver.formats import MIME_BY_EXTENSION
from imgoe_bot.hostserver.index.records import Album, Upload

JsonObject = dict[str, object]
THUMB, MEDIUM, IMAGE, FRAME = 1, 2, 4, 16
TRUNCATE_AT = 25


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


def _rendition(addresses: Addresses, upload: Upload, mark: str, size_bytes: int) -> JsonObject:
    filename = upload.rendition_name(mark)
    if filename is None:
        return {"filename": None, "name": None, "mime": None, "extension": None, "url": None}
    mime = MIME_BY_EXTENSION[filename.rpartition(".")[2]]
    return _file_block(addresses.file(upload, filename), filename, mime, size_bytes)


def _display(addresses: Addresses, upload: Upload) -> JsonObject:
    width_px, height_px = upload.width_px, upload.height_px
    shown = upload.rendition_name("fr") or upload.rendition_name("md")
    if shown and not upload.is_video:
        shown_px = min(MEDIUM_PX, width_px)
        width_px, height_px = shown_px, max(1, round(height_px * shown_px / width_px))
    return {
        "display_url": addresses.file(upload, shown or upload.file_name),
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


def _files(addresses: Addresses, upload: Upload) -> JsonObject:
    """The nested blocks of the original and its renditions."""
    url = addresses.file(upload, upload.file_name)
    frame = _rendition(addresses, upload, "fr", upload.frame_size_bytes)
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
        "thumb": _rendition(addresses, upload, "th", upload.thumb_size_bytes),
        "url_frame": frame["url"] or "",
        "medium": _rendition(addresses, upload, "md", upload.medium_size_bytes),
    }


def _presentation(addresses: Addresses, upload: Upload) -> JsonObject:
    truncated = _truncated(upload.title)
    duration = format_duration(upload.duration_s) if upload.duration_s else ""
    return {
        "duration_time": duration,
        "url_viewer": addresses.viewer(upload),
        "path_viewer": addresses.viewer_path(upload),
        "url_short": addresses.short(upload),
        **_display(addresses, upload),
        "views_label": "view" if upload.views == 1 else "views",
        "likes_label": "likes",
        "how_long_ago": format_age(addresses.clock() - upload.created_at),
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


def describe(upload: Upload, addresses: Addresses) -> JsonObject:
    """Return the ``image`` object of a reply, without the delete address."""
    image = _facts(upload) | _files(addresses, upload) | _presentation(addresses, upload)
    return image if upload.is_approved else _without_urls(image)


def uploaded(upload: Upload, addresses: Addresses) -> JsonObject:
    """Return the whole reply to a successful upload."""
    return {
        "status_code": 200,
        "success": {"message": "file uploaded", "code": 200},
        "image": describe(upload, addresses) | {"delete_url": addresses.delete(upload)},
        "status_txt": "OK",
    }


def uploaded_imgbb(upload: Upload, addresses: Addresses) -> JsonObject:
    """Return the reply in ImgBB's shape, for clients that send ``image`` instead of ``source``.

    Source: design/API.md §1; ImgBB's public API description.
    """
    image = describe(upload, addresses)
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
        "delete_url": addresses.delete(upload),
    }
    return {"data": data, "success": True, "status": 200}


def describe_album(album: Album, addresses: Addresses, *, count: int) -> JsonObject:
    """Return an album as the API lists it."""
    return {
        "id": album.public_id,
        "name": album.name,
        "description": album.description,
        "private": album.is_private,
        "url": addresses.album(album),
        "uploads": count,
        "date_gmt": format_date(album.created_at),
    }
