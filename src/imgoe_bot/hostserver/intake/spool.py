"""A request's file on its way to disk: counted, hashed and written while it streams in."""

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.formats import SNIFF_BYTES

if TYPE_CHECKING:
    from _hashlib import HASH

FLUSH_BYTES = 1024 * 1024
CHUNKS_PENDING = 256  # the kernel writes at most 1,024 at once


def _no_chunks() -> list[bytes | memoryview]:
    return []


def _new_md5() -> "HASH":
    return hashlib.md5(usedforsecurity=False)


@dataclass(slots=True)
class Spool:
    """A temporary file that grows; its bytes leave memory every MiB, uncopied.

    Attributes:
        limit_bytes: more raises a Fault.
        head: the first bytes, for sniffing.
    """

    path: Path
    limit_bytes: int
    size_bytes: int = 0
    head: bytes = b""
    _pending: list[bytes | memoryview] = field(default_factory=_no_chunks)
    _pending_bytes: int = 0
    _md5: "HASH" = field(default_factory=_new_md5)

    async def write(self, chunk: bytes | memoryview) -> None:
        """Take the next bytes, which must not change afterwards.

        Raises:
            Fault: over the limit, or no room on disk.
        """
        self.size_bytes += len(chunk)
        if self.size_bytes > self.limit_bytes:
            raise Fault(Reason.TOO_LARGE)
        if len(self.head) < SNIFF_BYTES:
            self.head += chunk[: SNIFF_BYTES - len(self.head)]
        self._pending.append(chunk)
        self._pending_bytes += len(chunk)
        if self._pending_bytes >= FLUSH_BYTES or len(self._pending) >= CHUNKS_PENDING:
            await self._flush()

    def close(self) -> str:
        """Write what is left and return the hex MD5 of the whole; blocks.

        Raises:
            Fault: no room on disk.
        """
        chunks, self._pending, self._pending_bytes = self._pending, [], 0
        if chunks:
            self._append(chunks)
        return self._md5.hexdigest()

    async def take_text(self, limit_bytes: int) -> bytes:
        """Return what was written, at most ``limit_bytes``, and start anew, empty."""
        async with self.set_aside() as file:
            return await asyncio.to_thread(file.read, limit_bytes)

    @asynccontextmanager
    async def set_aside(self) -> AsyncGenerator[BinaryIO]:
        """Give what was written, to be read, and start anew, empty.

        Raises:
            Fault: no room on disk.
        """
        await self._flush()
        aside = self.path.with_suffix(".text")
        os.replace(self.path, aside)
        self.size_bytes, self.head, self._md5 = 0, b"", _new_md5()
        try:
            with await asyncio.to_thread(aside.open, "rb") as file:
                yield file
        finally:
            aside.unlink(missing_ok=True)

    async def _flush(self) -> None:
        chunks, self._pending, self._pending_bytes = self._pending, [], 0
        await asyncio.to_thread(self._append, chunks)

    def _append(self, chunks: list[bytes | memoryview]) -> None:
        for chunk in chunks:
            self._md5.update(chunk)
        try:
            with self.path.open("ab", buffering=0) as file:
                _write_all(file.fileno(), chunks)
        except OSError as error:
            raise Fault(Reason.STORAGE_FULL) from error


def _write_all(handle: int, chunks: list[bytes | memoryview]) -> None:
    """Write every chunk with as few system calls as the kernel allows."""
    left = [memoryview(chunk) for chunk in chunks if chunk]
    while left:
        written = os.writev(handle, left)
        while left and written >= len(left[0]):
            written -= len(left.pop(0))
        if left:
            left[0] = left[0][written:]


@asynccontextmanager
async def open_spool(folder: Path, *, limit_bytes: int) -> AsyncGenerator[Spool]:
    """Give a spool in ``folder`` whose file, unless moved away, is gone at the end."""
    spool = Spool(folder / f"{os.urandom(12).hex()}.part", limit_bytes)
    try:
        yield spool
    finally:
        spool.path.unlink(missing_ok=True)
