"""The use cases: a file that arrived becomes an upload, is approved, and goes again."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from imgoe_bot.hostserver.blobs import Blobs, NameTaken
from imgoe_bot.hostserver.drafts import describe
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.file_names import NAME_ATTEMPTS
from imgoe_bot.hostserver.form import UploadForm
from imgoe_bot.hostserver.formats import WEBM, Format, sniff
from imgoe_bot.hostserver.index import UploadIndex
from imgoe_bot.hostserver.media import Media
from imgoe_bot.hostserver.pipeline import ImageMaker, md5_of
from imgoe_bot.hostserver.placing import every_blob_name, public_under, publish, put_all
from imgoe_bot.hostserver.records import Account, Upload
from imgoe_bot.hostserver.scrub import scrub_video
from imgoe_bot.hostserver.shelves import Shelves
from imgoe_bot.hostserver.spool import Spool
from imgoe_bot.hostserver.upload_rows import Duplicate
from imgoe_bot.hostserver.video import VideoReader
from imgoe_bot.hostserver.webm import scrub_webm

Result = TypeVar("Result")
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A file at the door.

    Attributes:
        filename: the client's name for it, None without one.
        owner: None for a guest.
        must_wait: keep it from the public until an admin approves.
        expires_within_s: it goes after this long even when the form says later or nothing.
        refuse_duplicate: refuse bytes that came with the same key before.
        album_id: the album's number, once it was found to be the owner's.
    """

    spool: Spool
    form: UploadForm
    filename: str | None = None
    owner: Account | None = None
    must_wait: bool = False
    expires_within_s: int | None = None
    refuse_duplicate: bool = False
    album_id: int | None = None


