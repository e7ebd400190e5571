"""What the API's answers are made of, as JSON Schema; ``openapi`` puts them into its document.

Source: reply.py, which a test validates against these; design/API.md §2 for the odd types.
"""

from collections.abc import Mapping

from imgoe_bot.hostserver.api.reply import JsonObject
from imgoe_bot.hostserver.faults import Reason
from imgoe_bot.hostserver.formats import ALL

Described = dict[str, tuple[JsonObject, str]]
TEXT: JsonObject = {"type": "string"}
TEXT_OR_NULL: JsonObject = {"type": ["string", "null"]}
COUNT: JsonObject = {"type": "integer", "minimum": 0}
FLAG: JsonObject = {"type": "integer", "enum": [0, 1]}
NOTHING: JsonObject = {"type": "null"}
UNSEEN = ("url", "display_url", "url_frame")  # what a reply lacks until it is approved


def ref(name: str) -> JsonObject:
    """Return the reference to one of the document's schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def closed(properties: Mapping[str, object], *, optional: tuple[str, ...] = ()) -> JsonObject:
    """Return an object that has these properties and no other."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def described(properties: Described) -> JsonObject:
    """Return properties with their descriptions."""
    return {name: schema | {"description": text} for name, (schema, text) in properties.items()}


def one_of(*schemas: JsonObject) -> JsonObject:
    """Return what fits exactly one of these."""
    return {"oneOf": list(schemas)}


def _constant(value: object, kind: str) -> JsonObject:
    return {"type": kind, "const": value}


IMAGE: Described = {
    "name": (TEXT, "Stored name without extension."),
    "extension": (TEXT, "Extension of the stored file."),
    "size": (COUNT, "Bytes of the stored file."),
    "width": (COUNT, "Pixels, as a viewer shows it."),
    "height": (COUNT, "Pixels, as a viewer shows it."),
    "date": (TEXT, "When it came, in the host's own time."),
    "date_gmt": (TEXT, "When it came, in UTC: `2026-11-24 09:30:00`."),
    "title": (TEXT, "At most 100 characters."),
    "tags": ({"type": "array", "items": ref("Tag")}, "Objects with a `name`; may be empty."),
    "description": (TEXT_OR_NULL, "Null without one."),
    "nsfw": (FLAG, "1 when not safe for work."),
    "storage_mode": (_constant("datefolder", "string"), "How stored files are arranged."),
    "md5": (TEXT, "Hex MD5 of the stored file."),
    "source_md5": (TEXT_OR_NULL, "Hex MD5 of the bytes sent, where the host changed them."),
    "original_filename": (TEXT, "The name it was sent with."),
    "original_exifdata": (TEXT_OR_NULL, "What the camera wrote, as a JSON object in a string."),
    "views": (COUNT, "How often its page was opened."),
    "category_id": ({"type": ["integer", "null"]}, "Number of its category."),
    "chain": (COUNT, "Sum of what there is: thumb 1, medium 2, file 4, frame 16."),
    "thumb_size": (COUNT, "Bytes of the thumb."),
    "medium_size": (COUNT, "Bytes of the medium; 0 without one."),
    "frame_size": (COUNT, "Bytes of a video's frame; 0 for images."),
    "expiration_date_gmt": (TEXT_OR_NULL, "When it goes, in UTC; null when it stays."),
    "likes": (_constant(0, "integer"), "This host counts none."),
    "is_animated": (FLAG, "1 for an animated GIF, WebP or AVIF."),
    "is_approved": (FLAG, "0 while it waits for approval."),
    "is_360": (_constant(0, "integer"), "This host shows no panoramas."),
    "duration": (COUNT, "Whole seconds of a video; 0 for images."),
    "type": ({"type": "string", "enum": ["image", "video"]}, "What it is."),
    "tags_string": (TEXT, "The tags as a comma list."),
    "file": (ref("Resource"), "Where the file comes from: an address."),
    "id_encoded": (TEXT, "Its public id."),
    "filename": (TEXT, "Stored name with extension."),
    "mime": ({"type": "string", "enum": [one.mime for one in ALL]}, "Type of the stored file."),
    "url": (TEXT, "Direct address of the file. Missing while it waits for approval."),
    "ratio": ({"type": "number"}, "Width divided by height."),
    "size_formatted": (TEXT, "The size as people read it: `3 MB`."),
    "frame": (ref("File"), "A video's frame. Missing for images."),
    "image": (ref("File"), "The file itself."),
    "thumb": (ref("File"), "The preview, 320 x 320."),
    "url_frame": (TEXT, "The frame's address, empty for images. Missing while it waits."),
    "medium": (one_of(ref("File"), ref("NoFile")), "The preview 500 wide, or five nulls."),
    "duration_time": (TEXT, "The duration as people read it, `01:13`; empty for images."),
    "url_viewer": (TEXT, "Address of its page."),
    "path_viewer": (TEXT, "Path of its page."),
    "url_short": (TEXT, "Address of its page without the title."),
    "display_url": (TEXT, "What to show in a list: a still. Missing while it waits."),
    "display_width": (COUNT, "Pixels of what `display_url` shows."),
    "display_height": (COUNT, "Pixels of what `display_url` shows."),
    "views_label": ({"type": "string", "enum": ["view", "views"]}, "The word after the number."),
    "likes_label": (_constant("likes", "string"), "The word after the number."),
    "how_long_ago": (_constant("moments ago", "string"), "For a fresh upload."),
    "date_fixed_peer": (TEXT, "`date_gmt` again."),
    "title_truncated": (TEXT, "At most 25 characters and `...`."),
    "title_truncated_html": (TEXT, "The same, escaped for HTML."),
    "is_use_loader": (_constant(False, "boolean"), "A boolean, unlike the other flags."),
    "display_title": (TEXT, "The title again."),
    "delete_url": (TEXT, "Secret address of the page that deletes it."),
}
IMGBB: Described = {
    "id": (TEXT, "Its public id."),
    "title": (TEXT, "At most 100 characters."),
    "url_viewer": (TEXT, "Address of its page."),
    "url": (TEXT_OR_NULL, "Direct address; null while it waits for approval."),
    "display_url": (TEXT_OR_NULL, "Address of a still; null while it waits for approval."),
    "width": (COUNT, "Pixels."),
    "height": (COUNT, "Pixels."),
    "size": (COUNT, "Bytes."),
    "time": (COUNT, "When it came, in seconds since 1970."),
    "expiration": (COUNT, "Seconds after which it goes; 0 when it stays."),
    "image": (ref("File"), "The file itself."),
    "thumb": (ref("File"), "The preview, 320 x 320."),
    "medium": (one_of(ref("File"), ref("NoFile")), "The preview 500 wide, or five nulls."),
    "delete_url": (TEXT, "Secret address of the page that deletes it."),
}
ALBUM: Described = {
    "id": (TEXT, "Its public id, as `album_id` names it."),
    "name": (TEXT, "Its name."),
    "description": (TEXT_OR_NULL, "Null without one."),
    "private": ({"type": "boolean"}, "Whether its owner alone sees it."),
    "url": (TEXT, "Address of its page."),
    "uploads": (COUNT, "How many uploads lie in it."),
    "date_gmt": (TEXT, "When it was made, in UTC."),
}


