"""What the chat page sends: one JSON part and named files."""

import json
from dataclasses import dataclass

from aiohttp import BodyPartReader, web

from imgoe_bot.discordsim.state.messages import Upload
from imgoe_bot.discordsim.untyped_json import Json, flag, integer, mapping, mappings, optional_text

_MOST_BYTES = 256 * 1024 * 1024
_CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class PageForm:
    """One request of the page.

    Attributes:
        data: the part ``payload_json``.
        files: (part name, file) in the order sent.
    """

    data: Json
    files: list[tuple[str, Upload]]

    def files_of(self, name: str) -> list[Upload]:
        """Return the files whose part has this name."""
        return [upload for part, upload in self.files if part == name]

    def attachments(self) -> list[Upload]:
        """Return the parts ``files[n]`` with the spoiler mark and text given for each n."""
        about = {integer(item, "id", -1): item for item in mappings(self.data.get("attachments"))}
        numbered = [(part, upload) for part, upload in self.files if part.startswith("files[")]
        return [_described(upload, about.get(n, {})) for n, (_, upload) in enumerate(numbered)]


def _described(upload: Upload, about: Json) -> Upload:
    return Upload(
        upload.filename,
        upload.data,
        upload.content_type,
        spoiler=flag(about, "spoiler"),
        description=optional_text(about, "description") or None,
    )


async def read_form(request: web.Request) -> PageForm:
    """Read a multipart request.

    Raises:
        HTTPBadRequest: no multipart body, or its JSON is none.
        HTTPRequestEntityTooLarge: more than 256 MiB.
    """
    if not request.content_type.startswith("multipart/"):
        raise web.HTTPBadRequest(text="A multipart body is needed.")
    data: Json = {}
    files: list[tuple[str, Upload]] = []
    room = _MOST_BYTES
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        content = await _read(part, room)
        room -= len(content)
        if part.name == "payload_json":
            data = _parsed(content)
        elif part.filename:
            kind = part.headers.get("Content-Type")
            files.append((part.name or "", Upload(part.filename, content, kind)))
    return PageForm(data, files)


async def _read(part: BodyPartReader, room: int) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk(_CHUNK_BYTES):
        content += chunk
        if len(content) > room:
            raise web.HTTPRequestEntityTooLarge(max_size=_MOST_BYTES, actual_size=len(content))
    return bytes(content)


def _parsed(content: bytes) -> Json:
    try:
        return mapping(json.loads(content))
    except ValueError as error:
        raise web.HTTPBadRequest(text="payload_json is no JSON.") from error
