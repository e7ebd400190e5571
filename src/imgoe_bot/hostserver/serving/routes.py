"""Which part of a host answers which address."""

from aiohttp import web

from imgoe_bot.hostserver.access.rate_limits import RateLimiter
from imgoe_bot.hostserver.api.idempotency import IdempotencyApi
from imgoe_bot.hostserver.api.management import ManagementApi
from imgoe_bot.hostserver.api.openapi import openapi
from imgoe_bot.hostserver.api.screenshot_tools import flameshot_answer, sharex_answer
from imgoe_bot.hostserver.api.upload import UploadApi
from imgoe_bot.hostserver.index.file_names import FileExpiry
from imgoe_bot.hostserver.intake.request_body import TIMEOUTS
from imgoe_bot.hostserver.pages.admin import AdminPages
from imgoe_bot.hostserver.pages.html import static_file
from imgoe_bot.hostserver.pages.moderation import ModerationPages
from imgoe_bot.hostserver.pages.public import PublicPages
from imgoe_bot.hostserver.pages.sign_in import SignIn
from imgoe_bot.hostserver.serving.error_middleware import ErrorMiddleware
from imgoe_bot.hostserver.serving.parts import Parts
from imgoe_bot.hostserver.serving.resources import Resources
from imgoe_bot.hostserver.storage.file_responses import PublicFiles

SLUG = r"/{kind:image|clip|video}/{slug:[^/]+}"
SIGN_INS_PER_MINUTE = 20


def _add_management(app: web.Application, parts: Parts) -> None:
    api = ManagementApi(
        parts.authenticator, parts.index, parts.albums, parts.upload_service, parts.addresses
    )
    app.router.add_get("/api/1/uploads", api.list_uploads)
    app.router.add_get("/api/1/uploads/{id}", api.read_upload)
    app.router.add_delete("/api/1/uploads/{id}", api.delete_upload)
    app.router.add_get("/api/1/albums", api.list_albums)
    app.router.add_post("/api/1/albums", api.create_album)
    app.router.add_get("/api/1/categories", api.list_categories)
    keys = IdempotencyApi(parts.authenticator, parts.keyed_uploads, parts.addresses)
    app.router.add_get("/api/1/idempotency", keys.look_up)


def _add_upload(app: web.Application, parts: Parts, resources: Resources) -> None:
    api = UploadApi(
        resources.options,
        parts.authenticator,
        parts.upload_service,
        parts.keyed_uploads,
        parts.addresses,
        resources.fetcher,
    )
    for path in ("/api/{version}/{action}", "/api/{version}/{action}/"):
        app.router.add_get(path, api.handle, allow_head=False)
        app.router.add_post(path, api.handle)


def _add_public(app: web.Application, parts: Parts, resources: Resources) -> None:
    pages = PublicPages(
        options=resources.options,
        index=parts.index,
        albums=parts.albums,
        upload_service=parts.upload_service,
        addresses=parts.addresses,
        renderer=parts.renderer,
        clock=resources.clock,
    )
    app.router.add_get("/", pages.front)
    app.router.add_get(SLUG, pages.viewer)
    app.router.add_get(f"{SLUG}/delete/{{token}}", pages.ask_delete)
    app.router.add_post(f"{SLUG}/delete/{{token}}", pages.delete)
    app.router.add_get("/album/{slug}", pages.album)
    app.router.add_get("/oembed", pages.oembed)
    app.router.add_get("/static/{name}", static_file)


def _add_sign_in(app: web.Application, parts: Parts, resources: Resources) -> None:
    limiter = RateLimiter(SIGN_INS_PER_MINUTE, resources.clock)
    sign_in = SignIn(parts.accounts, parts.renderer, limiter, resources.options.trust_proxy)
    app.router.add_get("/login", sign_in.ask)
    app.router.add_post("/login", sign_in.begin)
    app.router.add_post("/logout", sign_in.end)


def _add_admin(app: web.Application, parts: Parts) -> None:
    pages = AdminPages(parts.accounts, parts.index, parts.albums, parts.addresses, parts.renderer)
    app.router.add_get("/admin", pages.overview)
    app.router.add_post("/admin/keys", pages.create_key)
    app.router.add_post("/admin/keys/{id}/revoke", pages.revoke_key)
    app.router.add_post("/admin/users/{id}/quota", pages.set_quota)
    app.router.add_post("/admin/albums", pages.create_album)
    app.router.add_post("/admin/categories", pages.create_category)


def _add_moderation(app: web.Application, parts: Parts) -> None:
    pages = ModerationPages(
        parts.accounts,
        parts.index,
        parts.upload_service,
        parts.files,
        parts.addresses,
        parts.renderer,
    )
    app.router.add_get("/admin/uploads/{id}", pages.review)
    app.router.add_get("/admin/uploads/{id}/file", pages.send_file)
    app.router.add_get("/admin/uploads/{id}/preview", pages.send_preview)
    app.router.add_post("/admin/uploads/{id}/approve", pages.approve)
    app.router.add_post("/admin/uploads/{id}/reject", pages.reject)


def _add_tools(app: web.Application, parts: Parts, resources: Resources) -> None:
    site_name = resources.options.site_name
    expiry = FileExpiry(resources.database, clock=resources.clock)

    async def send_openapi(_: web.Request) -> web.Response:
        return web.json_response(openapi(resources.url, site_name))

    async def send_sharex(_: web.Request) -> web.Response:
        return sharex_answer(resources.url, site_name, strict=resources.options.strict)

    async def send_flameshot(_: web.Request) -> web.Response:
        return flameshot_answer(resources.url)

    app.router.add_get("/images/{name:.+}", PublicFiles(parts.files, expiry).send)
    app.router.add_get("/api/1/openapi.json", send_openapi)
    app.router.add_get("/tools/sharex.sxcu", send_sharex)
    app.router.add_get("/tools/flameshot-upload.sh", send_flameshot)


def build_app(parts: Parts, resources: Resources) -> web.Application:
    """Return the application with every route; the upload call comes last, it takes any name."""
    app = web.Application(middlewares=[ErrorMiddleware(parts.renderer).middleware()])
    app[TIMEOUTS] = resources.options.patience
    _add_tools(app, parts, resources)
    _add_management(app, parts)
    _add_upload(app, parts, resources)
    _add_public(app, parts, resources)
    _add_sign_in(app, parts, resources)
    _add_admin(app, parts)
    _add_moderation(app, parts)
    return app
