"""The CDN: signed attachment links, whole or in ranges, and foreign pictures by proxy."""

from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

from imgoe_bot.discordsim.cdn.previews import Fetched
from imgoe_bot.discordsim.payloads.messages import attachment_path
from imgoe_bot.discordsim.state.messages import Attachment
from imgoe_bot.discordsim.state.world import World

_SANDBOX = (
    "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
)
_EXPIRED = "This content is no longer available."

Fetch = Callable[[str], Awaitable[Fetched | None]]
_Handler = Callable[[web.Request], Awaitable[web.Response]]


class Cdn:
    """Serves the files of a world.

    A link with a wrong or expired signature is 403; a file that is gone is 404.

    Args:
        world: whose files.
        fetch: how foreign pictures are got.
    """

    def __init__(self, world: World, *, fetch: Fetch) -> None:
        self._world = world
        self._fetch = fetch

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes, to be mounted under ``/cdn``."""
        return [
            web.get(path, self._serve(handler))
            for path, handler in {
                "/attachments/{channel_id:\\d+}/{attachment_id}/{filename}": self.attachment,
                "/stickers/{sticker_id}.{suffix}": self.sticker,
                "/external/{mark}/{scheme}/{rest:.+}": self.external,
            }.items()
        ]

    def _serve(self, handler: _Handler) -> _Handler:
        async def serve(request: web.Request) -> web.Response:
            fault = self._world.active_faults.take_file_fault()
            if fault is not None:
                status, body = fault
                return web.Response(status=status, body=body, content_type=_kind_of(body))
            return await handler(request)

        return serve

    async def attachment(self, request: web.Request) -> web.Response:
        """Serve one attached file."""
        named = request.match_info
        path = f"attachments/{named['channel_id']}/{named['attachment_id']}/{named['filename']}"
        if not self._world.links.valid(path, request.query):
            raise web.HTTPForbidden(text=_EXPIRED)
        for attachment in self._attachments(int(named["channel_id"])):
            if attachment_path(attachment) == path:
                kind = attachment.content_type or "application/octet-stream"
                return _ranged(request, attachment.data, kind)
        raise web.HTTPNotFound(text=_EXPIRED)

    def _attachments(self, channel_id: int) -> Iterable[Attachment]:
        channel = self._world.channels.get(channel_id)
        for message in channel.messages.values() if channel is not None else ():
            yield from message.attachments
        yield from self._world.interaction_files.values()
        for other in self._world.channels.values():  # a forward keeps its original's address
            for message in other.messages.values():
                yield from message.forwarded

    async def external(self, request: web.Request) -> web.Response:
        """Serve a foreign picture that some message shows."""
        named = request.match_info
        url = f"{named['scheme']}://{named['rest']}"
        if not self._world.links.is_proxied(url, named["mark"]):
            raise web.HTTPForbidden(text=_EXPIRED)
        found = await self._fetch(url)
        if found is None:
            raise web.HTTPNotFound(text=_EXPIRED)
        return _ranged(request, found.data, found.kind)

    async def sticker(self, request: web.Request) -> web.Response:
        """Serve a guild's sticker."""
        sticker_id = request.match_info["sticker_id"]
        for guild in self._world.guilds.values():
            for sticker in guild.stickers.values():
                if str(sticker.id) == sticker_id:
                    kind = {3: "application/json", 4: "image/gif"}.get(sticker.format, "image/png")
                    return _ranged(request, sticker.data, kind)
        raise web.HTTPNotFound(text=_EXPIRED)


def _kind_of(body: bytes) -> str:
    if body.startswith(b"<"):
        return "text/html"
    return "application/json" if body.startswith(b"{") else "text/plain"


def _ranged(request: web.Request, data: bytes, kind: str) -> web.Response:
    headers = {
        "Content-Type": kind,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private",
        # Files share the chat page's origin: none of them may run a script in it.
        "Content-Security-Policy": _SANDBOX,
        "X-Content-Type-Options": "nosniff",
    }
    try:
        wanted = request.http_range
    except ValueError:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
    if wanted.start is None and wanted.stop is None:
        return web.Response(body=data, headers=headers)
    start, stop, _ = wanted.indices(len(data))
    if start >= stop:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(data)}"
    return web.Response(status=206, body=data[start:stop], headers=headers)
