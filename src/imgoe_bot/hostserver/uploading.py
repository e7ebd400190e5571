"""The use case: a file that arrived becomes a stored, indexed upload."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from imgoe_bot.hostserver.blobs import Blobs, NameTaken
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.form import UploadForm
from imgoe_bot.hostserver.formats import GIF, JPEG, PNG, WEBP, Format, sniff
from imgoe_bot.hostserver.index import UploadIndex
from imgoe_bot.hostserver.media import Media
from imgoe_bot.hostserver.names import file_stem, new_id, random_name, title_from, with_suffix
from imgoe_bot.hostserver.pipeline import ImageLimits, make_image
from imgoe_bot.hostserver.records import Account, Upload
from imgoe_bot.hostserver.spool import Spool

Result = TypeVar("Result")

ACCEPTED = frozenset({JPEG, PNG, GIF, WEBP})
NAME_ATTEMPTS = 8
FILENAME_KEPT = 255


def check_format(spool: Spool) -> Format:
    """Return the format of what arrived.

    Raises:
        Fault: no bytes, or none of an accepted format.
    """
    if not spool.size_bytes:
        raise Fault(Reason.EMPTY_SOURCE)
    found = sniff(spool.head)
    if found is None or found not in ACCEPTED:
        raise Fault(Reason.UNSUPPORTED)
    return found


def _describe(media: Media, form: UploadForm, filename: str, now_s: int) -> Upload:
    """Return the index row of an upload that belongs to nobody yet."""
    stem = file_stem(filename)
    sizes = {rendition.mark: len(rendition.data) for rendition in media.renditions}
    extensions = {rendition.mark: rendition.extension for rendition in media.renditions}
    expires_at = None
    if form.expires_after is not None:
        expires_at = now_s + int(form.expires_after.total_seconds())
    return Upload(
        public_id=new_id(),
        user_id=None,
        key_id=None,
        album_id=None,
        category_id=form.category_id,
        folder=datetime.fromtimestamp(now_s, UTC).strftime("%Y/%m/%d"),
        name=stem,
        extension=media.format.extension,
        mime=media.format.mime,
        is_video=media.format.is_video,
        size_bytes=media.size_bytes,
        width_px=media.width_px,
        height_px=media.height_px,
        title=form.title or media.title or title_from(filename) or stem,
        description=form.description or media.description,
        original_filename=filename[:FILENAME_KEPT],
        md5=media.md5,
        source_md5=media.source_md5,
        exif_json=media.exif_json,
        nsfw=form.nsfw,
        is_animated=media.is_animated,
        is_approved=True,
        duration_s=media.duration_s,
        thumb_extension=extensions.get("th"),
        thumb_size_bytes=sizes.get("th", 0),
        medium_extension=extensions.get("md"),
        medium_size_bytes=sizes.get("md", 0),
        frame_size_bytes=sizes.get("fr", 0),
        views=0,
        expires_at=expires_at,
        created_at=now_s,
    )


def _put_all(blobs: Blobs, upload: Upload, media: Media) -> None:
    """Store renditions first, the original last; all or none.

    Raises:
        NameTaken, Fault: nothing of it is left behind.
    """
    written: list[str] = []
    try:
        for rendition in media.renditions:
            name = f"{upload.folder}/{upload.rendition_name(rendition.mark)}"
            blobs.put_bytes(rendition.data, name, mime=rendition.mime)
            written.append(name)
        blobs.put_file(media.path, f"{upload.folder}/{upload.file_name}", mime=upload.mime)
    except (NameTaken, Fault):
        blobs.delete(written)
        raise


def put_under_free_name(blobs: Blobs, upload: Upload, media: Media) -> Upload:
    """Store an upload's files, under another name where its own is taken; blocks.

    Returns:
        The upload with the name it got.
    """
    candidate = upload
    for _ in range(NAME_ATTEMPTS):
        try:
            _put_all(blobs, candidate, media)
        except NameTaken:
            candidate = replace(upload, name=with_suffix(upload.name))
        else:
            return candidate
    raise Fault(Reason.STORAGE_FULL, "No free name for the file")


@dataclass(frozen=True, slots=True)
class Uploading:
    """Stores what arrives and removes what is to go."""

    index: UploadIndex
    blobs: Blobs
    workers: Executor
    limits: ImageLimits
    clock: Callable[[], float]

    async def _work(self, call: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self.workers, call)

    async def store(
        self, spool: Spool, *, filename: str | None, form: UploadForm, owner: Account | None
    ) -> Upload:
        """Check, convert, store and index one file.

        Raises:
            Fault: it can't be taken; nothing is left behind.
        """
        found = check_format(spool)
        md5 = await spool.close()
        make = partial(
            make_image,
            spool.path,
            source=found,
            md5=md5,
            limits=self.limits,
            width_px=form.width_px,
        )
        media = await self._work(make)
        upload = _describe(media, form, filename or random_name(12), int(self.clock()))
        owned = replace(
            upload,
            user_id=owner.user_id if owner else None,
            key_id=owner.key_id if owner else None,
            tags=form.tags,
        )
        return await self._keep(owned, media)

    async def _keep(self, upload: Upload, media: Media) -> Upload:
        stored = await self._work(partial(put_under_free_name, self.blobs, upload, media))
        try:
            await self.index.add(stored)
        except BaseException:
            self.blobs.delete(stored.blob_names())
            raise
        return stored

    async def delete(self, upload: Upload) -> bool:
        """Remove an upload's files, then its row; answers whether this call removed it.

        In this order a crash in between leaves a row that a repeat removes, never a public file.
        """
        await self._work(partial(self.blobs.delete, upload.blob_names()))
        return await self.index.remove(upload.public_id)
