"""Runs the host on a socket."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Self

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from imgoe_bot.errors import ConfigError
from imgoe_bot.hostserver.access.accounts import Accounts
from imgoe_bot.hostserver.access.secrets import Seal, load_secret
from imgoe_bot.hostserver.decoding.video import VideoReader
from imgoe_bot.hostserver.index.database import Database, migrate, open_database
from imgoe_bot.hostserver.intake.fetch import GuardedFetcher
from imgoe_bot.hostserver.options import DAY_S, HostOptions
from imgoe_bot.hostserver.serving.routes import Host, Outside, build_app, make_host
from imgoe_bot.hostserver.uploads.use_cases import Uploading, clear_staging

READ_BUFFER_BYTES = 256 * 1024  # the default of 64 KiB pauses the socket at every read
LOG = logging.getLogger(__name__)


def _database_url(options: HostOptions) -> str:
    return options.database_url or f"sqlite:///{options.data_dir / 'index.sqlite3'}"


def _listen(options: HostOptions) -> socket.socket:
    """Return a bound socket; bound first, because addresses in replies need its port."""
    family = socket.AF_INET6 if ":" in options.bind else socket.AF_INET
    try:
        return socket.create_server((options.bind, options.port), family=family, backlog=256)
    except OSError as error:
        where = f"{options.bind}:{options.port}"
        raise ConfigError("--bind", f"can't listen on {where}: {error.strerror}") from error


def _url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _prepare_folder(options: HostOptions) -> Seal:
    staging = options.data_dir / "tmp"
    try:
        staging.mkdir(parents=True, exist_ok=True)
        (options.data_dir / "images").mkdir(exist_ok=True)
        clear_staging(staging, older_than_s=DAY_S, now_s=time.time())
        return Seal(load_secret(options.data_dir / "secret"))
    except OSError as error:
        raise ConfigError("--data", f"can't be written: {error.strerror}") from error


async def _open_index(url: str, stack: AsyncExitStack) -> Database:
    """Return an index that is up to date; errors keep the URL, and its password, back."""
    try:
        database = open_database(url)
        stack.push_async_callback(database.close)
        await migrate(database)
    except (SQLAlchemyError, ImportError, OSError) as error:
        kind = type(error).__name__
        raise ConfigError("--database-url", f"the index can't be opened ({kind})") from error
    return database


async def make_owner_key(options: HostOptions, label: str) -> str:
    """Return a new key of the owner, an admin, for who has none any more; the host may be running.

    It is stored as a hash and can't be shown again.
    """
    async with AsyncExitStack() as stack:
        seal = await asyncio.to_thread(_prepare_folder, options)
        database = await _open_index(_database_url(options), stack)
        accounts = Accounts(
            database, seal=seal, clock=time.time, quota_bytes=options.user_quota_bytes
        )
        return await accounts.create_key(label)


async def _sweep_for_ever(uploading: Uploading, every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        try:
            await uploading.sweep()
        except Exception:
            LOG.exception("sweeping expired uploads failed; the next sweep tries again")


class HostServer:
    """An image host: ``async with HostServer(HostOptions(folder)) as host: host.url``.

    Attributes:
        url: where people reach it, without a trailing slash; known once started.
        first_key: the owner's API key when this start created the index, else None. It can't be
            shown again.
    """

    def __init__(
        self,
        options: HostOptions,
        *,
        clock: Callable[[], float] = time.time,
        fetcher: GuardedFetcher | None = None,
    ) -> None:
        self._options = options
        self._clock = clock
        self._fetcher = fetcher or GuardedFetcher()
        self._stack = AsyncExitStack()
        self._host: Host | None = None
        self._app: web.Application | None = None
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

    @property
    def _running(self) -> Host:
        if self._host is None:
            raise RuntimeError("the host is not running")
        return self._host

    async def create_key(self, label: str, *, user: str = "owner") -> str:
        """Return a new API key of a user, by default the owner; a new user has no admin rights.

        It is stored as a hash and can't be shown again.
        """
        return await self._running.accounts.create_key(label, user=user)

    def routes(self) -> list[str]:
        """Return what the host answers, as ``METHOD /path``; HEAD goes wherever GET does."""
        if self._app is None:
            raise RuntimeError("the host is not running")
        return sorted(
            f"{route.method} {route.resource.canonical}"
            for route in self._app.router.routes()
            if route.resource is not None and route.method != "HEAD"
        )

    async def sweep(self) -> int:
        """Delete what has expired now instead of within a minute; returns how many went."""
        return await self._running.uploading.sweep()

    async def _start(self, stack: AsyncExitStack) -> None:
        options = self._options
        seal = await asyncio.to_thread(_prepare_folder, options)
        database = await _open_index(_database_url(options), stack)
        listener = _listen(options)
        stack.callback(listener.close)
        self.url = (options.public_url or _url_of(listener)).rstrip("/")
        processors = os.cpu_count() or 2
        workers = ThreadPoolExecutor(processors, "host-images")
        # In a thread, as workers may wait for this loop to reach PostgreSQL.
        stack.push_async_callback(asyncio.to_thread, workers.shutdown)
        videos = VideoReader(options.video, children=max(1, processors // 2))
        outside = Outside(
            options=options,
            database=database,
            seal=seal,
            url=self.url,
            workers=workers,
            videos=await stack.enter_async_context(videos),
            clock=self._clock,
            fetcher=self._fetcher if options.url_sources else None,
        )
        self._host = make_host(outside)
        self.first_key = await self._host.accounts.open_first()
        await self._serve(stack, outside, listener)

    async def _serve(
        self, stack: AsyncExitStack, outside: Outside, listener: socket.socket
    ) -> None:
        self._app = build_app(self._running, outside)
        runner = web.AppRunner(
            self._app,
            access_log=None,
            shutdown_timeout=5,
            read_bufsize=READ_BUFFER_BYTES,
            keepalive_timeout=self._options.patience.header_s,  # runs until a head is complete
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.SockSite(runner, listener).start()
        sweeping = _sweep_for_ever(self._running.uploading, self._options.sweep_every_s)
        stack.push_async_callback(_stop, asyncio.create_task(sweeping))


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
