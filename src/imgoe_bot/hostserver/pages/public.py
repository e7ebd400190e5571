"""The public pages: front, viewer, album, delete, and what chats unfurl."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from aiohttp import web

from imgoe_bot.hostserver.access.sessions import Session
from imgoe_bot.hostserver.api.addresses import Addresses
from imgoe_bot.hostserver.api.reply import describe
from imgoe_bot.hostserver.index.albums import AlbumIndex
from imgoe_bot.hostserver.index.records import Upload
from imgoe_bot.hostserver.index.uploads import UploadFilter, UploadIndex
from imgoe_bot.hostserver.options import MIB, HostOptions
from imgoe_bot.hostserver.pages.forms import before_of
from imgoe_bot.hostserver.pages.html import Renderer, see_other
from imgoe_bot.hostserver.uploads.upload_service import UploadService

ALBUM_PAGE = 60


def link_box(upload: Upload, addresses: Addresses) -> list[tuple[str, str]]:
    """Return the ways to link to an upload, named as people know them."""
    direct, viewer, title = addresses.direct(upload), addresses.viewer(upload), upload.title
    shown = addresses.file(upload, upload.rendition_name("fr") or upload.file_name)
    plain = title.replace("[", "(").replace("]", ")")
    return [
        ("Page", viewer),
        ("Direct", direct),
        ("Markdown", f"[![{plain}]({shown})]({viewer})"),
        ("HTML", f'<a href="{viewer}"><img src="{shown}" alt="{escape(title)}"></a>'),
        ("BBCode", f"[url={viewer}][img]{shown}[/img][/url]"),
    ]


def oembed(upload: Upload, addresses: Addresses, site_name: str) -> dict[str, object]:
    """Return what chats ask for to unfurl a page. Source: oembed.com, version 1.0.

    Of what isn't safe for work that is its title alone: chats show whatever they are given.
    """
    thumb = upload.rendition_name("th")
    card: dict[str, object] = {
        "version": "1.0",
        "title": upload.title,
        "provider_name": site_name,
        "provider_url": addresses.base_url,
    }
    if upload.nsfw:
        return card | {"type": "link"}
    card |= {"width": upload.width_px, "height": upload.height_px}
    if thumb is not None:
        card |= {"thumbnail_url": addresses.file(upload, thumb)}
        card |= {"thumbnail_width": 320, "thumbnail_height": 320}
    if upload.is_video:
        source = escape(addresses.direct(upload))
        size = f'width="{upload.width_px}" height="{upload.height_px}"'
        return card | {"type": "video", "html": f'<video controls {size} src="{source}"></video>'}
    return card | {"type": "photo", "url": addresses.direct(upload)}


def limit_text(limit_bytes: int) -> str:
    """Return a limit as an operator sets it: ``64 MiB``, ``1.5 MiB``, ``293 KiB``."""
    if limit_bytes < MIB:
        return f"{round(limit_bytes / 1024)} KiB"
    return f"{round(limit_bytes / MIB, 1):g} MiB"


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True)
class PublicPages:
    """Pages that need no sign-in."""

    options: HostOptions
    index: UploadIndex
    albums: AlbumIndex
    upload_service: UploadService
    addresses: Addresses
    renderer: Renderer
    clock: Callable[[], float]

    async def front(self, request: web.Request) -> web.Response:
        """Answer the front page, where files are dropped."""
        session = await self.renderer.sessions.find(request)
        limit_bytes = self._limit_bytes(session)
        facts = {
            "guests": self.options.guests is not None,
            "limit_bytes": limit_bytes,
            "limit": limit_text(limit_bytes),
        }
        return self.renderer.page_for(session, "front.html", facts, status=200)

    def _limit_bytes(self, session: Session | None) -> int:
        limit_bytes, guests = self.options.body_limit_bytes, self.options.guests
        if session is not None or guests is None:
            return limit_bytes
        return min(limit_bytes, guests.body_limit_bytes)

    async def _find(self, kind: str, slug: str) -> Upload | None:
        upload = await self.index.find(slug.rpartition(".")[2])
        if upload is None or kind not in (upload.kind, "video" if upload.is_video else ""):
            return None
        return None if upload.is_expired(self.clock()) else upload

    async def _is_hidden(self, request: web.Request, upload: Upload) -> bool:
        """Answer whether an upload lies in a private album of somebody else."""
        if upload.album_id is None:
            return False
        session = await self.renderer.sessions.find(request)
        if session is not None and session.account.user_id == upload.user_id:
            return False
        albums = await self.albums.list_albums(upload.user_id)
        return any(album.is_private for album in albums if album.album_id == upload.album_id)

    async def viewer(self, request: web.Request) -> web.Response:
        """Answer the page that shows an upload, or says that it waits or was deleted just now."""
        upload = await self._find(request.match_info["kind"], request.match_info["slug"])
        if upload is None and "deleted" in request.query:
            return await self.renderer.page(request, "deleted.html", {})
        if upload is None or await self._is_hidden(request, upload):
            return await self.renderer.not_found(request)
        if not upload.is_approved:
            return await self.renderer.page(request, "waiting.html", {}, status=403)
        if request.method == "GET":
            await self.index.count_view(upload.public_id)
        facts = {
            "upload": upload,
            "image": describe(upload, self.addresses),
            "links": link_box(upload, self.addresses),
        }
        return await self.renderer.page(request, "viewer.html", facts)

    async def oembed(self, request: web.Request) -> web.Response:
        """Answer what chats ask for to unfurl a viewer page."""
        parts = _path_of(request.query.get("url", "")).split("/")
        upload = await self._find(*parts[1:]) if len(parts) == 3 else None
        if upload is None or not upload.is_approved or await self._is_hidden(request, upload):
            raise web.HTTPNotFound
        if request.query.get("format", "json") != "json":
            raise web.HTTPNotImplemented
        return web.json_response(oembed(upload, self.addresses, self.options.site_name))

    async def _find_to_delete(self, request: web.Request) -> Upload | None:
        upload = await self._find(request.match_info["kind"], request.match_info["slug"])
        if upload is None:
            return None
        token, signer = request.match_info["token"], self.addresses.signer
        return upload if signer.is_delete_token(token, public_id=upload.public_id) else None

    async def ask_delete(self, request: web.Request) -> web.Response:
        """Answer the page that asks before deleting; reading it changes nothing."""
        upload = await self._find_to_delete(request)
        if upload is None:
            return await self.renderer.not_found(request)
        facts = {"upload": upload, "image": describe(upload, self.addresses)}
        return await self.renderer.page(request, "delete.html", facts)

    async def delete(self, request: web.Request) -> web.Response:
        """Delete an upload and lead to the page that says so; a repeat is answered 404."""
        upload = await self._find_to_delete(request)
        if upload is None or not await self.upload_service.delete(upload):
            return await self.renderer.not_found(request)
        return see_other(f"/{upload.kind}/{upload.public_id}?deleted")

    async def album(self, request: web.Request) -> web.Response:
        """Answer an album; a private one to its owner only."""
        album = await self.albums.find_album(request.match_info["slug"].rpartition(".")[2])
        session = await self.renderer.sessions.find(request)
        reader = None if session is None else session.account.user_id
        if album is None or (album.is_private and reader != album.user_id):
            return await self.renderer.not_found(request)
        wanted = UploadFilter(
            album_id=album.album_id,
            is_approved=True,
            before=before_of(request),
            limit=ALBUM_PAGE,
        )
        page = await self.index.list_page(wanted)
        shown = [describe(upload, self.addresses) for upload in page.uploads]
        facts = {"album": album, "images": shown, "following": page.following}
        return self.renderer.page_for(session, "album.html", facts, status=200)
