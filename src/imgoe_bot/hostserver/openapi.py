"""The machine-readable description of the API."""

from imgoe_bot.hostserver.reply import JsonObject

TEXT: JsonObject = {"type": "string"}
FLAG: JsonObject = {"type": "string", "enum": ["0", "1"]}
OBJECT: JsonObject = {"type": "object"}
PARAMETERS: dict[str, tuple[JsonObject, str]] = {
    "key": (TEXT, "API key, where it can't be sent as a header."),
    "title": (TEXT, "Title, cut to 100 characters. Default: from metadata or file name."),
    "description": (TEXT, "Description. Default: from metadata."),
    "tags": (TEXT, "Comma list; at most 10 tags of at most 32 characters are kept."),
    "album_id": (TEXT, "Public id of an album of the key's user."),
    "category_id": (TEXT, "Number of a category of this host."),
    "width": (TEXT, "Shrink to this width in pixels; ignored for animations and videos."),
    "expiration": (TEXT, "PT5M … P365D or seconds after which the upload is deleted."),
    "nsfw": (FLAG, "1 marks what is not safe for work."),
    "format": ({"type": "string", "enum": ["json", "redirect", "txt"]}, "Form of the answer."),
    "use_file_date": (FLAG, "1 dates the upload by its camera; admins only."),
}
PROBLEM: JsonObject = {
    "description": "Refused.",
    "content": {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        "application/json": {"schema": {"$ref": "#/components/schemas/Error"}},
        "text/plain": {"schema": TEXT},
    },
}
REFUSALS = (
    *("400", "401", "403", "404", "405", "408", "409"),
    *("413", "415", "422", "429", "503", "507"),
)


def _refusals() -> dict[str, object]:
    return {status: {"$ref": "#/components/responses/Refused"} for status in REFUSALS}


def _ok(schema: JsonObject) -> JsonObject:
    return {"description": "Done.", "content": {"application/json": {"schema": schema}}}


def _query(name: str, schema: JsonObject, text: str) -> JsonObject:
    return {"name": name, "in": "query", "schema": schema, "description": text}


def _operation(name: str, summary: str, schema: JsonObject, **more: object) -> JsonObject:
    responses = {"200": _ok(schema)} | _refusals()
    return {"operationId": name, "summary": summary, "responses": responses} | more


def _reply(**properties: JsonObject) -> JsonObject:
    all_of: JsonObject = {"status_code": {"type": "integer"}, "status_txt": TEXT}
    return {
        "type": "object",
        "properties": all_of | properties,
        "required": ["status_code", "status_txt", *properties],
    }


def _upload_responses() -> JsonObject:
    uploaded: JsonObject = {
        "description": "Uploaded.",
        "content": {
            "application/json": {"schema": OBJECT},
            "text/html": {"schema": TEXT},
            "text/plain": {"schema": TEXT},
        },
    }
    moved: JsonObject = {"description": "Uploaded; Location leads to its page."}
    return {"200": uploaded, "302": moved} | _refusals()


def _upload() -> JsonObject:
    fields: JsonObject = {
        "source": {"type": "string", "format": "binary", "description": "The file, or base64."}
    }
    fields |= {name: schema | {"description": text} for name, (schema, text) in PARAMETERS.items()}
    form: JsonObject = {"type": "object", "properties": fields, "required": ["source"]}
    post: JsonObject = {
        "operationId": "upload",
        "summary": "Upload a picture or a video.",
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
        "responses": _upload_responses(),
    }
    get: JsonObject = {
        "operationId": "uploadUrl",
        "summary": "Upload from an address, where the operator allows it.",
        "parameters": [
            _query("source", TEXT, "Address of the file."),
            *(_query(name, *described) for name, described in PARAMETERS.items()),
        ],
        "responses": _upload_responses(),
    }
    return {"post": post, "get": get}


def _paths() -> JsonObject:
    uploads: JsonObject = {"type": "array", "items": OBJECT}
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
    many: JsonObject = {"type": "array", "items": OBJECT}
    following: JsonObject = {"type": ["integer", "null"]}
    page = _reply(uploads=uploads, next=following)
    made = _reply(album=OBJECT)
    return {
        "/api/1/upload": _upload(),
        "/api/1/uploads": {
            "get": _operation("listUploads", "List your uploads.", page, parameters=listing)
        },
        "/api/1/uploads/{id}": {
            "parameters": [by_id],
            "get": _operation("readUpload", "Read one upload.", _reply(image=OBJECT)),
            "delete": _operation("deleteUpload", "Delete one upload.", _reply(success=OBJECT)),
        },
        "/api/1/albums": {
            "get": _operation("listAlbums", "List your albums.", _reply(albums=many)),
            "post": _operation("createAlbum", "Make an album.", made, requestBody=body),
        },
        "/api/1/categories": {
            "get": _operation("listCategories", "List categories.", _reply(categories=many))
        },
    }


def _components() -> JsonObject:
    error: JsonObject = {
        "type": "object",
        "properties": {"status_code": {"type": "integer"}, "error": OBJECT, "status_txt": TEXT},
        "required": ["status_code", "error", "status_txt"],
    }
    problem: JsonObject = {
        "type": "object",
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "code": {"type": "integer"},
            "existing_url": TEXT,
        },
        "required": ["type", "title", "status", "detail", "code"],
    }
    key: JsonObject = {"type": "apiKey", "in": "header", "name": "X-API-Key"}
    return {
        "schemas": {"Error": error, "Problem": problem},
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
