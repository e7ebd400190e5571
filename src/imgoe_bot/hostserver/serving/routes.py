"""Wires the host's parts to its routes."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from aiohttp import web

from imgoe_bot.hostserver.access.accounts import Accounts
from imgoe_bot.hostserver.access.authorization import Gate
from imgoe_bot.hostserver.access.rate_limits import RateLimiter
from imgoe_bot.hostserver.access.secrets import Seal
from imgoe_bot.hostserver.access.sessions import Sessions
from imgoe_bot.hostserver.api.catalogue import CatalogueApi
from imgoe_bot.hostserver.api.openapi import openapi
from imgoe_bot.hostserver.api.reply import Addresses
from imgoe_bot.hostserver.api.tools import flameshot_answer, sharex_answer
from imgoe_bot.hostserver.api.upload import UploadApi
from imgoe_bot.hostserver.decoding.heif import enable_heif
from imgoe_bot.hostserver.decoding.renditions import ImageLimits, ImageMaker
from imgoe_bot.hostserver.decoding.video import VideoReader
from imgoe_bot.hostserver.formats import AVIF, BMP, GIF, HEIC, JPEG, MOV, MP4, PNG, WEBM, WEBP
from imgoe_bot.hostserver.index.albums import Shelves
from imgoe_bot.hostserver.index.database import Database
from imgoe_bot.hostserver.index.file_names import ShelfLife
from imgoe_bot.hostserver.index.lifecycle import Ledger
from imgoe_bot.hostserver.index.uploads import UploadIndex
from imgoe_bot.hostserver.intake.deadlines import PATIENCE
from imgoe_bot.hostserver.intake.fetch import GuardedFetcher
from imgoe_bot.hostserver.options import GuestRules, HostOptions
from imgoe_bot.hostserver.pages.admin import AdminPages, SignIn
from imgoe_bot.hostserver.pages.html import Renderer, open_templates, static_file
from imgoe_bot.hostserver.pages.public import PublicPages
from imgoe_bot.hostserver.serving.guard import Guard
from imgoe_bot.hostserver.storage.blobs import Blobs, FolderBlobs
from imgoe_bot.hostserver.storage.file_responses import Files, FolderFiles, PublicFiles, S3Files
from imgoe_bot.hostserver.storage.s3 import S3Blobs, open_bucket
from imgoe_bot.hostserver.uploads.storing import Keeper
from imgoe_bot.hostserver.uploads.use_cases import Uploading

SLUG = r"/{kind:image|clip|video}/{slug:[^/]+}"
SIGN_INS_PER_MINUTE = 20
ACCEPTED = frozenset({JPEG, PNG, GIF, WEBP, AVIF, BMP, MP4, MOV, WEBM})


@dataclass(frozen=True, slots=True)
class Outside:
    """What a running host holds open and an app only uses."""

    options: HostOptions
    database: Database
    seal: Seal
    url: str
    workers: Executor
    videos: VideoReader
    clock: Callable[[], float]
    fetcher: GuardedFetcher | None


@dataclass(frozen=True, slots=True)
class Host:
    """The parts of one host, each made once."""

    accounts: Accounts
    index: UploadIndex
    shelves: Shelves
    uploading: Uploading
    files: Files
    at: Addresses
    sessions: Sessions
    gate: Gate
    renderer: Renderer


def _storage(options: HostOptions) -> tuple[Blobs, Files]:
    if options.s3 is not None:
        bucket = S3Blobs(open_bucket(options.s3))
        return bucket, S3Files(bucket)
    folder = FolderBlobs(options.data_dir / "images", staging=options.data_dir / "tmp")
    return folder, FolderFiles(folder)


def _gate(outside: Outside, accounts: Accounts, sessions: Sessions) -> Gate:
    options, clock = outside.options, outside.clock
    guests = options.guests or GuestRules()
    return Gate(
        options,
        accounts,
        sessions,
        key_limiter=RateLimiter(options.per_key_per_minute, clock),
        address_limiter=RateLimiter(options.per_address_per_minute, clock),
        guest_limiter=RateLimiter(guests.per_minute, clock),
    )


def make_host(outside: Outside) -> Host:
    """Make every part."""
    options, clock = outside.options, outside.clock
    accounts = Accounts(
        outside.database, seal=outside.seal, clock=clock, quota_bytes=options.user_quota_bytes
    )
    index = UploadIndex(outside.database, clock=clock)
    shelves = Shelves(outside.database, clock=clock)
    blobs, files = _storage(options)
    limits = ImageLimits(options.pixel_limit, options.frame_limit, options.jpeg_pixel_limit)
    images = ImageMaker(limits, options.keep_location)
    uploading = Uploading(
        index=index,
        shelves=shelves,
        keeper=Keeper(Ledger(outside.database, clock=clock), blobs, images, clock),
        workers=outside.workers,
        videos=outside.videos,
        accepted=ACCEPTED | {HEIC} if enable_heif() else ACCEPTED,
    )
    is_secure = outside.url.startswith("https://")
    sessions = Sessions(accounts, outside.seal, clock, is_secure)
    renderer = Renderer(open_templates(), options.site_name, outside.url, sessions)
    at = Addresses(outside.url, outside.seal, clock)
    gate = _gate(outside, accounts, sessions)
    return Host(accounts, index, shelves, uploading, files, at, sessions, gate, renderer)


def _add_catalogue(app: web.Application, host: Host) -> None:
    api = CatalogueApi(host.gate, host.index, host.shelves, host.uploading, host.at)
    app.router.add_get("/api/1/uploads", api.list_uploads)
    app.router.add_get("/api/1/uploads/{id}", api.read_upload)
    app.router.add_delete("/api/1/uploads/{id}", api.delete_upload)
    app.router.add_get("/api/1/albums", api.list_albums)
    app.router.add_post("/api/1/albums", api.create_album)
    app.router.add_get("/api/1/categories", api.list_categories)


def _add_upload(app: web.Application, host: Host, outside: Outside) -> None:
    api = UploadApi(outside.options, host.gate, host.uploading, host.at, outside.fetcher)
    for path in ("/api/{version}/{action}", "/api/{version}/{action}/"):
        app.router.add_get(path, api.handle, allow_head=False)
        app.router.add_post(path, api.handle)


def _add_public(app: web.Application, host: Host, outside: Outside) -> None:
    pages = PublicPages(
        options=outside.options,
        index=host.index,
        shelves=host.shelves,
        uploading=host.uploading,
        at=host.at,
        renderer=host.renderer,
        clock=outside.clock,
    )
    app.router.add_get("/", pages.front)
    app.router.add_get(SLUG, pages.viewer)
    app.router.add_get(f"{SLUG}/delete/{{token}}", pages.ask_delete)
    app.router.add_post(f"{SLUG}/delete/{{token}}", pages.delete)
    app.router.add_get("/album/{slug}", pages.album)
    app.router.add_get("/oembed", pages.oembed)
    app.router.add_get("/static/{name}", static_file)


def _add_admin(app: web.Application, host: Host, outside: Outside) -> None:
    limiter = RateLimiter(SIGN_INS_PER_MINUTE, outside.clock)
    sign_in = SignIn(host.accounts, host.renderer, limiter, outside.options.trust_proxy)
    pages = AdminPages(
        host.accounts, host.index, host.shelves, host.uploading, host.files, host.at, host.renderer
    )
    app.router.add_get("/login", sign_in.ask)
    app.router.add_post("/login", sign_in.begin)
    app.router.add_post("/logout", sign_in.end)
    app.router.add_get("/admin", pages.overview)
    app.router.add_post("/admin/keys", pages.create_key)
    app.router.add_post("/admin/keys/{id}/revoke", pages.revoke_key)
    app.router.add_post("/admin/users/{id}/quota", pages.set_quota)
    app.router.add_post("/admin/albums", pages.create_album)
    app.router.add_post("/admin/categories", pages.create_category)
    app.router.add_get("/admin/uploads/{id}", pages.review)
    app.router.add_get("/admin/uploads/{id}/file", pages.whole)
    app.router.add_get("/admin/uploads/{id}/preview", pages.preview)
    app.router.add_post("/admin/uploads/{id}/approve", pages.approve)
    app.router.add_post("/admin/uploads/{id}/reject", pages.reject)


def _add_tools(app: web.Application, host: Host, outside: Outside) -> None:
    site_name = outside.options.site_name
    shelf_life = ShelfLife(outside.database, clock=outside.clock)

    async def send_openapi(_: web.Request) -> web.Response:
        return web.json_response(openapi(outside.url, site_name))

    async def send_sharex(_: web.Request) -> web.Response:
        return sharex_answer(outside.url, site_name, strict=outside.options.strict)

    async def send_flameshot(_: web.Request) -> web.Response:
        return flameshot_answer(outside.url)

    app.router.add_get("/images/{name:.+}", PublicFiles(host.files, shelf_life).send)
    app.router.add_get("/api/1/openapi.json", send_openapi)
    app.router.add_get("/tools/sharex.sxcu", send_sharex)
    app.router.add_get("/tools/flameshot-upload.sh", send_flameshot)


def build_app(host: Host, outside: Outside) -> web.Application:
    """Return the application with every route; the upload call comes last, it takes any name."""
    app = web.Application(middlewares=[Guard(host.renderer).middleware()])
    app[PATIENCE] = outside.options.patience
    _add_tools(app, host, outside)
    _add_catalogue(app, host)
    _add_upload(app, host, outside)
    _add_public(app, host, outside)
    _add_admin(app, host, outside)
    return app
