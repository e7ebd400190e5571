"""The machine-readable description of the API."""

from imgoe_bot.hostserver.api.reply import JsonObject
from imgoe_bot.hostserver.api.schemas import (
    TEXT,
    Described,
    closed,
    described,
    one_of,
    ref,
    schemas,
)
from imgoe_bot.hostserver.faults import Reason

FLAG: JsonObject = {"type": "string", "enum": ["0", "1"]}
PARAMETERS: Described = {
    "key": (TEXT, "API key, where it can't be sent as a header."),
    "title": (TEXT, "Title, cut to 100 characters. Default: from metadata or file name."),
    "description": (TEXT, "Description. Default: from metadata."),
    "tags": (TEXT, "Comma list; at most 10 tags of at most 32 characters are kept."),
    "album_id": (TEXT, "Public id of an album of the key's user."),
    "category_id": (TEXT, "Number of a category of this host."),
    "width": (TEXT, "Shrink to this width in pixels; ignored for animations and videos."),
    "expiration": (TEXT, "PT5M … P365D or seconds after which the upload is deleted; 0: never."),
    "nsfw": (FLAG, "1 marks what is not safe for work."),
    "format": ({"type": "string", "enum": ["json", "redirect", "txt"]}, "Form of the answer."),
    "use_file_date": (FLAG, "1 dates the upload by its camera; admins only."),
}
KEY_PATTERN = "^[!-~]{1,255}$"
PROBLEM: JsonObject = {
    "description": "Refused.",
    "content": {
        "application/problem+json": {"schema": ref("Problem")},
        "application/json": {"schema": ref("Error")},
        "text/plain": {"schema": TEXT},
    },
}
REFUSALS = sorted({"400", *(str(reason.value.status) for reason in Reason)})
SOURCES: Described = {
    "source": (TEXT, "The file, or base64 by POST, or an address where the operator allows it."),
    "image": (TEXT, "Instead of source: the answer has ImgBB's shape."),
}


def _refusals() -> dict[str, object]:
    return {status: {"$ref": "#/components/responses/Refused"} for status in REFUSALS}


def _ok(schema: JsonObject) -> JsonObject:
    return {"description": "Done.", "content": {"application/json": {"schema": schema}}}


def _query(name: str, schema: JsonObject, text: str) -> JsonObject:
    return {"name": name, "in": "query", "schema": schema, "description": text}


def _idempotency_key(text: str, *, required: bool) -> JsonObject:
    schema: JsonObject = {"type": "string", "pattern": KEY_PATTERN}
    named: JsonObject = {"name": "Idempotency-Key", "in": "header", "required": required}
    return named | {"schema": schema, "description": text}


def _operation(name: str, summary: str, schema: JsonObject, **more: object) -> JsonObject:
    responses = {"200": _ok(schema)} | _refusals()
    return {"operationId": name, "summary": summary, "responses": responses} | more


def _reply(**properties: JsonObject) -> JsonObject:
    opening: JsonObject = {"status_code": {"type": "integer", "const": 200}}
    return closed(opening | properties | {"status_txt": {"type": "string", "const": "OK"}})


def _imgbb_reply() -> JsonObject:
    success: JsonObject = {"type": "boolean", "const": True}
    status: JsonObject = {"type": "integer", "const": 200}
    return closed({"data": ref("ImgBB"), "success": success, "status": status})


def _upload_responses() -> JsonObject:
    reply = one_of(_reply(success=ref("Done"), image=ref("Image")), _imgbb_reply())
    uploaded: JsonObject = {
        "description": "Uploaded.",
        "content": {
            "application/json": {"schema": reply},
            "text/html": {"schema": TEXT},
            "text/plain": {"schema": TEXT},
        },
    }
    moved: JsonObject = {"description": "Uploaded; Location leads to its page."}
    return {"200": uploaded, "302": moved} | _refusals()


def _form(source: JsonObject) -> JsonObject:
    """Return the schema of an upload's form; one of the sources has to be in it."""
    sources = {name: (source, text) for name, (_, text) in SOURCES.items()}
    needed = [{"required": [name]} for name in SOURCES]
    return {"type": "object", "properties": described(sources | PARAMETERS), "oneOf": needed}


def _upload() -> JsonObject:
    forms: JsonObject = {
        "multipart/form-data": {"schema": _form({"type": "string", "format": "binary"})},
        "application/x-www-form-urlencoded": {"schema": _form(TEXT)},
    }
    post: JsonObject = {
        "operationId": "upload",
        "summary": "Upload a picture or a video.",
        "parameters": [_idempotency_key("Names the request for its repeats.", required=False)],
        "requestBody": {"required": True, "content": forms},
        "responses": _upload_responses(),
    }
    get: JsonObject = {
        "operationId": "uploadUrl",
        "summary": "Upload from an address, where the operator allows it.",
        "parameters": [_query(name, *told) for name, told in (SOURCES | PARAMETERS).items()],
        "responses": _upload_responses(),
    }
    return {"post": post, "get": get}


def _list(name: str) -> JsonObject:
    return {"type": "array", "items": ref(name)}


def _paths() -> JsonObject:
    gone = _reply(success=ref("Done"))
    number: JsonObject = {"type": "integer", "minimum": 1}
    listing = [
        _query("album", TEXT, "Public id of one of your albums."),
        _query("tag", TEXT, "Only uploads with this tag."),
        _query("before", number, "The `next` of the page before."),
        _query("limit", number | {"maximum": 100}, "Uploads a page."),
    ]
    by_id: JsonObject = {"name": "id", "in": "path", "required": True, "schema": TEXT}
    album: JsonObject = {
        "type": "object",
        "properties": {"name": TEXT, "description": TEXT, "private": {"type": "boolean"}},
        "required": ["name"],
    }
    body: JsonObject = {"required": True, "content": {"application/json": {"schema": album}}}
    following: JsonObject = {"type": ["integer", "null"]}
    page = _reply(uploads=_list("Image"), next=following)
    made = _reply(album=ref("Album"))
    key = _idempotency_key("The one the upload had.", required=True)
    first = _reply(success=ref("Done"), image=ref("Image"))
    return {
        "/api/1/upload": _upload(),
        "/api/1/idempotency": {
            "get": _operation(
                "findByKey", "Read the first answer to an upload.", first, parameters=[key]
            )
        },
        "/api/1/uploads": {
            "get": _operation("listUploads", "List your uploads.", page, parameters=listing)
        },
        "/api/1/uploads/{id}": {
            "parameters": [by_id],
            "get": _operation("readUpload", "Read one upload.", _reply(image=ref("Image"))),
            "delete": _operation("deleteUpload", "Delete one upload.", gone),
        },
        "/api/1/albums": {
            "get": _operation("listAlbums", "List your albums.", _reply(albums=_list("Album"))),
            "post": _operation("createAlbum", "Make an album.", made, requestBody=body),
        },
        "/api/1/categories": {
            "get": _operation(
                "listCategories", "List categories.", _reply(categories=_list("Category"))
            )
        },
    }


def _components() -> JsonObject:
    key: JsonObject = {"type": "apiKey", "in": "header", "name": "X-API-Key"}
    return {
        "schemas": schemas(),
        "responses": {"Refused": PROBLEM},
        "securitySchemes": {"key": key},
    }


def openapi(base_url: str, site_name: str) -> JsonObject:
    """Return the OpenAPI 3.1 document of this host."""
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{site_name}: upload API", "version": "1.1"},
        "servers": [{"url": base_url}],
        "security": [{"key": []}],
        "paths": _paths(),
        "components": _components(),
    }
