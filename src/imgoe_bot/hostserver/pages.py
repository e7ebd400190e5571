"""The pages people see, rendered on the server."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from imgoe_bot.hostserver.index import UploadIndex
from imgoe_bot.hostserver.records import Upload
from imgoe_bot.hostserver.reply import Addresses, describe
from imgoe_bot.hostserver.uploading import Uploading

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; "
        "script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def open_templates() -> Environment:
    """Return the environment of the pages: everything escaped, an unknown name is an error."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, slots=True)
class Renderer:
    """Makes an HTML answer of a template."""

    templates: Environment
    site_name: str

    def page(
        self, template: str, facts: Mapping[str, object], *, status: int = 200
    ) -> web.Response:
        """Return the rendered template as an answer that is never cached."""
        text = self.templates.get_template(template).render(site_name=self.site_name, **facts)
        return web.Response(
            text=text, status=status, content_type="text/html", headers=PAGE_HEADERS
        )

    def not_found(self) -> web.Response:
        """Return the page for what isn't there, or not any more."""
        return self.page("not_found.html", {}, status=404)


@dataclass(frozen=True, slots=True)
class UploadPages:
    """Viewer and delete page of an upload."""

    index: UploadIndex
    uploading: Uploading
    at: Addresses
    renderer: Renderer

    async def _find(self, request: web.Request) -> Upload | None:
        public_id = request.match_info["slug"].rpartition(".")[2]
        upload = await self.index.find(public_id)
        if upload is None or request.match_info["kind"] not in (upload.kind, "video"):
            return None
        return upload

    async def viewer(self, request: web.Request) -> web.Response:
        """Answer the page that shows an upload, or says that it was deleted just now."""
        upload = await self._find(request)
        if upload is None and "deleted" in request.query:
            return self.renderer.page("deleted.html", {})
        if upload is None or not upload.is_approved:
            return self.renderer.not_found()
        await self.index.count_view(upload.public_id)
        return self.renderer.page("viewer.html", {"image": describe(upload, self.at)})

    async def _find_to_delete(self, request: web.Request) -> Upload | None:
        upload = await self._find(request)
        if upload is None:
            return None
        token, seal = request.match_info["token"], self.at.seal
        return upload if seal.is_delete_token(token, public_id=upload.public_id) else None

    async def ask_delete(self, request: web.Request) -> web.Response:
        """Answer the page that asks before deleting; reading it changes nothing."""
        upload = await self._find_to_delete(request)
        if upload is None:
            return self.renderer.not_found()
        return self.renderer.page("delete.html", {"image": describe(upload, self.at)})

    async def delete(self, request: web.Request) -> web.Response:
        """Delete an upload and lead to the page that says so; a repeat is answered 404."""
        upload = await self._find_to_delete(request)
        if upload is None or not await self.uploading.delete(upload):
            return self.renderer.not_found()
        location = f"/{upload.kind}/{upload.public_id}?deleted"
        return web.Response(status=303, headers={"Location": location} | PAGE_HEADERS)
