"""Runs the host: starts, serves, sweeps, stops."""

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

from imgoe_bot.hostserver.decoding.video import VideoProcessor
from imgoe_bot.hostserver.intake.fetch import GuardedFetcher
from imgoe_bot.hostserver.options import HostOptions
from imgoe_bot.hostserver.serving.parts import Parts, make_parts
from imgoe_bot.hostserver.serving.resources import (
    Resources,
    database_url,
    listen,
    open_index,
    prepare_folder,
    url_of,
)
from imgoe_bot.hostserver.serving.routes import build_app
from imgoe_bot.hostserver.serving.under_way import RequestsUnderWay
from imgoe_bot.hostserver.uploads.upload_service import UploadService

READ_BUFFER_BYTES = 256 * 1024  # the default of 64 KiB pauses the socket at every read
HEADER_FIELD_BYTES = 16 * 1024  # longer ones are refused by aiohttp, which quotes them
LOG = logging.getLogger(__name__)


async def _sweep_for_ever(upload_service: UploadService, every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        try:
            await upload_service.sweep()
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
        self._parts: Parts | None = None
        self._app: web.Application | None = None
        self._under_way = RequestsUnderWay()
        self._site: web.SockSite | None = None
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
    def _running(self) -> Parts:
        if self._parts is None:
            raise RuntimeError("the host is not running")
        return self._parts

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
        return await self._running.upload_service.sweep()

    async def drain(self, *, within_s: float) -> None:
        """Take no more connections, and let requests under way end; what is left is cut at the end.

        aiohttp alone drops what comes of a body once it stops.
        Source: aiohttp 3.14, ``RequestHandler.data_received``.
        """
        if self._site is not None:
            await self._site.stop()
            self._site = None
        await self._under_way.ended(within_s=within_s)

    async def _start(self, stack: AsyncExitStack) -> None:
        options = self._options
        signer = await asyncio.to_thread(prepare_folder, options)
        database = await open_index(database_url(options), stack)
        listener = listen(options)
        stack.callback(listener.close)
        self.url = (options.public_url or url_of(listener)).rstrip("/")
        processors = os.cpu_count() or 2
        workers = ThreadPoolExecutor(processors, "host-images")
        # In a thread, as workers may wait for this loop to reach PostgreSQL.
        stack.push_async_callback(asyncio.to_thread, workers.shutdown)
        videos = VideoProcessor(options.video, children=max(1, processors // 2))
        resources = Resources(
            options=options,
            database=database,
            signer=signer,
            url=self.url,
            workers=workers,
            videos=await stack.enter_async_context(videos),
            clock=self._clock,
            fetcher=self._fetcher if options.url_sources else None,
        )
        self._parts = make_parts(resources)
        self.first_key = await self._parts.accounts.create_owner_once()
        await self._serve(stack, resources, listener)

    async def _serve(
        self, stack: AsyncExitStack, resources: Resources, listener: socket.socket
    ) -> None:
        self._app = build_app(self._running, resources)
        self._app.middlewares.insert(0, self._under_way.middleware())
        runner = web.AppRunner(
            self._app,
            access_log=None,
            shutdown_timeout=5,
            read_bufsize=READ_BUFFER_BYTES,
            max_field_size=HEADER_FIELD_BYTES,
            keepalive_timeout=self._options.patience.header_s,  # runs until a head is complete
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        self._site = web.SockSite(runner, listener)
        await self._site.start()
        sweeping = _sweep_for_ever(self._running.upload_service, self._options.sweep_every_s)
        stack.push_async_callback(_stop, asyncio.create_task(sweeping))


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
