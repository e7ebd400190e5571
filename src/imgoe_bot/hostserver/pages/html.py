"""Makes HTML answers of the templates."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from imgoe_bot.hostserver.access.sessions import Session, Sessions
from imgoe_bot.hostserver.api.text_formats import format_date, format_size

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
STATIC_HEADERS = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}


def open_templates() -> Environment:
    """Return the environment of the pages: everything escaped, an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(size=format_size, date=format_date)
    return environment


def see_other(location: str) -> web.Response:
    """Return the answer to a form: look there now."""
    return web.Response(status=303, headers=PAGE_HEADERS | {"Location": location})


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders pages for whoever is signed in, or nobody."""

    templates: Environment
    site_name: str
    base_url: str
    sessions: Sessions

    async def page(
        self,
        request: web.Request,
        template: str,
        facts: Mapping[str, object],
        *,
        status: int = 200,
    ) -> web.Response:
        """Return the rendered template as an answer that is never cached."""
        session = await self.sessions.find(request)
        return self.page_for(session, template, facts, status=status)

    def page_for(
        self, session: Session | None, template: str, facts: Mapping[str, object], *, status: int
    ) -> web.Response:
        """Return the rendered template for a session that is known already."""
        text = self.templates.get_template(template).render(
            site_name=self.site_name, base_url=self.base_url, session=session, **facts
        )
        return web.Response(
            text=text, status=status, content_type="text/html", headers=PAGE_HEADERS
        )

    async def not_found(self, request: web.Request) -> web.Response:
        """Return the page for what isn't there, or not any more."""
        return await self.page(request, "not_found.html", {}, status=404)


async def static_file(request: web.Request) -> web.StreamResponse:
    """Answer one of the style sheets and scripts of the pages."""
    path = STATIC / request.match_info["name"]
    if path.parent != STATIC or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers=STATIC_HEADERS)
