"""Requests under way, which a host that stops lets end."""

import asyncio
from contextlib import suppress

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware


class RequestsUnderWay:
    """Counts them."""

    def __init__(self) -> None:
        self._count = 0
        self._none_left = asyncio.Event()
        self._none_left.set()

    def middleware(self) -> Middleware:
        """Return what stands around every handler."""

        @web.middleware
        async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
            self._count += 1
            self._none_left.clear()
            try:
                return await handler(request)
            finally:
                self._count -= 1
                if not self._count:
                    self._none_left.set()

        return counted

    async def ended(self, *, within_s: float) -> None:
        """Wait until there is none, for so long at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._none_left.wait()