@dataclass(frozen=True, slots=True)
class Uploading:
    """Stores what arrives, shows what is approved and removes what is to go."""

    index: UploadIndex
    shelves: Shelves
    blobs: Blobs
    workers: Executor
    images: ImageMaker
    videos: VideoReader
    accepted: frozenset[Format]
    clock: Callable[[], float]

    async def _work(self, call: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self.workers, call)

    def _check_format(self, spool: Spool) -> Format:
        if not spool.size_bytes:
            raise Fault(Reason.EMPTY_SOURCE)
        found = sniff(spool.head)
        if found is None or found not in self.accepted:
            raise Fault(Reason.UNSUPPORTED)
        return found

    async def store(self, arrival: Arrival) -> Upload:
        """Check, convert, store and index one file.

        Raises:
            Fault: it can't be taken; nothing is left behind.
            Duplicate: it was taken before, and the arrival refuses that.
        """
        found = self._check_format(arrival.spool)
        album_id = await self._album_id(arrival)
        await self._check_category(arrival.form.category_id)
        if arrival.refuse_duplicate:
            await self._check_new(arrival)
        film = await self._film(arrival, found) if found.is_video else None
        taken = replace(arrival, album_id=album_id)
        return await self._to_its_end(self._keep(taken, found, film))

    async def _film(self, arrival: Arrival, found: Format) -> Media:
        md5 = await self._work(arrival.spool.close)
        size_bytes = arrival.spool.size_bytes
        return await self.videos.make_video(
            arrival.spool.path, source=found, md5=md5, size_bytes=size_bytes
        )

    async def _to_its_end(self, keeping: Coroutine[Any, Any, Upload]) -> Upload:
        """Wait for an upload; a thread can't be stopped, so when we are, undo what it finishes."""
        work = asyncio.create_task(keeping)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            with suppress(Fault, Duplicate):
                await self.delete(await work)
            raise

    async def _keep(self, arrival: Arrival, found: Format, film: Media | None) -> Upload:
        """Note what is to be, store the files, note that they are there.

        Killed in between, it leaves no file that the index doesn't know and the sweep won't find.
        """
        draft, media = await self._work(partial(self._make, arrival, found, film))
        begun = await self.index.begin(draft, refuse_repeat=arrival.refuse_duplicate)
        stored = begun
        try:
            stored = await self._put(begun, media)
            return await self.index.finish(stored)
        except BaseException:
            await self._withdraw(stored)
            raise

    def _make(self, arrival: Arrival, found: Format, film: Media | None) -> tuple[Upload, Media]:
        """Return the row of an upload and its files; blocks."""
        sent_md5 = arrival.spool.close()
        media = self._picture(arrival, found, sent_md5) if film is None else self._scrub(film)
        draft = describe(
            media,
            arrival.form,
            filename=arrival.filename,
            owner=arrival.owner,
            now_s=int(self.clock()),
            expires_within_s=arrival.expires_within_s,
        )
        upload = replace(
            draft,
            album_id=arrival.album_id,
            sent_md5=sent_md5,
            is_approved=not arrival.must_wait,
        )
        return upload, media

    async def _put(self, begun: Upload, media: Media) -> Upload:
        """Store the files; under another name where a file lies that the index knows nothing of."""
        for _ in range(NAME_ATTEMPTS):
            try:
                await self._work(partial(put_all, self.blobs, begun, media))
            except NameTaken:
                begun = await self.index.rename(begun)
            else:
                return begun
        raise Fault(Reason.NO_FREE_NAME)

    async def _withdraw(self, begun: Upload) -> None:
        """Undo what was begun; what can't be undone now, the sweep will find."""
        try:
            await self._work(partial(self.blobs.delete, begun.blob_names()))
            await self.index.remove(begun)
        except Fault as fault:
            LOG.warning("an upload that failed is left to the sweep: %s", fault.message)
            with suppress(Fault):
                await self.index.abandon(begun)

    def _picture(self, arrival: Arrival, found: Format, md5: str) -> Media:
        path, width_px = arrival.spool.path, arrival.form.width_px
        return self.images.make(path, source=found, md5=md5, width_px=width_px)

    def _scrub(self, film: Media) -> Media:
        if self.images.keep_location:
            return film
        scrub = scrub_webm if film.format is WEBM else scrub_video
        return replace(film, md5=md5_of(film.path)) if scrub(film.path) else film

    async def _album_id(self, arrival: Arrival) -> int | None:
        if arrival.form.album is None:
            return None
        album = await self.shelves.find_album(arrival.form.album)
        if album is None or arrival.owner is None or album.user_id != arrival.owner.user_id:
            raise Fault(Reason.BAD_PARAMETER, "album_id is no album of this user")
        return album.album_id

    async def _check_category(self, category_id: int | None) -> None:
        if category_id is None:
            return
        if category_id not in await self.shelves.list_categories():
            raise Fault(Reason.BAD_PARAMETER, "category_id is no category of this host")

    async def _check_new(self, arrival: Arrival) -> None:
        key_id = arrival.owner.key_id if arrival.owner else None
        if key_id is None:
            return
        md5 = await self._work(arrival.spool.close)
        earlier = await self.index.find_sent(key_id, md5)
        if earlier is not None:
            raise Duplicate(earlier)

    async def delete(self, upload: Upload) -> bool:
        """Remove an upload's files, then its row; answers whether this call removed it.

        In this order a crash in between leaves a row that a repeat removes, never a public file.
        """
        names = [] if upload.is_approved else await self.index.list_names(upload)
        await self._work(partial(self.blobs.delete, every_blob_name(upload, names)))
        return await self.index.remove(upload)

    async def approve(self, upload: Upload) -> None:
        """Show an upload that waited; also one whose approval was cut off half way."""
        if upload.is_approved:
            return
        names = await self.index.list_names(upload)
        for _ in range(NAME_ATTEMPTS):
            name = names.pop() if names else await self.index.claim_another(upload)
            try:
                move = partial(publish, self.blobs, upload, public_under(upload, name))
                await self._work(move)
            except NameTaken:  # by a file the index knows nothing of
                continue
            await self.index.approve(upload, name=name)
            return
        raise Fault(Reason.NO_FREE_NAME)

    async def sweep(self) -> int:
        """Delete what has expired or was never finished; returns how many uploads went.

        One that can't be deleted keeps none of the others; the next sweep tries it again.
        """
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