def _when(name: str, value: object, *, required: tuple[str, ...]) -> JsonObject:
    """Return that an object whose property has this value has the named ones, else lacks them."""
    others: list[object] = [{"required": [one]} for one in required]
    return {
        "if": {"properties": {name: {"const": value}}},
        "then": {"required": list(required)},
        "else": {"not": {"anyOf": others}},
    }


def _image() -> JsonObject:
    shape = closed(described(IMAGE), optional=("frame", *UNSEEN))
    video = _when("type", "video", required=("frame",))
    return shape | {"allOf": [video, _when("is_approved", 1, required=UNSEEN)]}


def _file_parts(part: JsonObject) -> JsonObject:
    return dict.fromkeys(("filename", "name", "mime", "extension"), part)


def _refusals() -> JsonObject:
    kinds = [reason.value for reason in Reason]
    code: JsonObject = {"type": "integer", "enum": sorted({kind.code for kind in kinds})}
    status: JsonObject = {"type": "integer", "enum": sorted({kind.status for kind in kinds})}
    error = {
        "status_code": _constant(400, "integer"),
        "error": closed({"message": TEXT, "code": code}),
        "status_txt": _constant("Bad Request", "string"),
    }
    problem = {"type": TEXT, "title": TEXT, "status": status, "detail": TEXT, "code": code}
    told = problem | {"existing_url": TEXT}
    return {"Error": closed(error), "Problem": closed(told, optional=("existing_url",))}


def schemas() -> JsonObject:
    """Return every named schema of the document."""
    number: JsonObject = {"type": "integer", "minimum": 1}
    return _refusals() | {
        "Image": _image(),
        "ImgBB": closed(described(IMGBB)),
        "File": closed(_file_parts(TEXT) | {"url": TEXT_OR_NULL, "size": COUNT}),
        "NoFile": closed(_file_parts(NOTHING) | {"url": NOTHING}),
        "Tag": closed({"name": TEXT}),
        "Resource": closed({"resource": closed({"type": _constant("url", "string")})}),
        "Done": closed({"message": TEXT, "code": _constant(200, "integer")}),
        "Album": closed(described(ALBUM)),
        "Category": closed({"id": number, "name": TEXT}),
    }
