"""Serves stored files: correct types, ranges, caching for ever, nothing that could run."""

from dataclasses import dataclass

from aiohttp import web

from imgoe_bot.hostserver.blobs import FolderBlobs

MIMES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
}
FILE_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def type_of(name: str) -> str | None:
    """Return the content type of a stored file, None for what is never served."""
    return MIMES.get(name.rpartition(".")[2])


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """``/images/…`` out of a folder, with ranges and validators by aiohttp's FileResponse."""

    blobs: FolderBlobs

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer GET and HEAD of one file."""
        name = request.match_info["name"]
        mime, path = type_of(name), self.blobs.path_of(name)
        if mime is None or path is None:
            raise web.HTTPNotFound
        response = web.FileResponse(path, chunk_size=256 * 1024, headers=FILE_HEADERS)
        response.content_type = mime
        return response
