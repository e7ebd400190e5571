"""The health file: a young one says that a bot is connected and that its database takes writes.

Where that is not so, a file beside it says why.
"""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from imgoe_bot.errors import ImgoeError, StoreError
from imgoe_bot.services.store_outage import outage_line
from imgoe_bot.settings.environment import reason_file

INTERVAL_S = 15.0
NOT_CONNECTED = "the connection to Discord is lost; the bot connects again by itself"

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
        write: does a small write in the database, and tells the log where that fails.
        interval_s: the time between two looks, in seconds.
    """
    shown = _HealthFile(file)
    await shown.remove()  # of an earlier process
    try:
        while True:
            if is_connected():
                await _look(shown, write)
            else:
                await shown.explain(NOT_CONNECTED)
            await asyncio.sleep(interval_s)
    finally:
        await shown.remove()


async def _look(shown: "_HealthFile", write: Callable[[], Awaitable[None]]) -> None:
    try:
        await write()
    except ImgoeError as error:
        await shown.withdraw(_reason(error))
    else:
        await shown.renew()


def _reason(error: ImgoeError) -> str:
    if not isinstance(error, StoreError):
        return f"the database takes no writes: {error!r}"
    where = f" ({error.where})" if error.where else ""
    return f"{outage_line(error)}{where}"


class _HealthFile:
    """Writes the file, and the reason beside it; each trouble is one warning."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._reason = reason_file(file)
        self._is_out = False
        self._has_failed = False

    async def explain(self, reason: str) -> None:
        """Say why the file is not renewed; on a full disk that may fail, and the log has it."""
        with contextlib.suppress(OSError):
            await asyncio.to_thread(self._reason.write_text, f"{reason}\n")

    async def withdraw(self, reason: str) -> None:
        await self.remove()
        await self.explain(reason)
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
        self._reason.unlink(missing_ok=True)

    def _remove(self) -> None:
        for file in (self._file, self._reason):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                file.unlink()
