"""Puts the host together and runs it on a socket."""

import os
import socket
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from imgoe_bot.errors import ConfigError
from imgoe_bot.hostserver.accounts import Accounts
from imgoe_bot.hostserver.api import UploadApi
from imgoe_bot.hostserver.auth import Seal, load_secret
from imgoe_bot.hostserver.blobs import FolderBlobs
from imgoe_bot.hostserver.database import migrate, open_engine
from imgoe_bot.hostserver.files import FolderFiles
from imgoe_bot.hostserver.guard import guard
from imgoe_bot.hostserver.index import UploadIndex
from imgoe_bot.hostserver.options import HostOptions
from imgoe_bot.hostserver.pages import STATIC, Renderer, UploadPages, open_templates
from imgoe_bot.hostserver.pipeline import ImageLimits
from imgoe_bot.hostserver.reply import Addresses
from imgoe_bot.hostserver.uploading import Uploading

SLUG = r"{kind:image|clip|video}/{slug:[^/]+}"


def _database_url(options: HostOptions) -> str:
    return options.database_url or f"sqlite+aiosqlite:///{options.data_dir / 'index.sqlite3'}"


def _listen(options: HostOptions) -> socket.socket:
    """Return a bound socket; bound first, because addresses in replies need its port."""
    family = socket.AF_INET6 if ":" in options.bind else socket.AF_INET
    try:
        return socket.create_server((options.bind, options.port), family=family)
    except OSError as error:
        where = f"{options.bind}:{options.port}"
        raise ConfigError("--bind", f"can't listen on {where}: {error.strerror}") from error


def _url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _build(
    options: HostOptions,
    engine: AsyncEngine,
    at: Addresses,
    accounts: Accounts,
    workers: Executor,
    clock: Callable[[], float],
) -> web.Application:
    """Wire every part to its routes."""
    index = UploadIndex(engine)
    blobs = FolderBlobs(options.data_dir / "images", staging=options.data_dir / "tmp")
    limits = ImageLimits(options.pixel_limit, options.frame_limit)
    uploading = Uploading(index, blobs, workers, limits, clock)
    api = UploadApi(options, uploading, accounts, at)
    pages = UploadPages(index, uploading, at, Renderer(open_templates(), options.site_name))
    app = web.Application(middlewares=[guard])
    for path in ("/api/{version}/{action}", "/api/{version}/{action}/"):
        app.router.add_get(path, api.handle)
        app.router.add_post(path, api.handle)
    app.router.add_get("/images/{name:.+}", FolderFiles(blobs).handle)
    app.router.add_get(f"/{SLUG}", pages.viewer)
    app.router.add_get(f"/{SLUG}/delete/{{token}}", pages.ask_delete)
    app.router.add_post(f"/{SLUG}/delete/{{token}}", pages.delete)
    app.router.add_static("/static/", STATIC)
    return app


class HostServer:
    """An image host: ``async with HostServer(HostOptions(folder)) as host: host.url``.

    Attributes:
        url: where people reach it, without a trailing slash; known once started.
        first_key: the owner's API key when this start created the index, else None. It can't be
            shown again.
    """

    def __init__(self, options: HostOptions, *, clock: Callable[[], float] = time.time) -> None:
        self._options = options
        self._clock = clock
        self._stack = AsyncExitStack()
        self._accounts: Accounts | None = None
        self.url = ""
        self.first_key: str | None = None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def create_key(self, label: str) -> str:
        """Return a new API key of the owner; it is stored as a hash and can't be shown again."""
        if self._accounts is None:
            raise RuntimeError("the host is not running")
        return await self._accounts.create_key(label)

    async def _start(self, stack: AsyncExitStack) -> None:
        options = self._options
        (options.data_dir / "tmp").mkdir(parents=True, exist_ok=True)
        seal = Seal(load_secret(options.data_dir / "secret"))
        engine = open_engine(_database_url(options))
        stack.push_async_callback(engine.dispose)
        await migrate(engine)
        self._accounts = Accounts(engine, seal=seal, clock=self._clock)
        self.first_key = await self._accounts.open_first()
        listener = _listen(options)
        stack.callback(listener.close)
        self.url = (options.public_url or _url_of(listener)).rstrip("/")
        workers = stack.enter_context(ThreadPoolExecutor(os.cpu_count() or 2, "host-images"))
        app = _build(
            options, engine, Addresses(self.url, seal), self._accounts, workers, self._clock
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.SockSite(runner, listener).start()
