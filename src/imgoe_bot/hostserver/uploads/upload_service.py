"""Uploads of the host: what arrives is checked and stored, approved, and removed again.

What blocks goes to worker threads, and is undone where whoever waits for it is cancelled.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from imgoe_bot.hostserver.decoding.video import VideoProcessor
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.file_facts import Media
from imgoe_bot.hostserver.formats import Format, sniff
from imgoe_bot.hostserver.index.albums import AlbumIndex
from imgoe_bot.hostserver.index.idempotency import IdempotencyIndex, KeyTaken
from imgoe_bot.hostserver.index.records import Upload
from imgoe_bot.hostserver.index.upload_rows import Duplicate
from imgoe_bot.hostserver.index.uploads import UploadIndex
from imgoe_bot.hostserver.intake.spool import Spool
from imgoe_bot.hostserver.uploads.upload_store import ReceivedFile, UploadStore

Result = TypeVar("Result")
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UploadService:
    """Stores what arrives, shows what is approved and removes what is to go."""

    index: UploadIndex
    keys: IdempotencyIndex
    albums: AlbumIndex
    upload_store: UploadStore
    workers: Executor
    videos: VideoProcessor
    accepted: frozenset[Format]

    async def _work(self, call: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self.workers, call)

    def _check_format(self, spool: Spool) -> Format:
        if not spool.size_bytes:
            raise Fault(Reason.EMPTY_SOURCE)
        found = sniff(spool.head)
        if found is None or found not in self.accepted:
            raise Fault(Reason.UNSUPPORTED)
        return found

    async def store(self, received: ReceivedFile) -> Upload:
        """Check, convert, store and index one file.

        Raises:
            Fault: it can't be taken; nothing is left behind.
            Duplicate: it was taken before, and this is to be refused.
            KeyTaken: another request has its Idempotency-Key.
        """
        found = self._check_format(received.spool)
        album_id = await self._album_id(received)
        await self._check_category(received.form.category_id)
        if received.refuse_duplicate:
            await self._check_new(received)
        video = await self._video(received, found) if found.is_video else None
        return await self._store(replace(received, album_id=album_id), found, video)

    async def _video(self, received: ReceivedFile, found: Format) -> Media:
        md5 = await self._work(received.spool.close)
        size_bytes = received.spool.size_bytes
        return await self.videos.process(
            received.spool.path, source=found, md5=md5, size_bytes=size_bytes
        )

    async def _store(self, received: ReceivedFile, found: Format, video: Media | None) -> Upload:
        """Let a thread store it; that can't be stopped, so when we are, undo what it finishes.

        What has an Idempotency-Key stays: whoever sent it can still learn of it.
        """
        store = partial(self.upload_store.store, received, found, video)
        work = asyncio.get_running_loop().run_in_executor(self.workers, store)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            with suppress(Fault, Duplicate, KeyTaken):
                upload = await work
                if received.request_key is None:
                    await self.delete(upload)
            raise

    async def _album_id(self, received: ReceivedFile) -> int | None:
        if received.form.album is None:
            return None
        album = await self.albums.find_album(received.form.album)
        if album is None or received.owner is None or album.user_id != received.owner.user_id:
            raise Fault(Reason.BAD_PARAMETER, "album_id is no album of this user")
        return album.album_id

    async def _check_category(self, category_id: int | None) -> None:
        if category_id is None:
            return
        if category_id not in await self.albums.list_categories():
            raise Fault(Reason.BAD_PARAMETER, "category_id is no category of this host")

    async def _check_new(self, received: ReceivedFile) -> None:
        key_id = received.owner.key_id if received.owner else None
        if key_id is None:
            return
        md5 = await self._work(received.spool.close)
        earlier = await self.index.find_sent(key_id, md5)
        if earlier is not None:
            raise Duplicate(earlier)

    async def delete(self, upload: Upload) -> bool:
        """Remove an upload; answers whether this call removed it."""
        return await self._work(partial(self.upload_store.delete, upload))

    async def approve(self, upload: Upload) -> None:
        """Show an upload that waited; also one whose approval was cut off half way."""
        await self._work(partial(self.upload_store.approve, upload))

    async def sweep(self) -> int:
        """Delete what has expired or was never finished; returns how many uploads went.

        Old Idempotency-Keys are forgotten too.

        One that can't be deleted keeps none of the others; the next sweep tries it again.
        """
        await self.keys.sweep()
        gone, page = 0, await self.index.list_overdue()
        while True:
            for upload in page.uploads:
                gone += await self._sweep_away(upload)
            if page.following is None:
                return gone
            page = await self.index.list_overdue(after=page.following)

    async def _sweep_away(self, upload: Upload) -> bool:
        try:
            return await self.delete(upload)
        except Exception as error:  # whatever keeps this one must not keep the others
            LOG.error("overdue upload %s can't be deleted: %s", upload.public_id, error)
            return False


def clear_staging(folder: Path, *, older_than_s: float, now_s: float) -> None:
    """Remove temporary files that a killed process left behind; blocks."""
    for path in folder.glob("*"):
        if path.stat().st_mtime < now_s - older_than_s:
            path.unlink(missing_ok=True)
