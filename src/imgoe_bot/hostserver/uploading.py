"""The use cases: a file that arrived becomes an upload, is approved, and goes again."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from imgoe_bot.hostserver.blobs import Blobs, NameTaken
from imgoe_bot.hostserver.drafts import describe
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.form import UploadForm
from imgoe_bot.hostserver.formats import MOV, MP4, Format, sniff
from imgoe_bot.hostserver.index import UploadIndex
from imgoe_bot.hostserver.media import Media
from imgoe_bot.hostserver.names import with_suffix
from imgoe_bot.hostserver.pipeline import ImageMaker, md5_of
from imgoe_bot.hostserver.records import Account, Upload
from imgoe_bot.hostserver.scrub import scrub_video
from imgoe_bot.hostserver.shelves import Shelves
from imgoe_bot.hostserver.spool import Spool
from imgoe_bot.hostserver.video import VideoReader

Result = TypeVar("Result")
NAME_ATTEMPTS = 8


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


class Duplicate(Exception):
    """These bytes were uploaded with this key before; ``upload`` is what they became."""

    def __init__(self, upload: Upload) -> None:
        super().__init__(upload.public_id)
        self.upload = upload


def put_all(blobs: Blobs, upload: Upload, media: Media) -> None:
    """Store renditions first, the original last; all or none; blocks.

    Raises:
        NameTaken, Fault: nothing of it is left behind.
    """
    written: list[str] = []
    original, *smaller = upload.blob_names()
    by_mark = {rendition.mark: rendition for rendition in media.renditions}
    made = [by_mark[mark] for mark in ("th", "md", "fr") if mark in by_mark]
    try:
        for name, rendition in zip(smaller, made, strict=True):
            blobs.put_bytes(rendition.data, name, mime=rendition.mime)
            written.append(name)
        blobs.put_file(media.path, original, mime=upload.mime)
    except (NameTaken, Fault):
        blobs.delete(written)
        raise


def under_free_name(upload: Upload, store: Callable[[Upload], None]) -> Upload:
    """Call ``store`` with the upload, under other names while its own is taken; blocks.

    Returns:
        The upload with the name it got.

    Raises:
        Fault: each name was taken; a repeat may find a free one.
    """
    candidate = upload
    for _ in range(NAME_ATTEMPTS):
        try:
            store(candidate)
        except NameTaken:
            candidate = replace(upload, name=with_suffix(upload.name))
        else:
            return candidate
    raise Fault(Reason.NO_FREE_NAME)


def _publish(blobs: Blobs, waiting: Upload, approved: Upload) -> None:
    """Move an upload's files to where the public reads them; all or none; blocks."""
    moved: list[tuple[str, str]] = []
    try:
        for old, new in zip(waiting.blob_names(), approved.blob_names(), strict=True):
            blobs.move(old, new)
            moved.append((old, new))
    except (NameTaken, Fault):
        for old, new in moved:
            blobs.move(new, old)
        raise


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
        stored = await self._put_whole(partial(self._put, taken, found, film))
        await self._index(stored)
        return stored

    async def _film(self, arrival: Arrival, found: Format) -> Media:
        md5 = await self._work(arrival.spool.close)
        size_bytes = arrival.spool.size_bytes
        return await self.videos.make_video(
            arrival.spool.path, source=found, md5=md5, size_bytes=size_bytes
        )

    async def _put_whole(self, put: Callable[[], Upload]) -> Upload:
        """Run ``put``; a thread can't be stopped, so when we are, undo what it finishes."""
        work = asyncio.ensure_future(self._work(put))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            stored = await work
            await self._work(partial(self.blobs.delete, stored.blob_names()))
            raise

    def _put(self, arrival: Arrival, found: Format, film: Media | None) -> Upload:
        """Convert and store the files in one go: each hop between threads costs 0.3 ms."""
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
        return under_free_name(upload, partial(put_all, self.blobs, media=media))

    def _picture(self, arrival: Arrival, found: Format, md5: str) -> Media:
        path, width_px = arrival.spool.path, arrival.form.width_px
        return self.images.make(path, source=found, md5=md5, width_px=width_px)

    def _scrub(self, film: Media) -> Media:
        if self.images.keep_location or film.format not in (MP4, MOV):
            return film
        return replace(film, md5=md5_of(film.path)) if scrub_video(film.path) else film

    async def _index(self, stored: Upload) -> None:
        try:
            await self.index.add(stored)
        except BaseException:
            await asyncio.shield(self._work(partial(self.blobs.delete, stored.blob_names())))
            raise

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
        if earlier is not None and not earlier.is_expired(self.clock()):
            raise Duplicate(earlier)

    async def delete(self, upload: Upload) -> bool:
        """Remove an upload's files, then its row; answers whether this call removed it.

        In this order a crash in between leaves a row that a repeat removes, never a public file.
        """
        await self._work(partial(self.blobs.delete, upload.blob_names()))
        return await self.index.remove(upload)

    async def approve(self, upload: Upload) -> None:
        """Show an upload that waited; under another name where its own is taken by now."""
        if upload.is_approved:
            return
        approved = replace(upload, is_approved=True)
        move = partial(_publish, self.blobs, upload)
        public = await self._work(partial(under_free_name, approved, move))
        await self.index.approve(upload.public_id, name=public.name)

    async def sweep(self) -> int:
        """Delete what has expired; returns how many uploads went."""
        expired = await self.index.list_expired(self.clock())
        for upload in expired:
            await self.delete(upload)
        return len(expired)


def clear_staging(folder: Path, *, older_than_s: float, now_s: float) -> None:
    """Remove temporary files that a killed process left behind; blocks."""
    for path in folder.glob("*"):
        if path.stat().st_mtime < now_s - older_than_s:
            path.unlink(missing_ok=True)
