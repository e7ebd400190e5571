"""The health file: a young one says that a bot is connected and that its database takes writes."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from imgoe_bot.errors import ImgoeError

INTERVAL_S = 15.0

log = structlog.stdlib.get_logger(__name__)


async def show(
    file: Path,
    *,
    is_connected: Callable[[], bool],
    write: Callable[[], Awaitable[None]],
    interval_s: float = INTERVAL_S,
) -> None:
    """Keep the file young while all is well, until cancelled; then it is gone.

    A database that takes no writes removes it at once. A lost connection only lets it grow old:
    the gateway reconnects within seconds every now and then.

    Args:
        file: where it lies; one that can't be written is told of once and ends nothing.
        is_connected: whether the gateway connection stands.
        write: does a small write in the database.
        interval_s: the time between two looks, in seconds.
    """
    shown = _HealthFile(file)
    await shown.remove()  # of an earlier process
    try:
        while True:
            if is_connected():
                await _look(shown, write)
            await asyncio.sleep(interval_s)
    finally:
        await shown.remove()


async def _look(shown: "_HealthFile", write: Callable[[], Awaitable[None]]) -> None:
    try:
        await write()
    except ImgoeError as error:
        await shown.remove()
        shown.tell_of_outage(error)
    else:
        await shown.renew()


class _HealthFile:
    """Writes the file; each trouble is one warning, however long it lasts."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._is_out = False
        self._has_failed = False

    def tell_of_outage(self, error: ImgoeError) -> None:
        if not self._is_out:
            log.warning("not healthy: the database takes no writes", error=repr(error))
        self._is_out = True

    async def renew(self) -> None:
        if self._is_out:
            log.info("healthy again: the database takes writes")
        self._is_out = False
        await self._try(self._renew)

    async def remove(self) -> None:
        await self._try(self._remove)

    async def _try(self, doing: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(doing)
        except OSError as error:
            if not self._has_failed:
                log.warning(
                    "the health file can't be written", file=str(self._file), error=error.strerror
                )
            self._has_failed = True

    def _renew(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("ab"):
            os.utime(self._file)

    def _remove(self) -> None:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            self._file.unlink()
