"""What is done for one upload, from its bytes to its row, and back again.

Everything here blocks and runs in a worker thread, so that one upload costs one hop there.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from imgoe_bot.hostserver.decoding.image_processor import ImageProcessor, md5_of
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.file_facts import Media
from imgoe_bot.hostserver.formats import WEBM, Format
from imgoe_bot.hostserver.index.file_names import NAME_ATTEMPTS
from imgoe_bot.hostserver.index.idempotency import RequestKey
from imgoe_bot.hostserver.index.lifecycle import UploadLifecycle
from imgoe_bot.hostserver.index.records import Account, Upload
from imgoe_bot.hostserver.intake.form import UploadForm
from imgoe_bot.hostserver.intake.spool import Spool
from imgoe_bot.hostserver.scrubbing.mp4 import scrub_mp4
from imgoe_bot.hostserver.scrubbing.webm import scrub_webm
from imgoe_bot.hostserver.storage.blobs import Blobs, NameTaken
from imgoe_bot.hostserver.storage.upload_files import (
    all_blob_names,
    as_approved,
    publish,
    put_upload,
)
from imgoe_bot.hostserver.uploads.new_upload import new_upload

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A file that arrived, and what is to become of it.

    Attributes:
        filename: the client's name for it, None without one.
        owner: None for a guest.
        needs_approval: keep it from the public until an admin approves.
        expires_within_s: it goes after this long even when the form says later or nothing.
        refuse_duplicate: refuse bytes that came with the same key before.
        album_id: the album's number, once it was found to be the owner's.
        request_key: what the request has as its Idempotency-Key; None without one.
    """

    spool: Spool
    form: UploadForm
    filename: str | None = None
    owner: Account | None = None
    needs_approval: bool = False
    expires_within_s: int | None = None
    refuse_duplicate: bool = False
    album_id: int | None = None
    request_key: RequestKey | None = None


@dataclass(frozen=True, slots=True)
class UploadStore:
    """Stores and removes uploads: their files in a storage, their rows in the index."""

    lifecycle: UploadLifecycle
    blobs: Blobs
    images: ImageProcessor
    clock: Callable[[], float]

    def store(self, received: ReceivedFile, found: Format, video: Media | None) -> Upload:
        """Store a file that arrived; an image is made ready here, a ``video`` already was.

        What is to be is noted, the files are stored, that they are there is noted. Killed in
        between, it leaves no file that the index doesn't know and the sweep won't find.

        Raises:
            Fault: it can't be taken; nothing is left behind.
            Duplicate: it was taken before, and this is to be refused.
            KeyTaken: another request has its Idempotency-Key.
        """
        row, media = self._prepare(received, found, video)
        begun = self.lifecycle.begin(
            row, refuse_repeat=received.refuse_duplicate, request_key=received.request_key
        )
        for _ in range(NAME_ATTEMPTS):
            try:
                put_upload(self.blobs, begun, media)
                return self.lifecycle.finish(begun)
            except NameTaken:  # by a file the index knows nothing of
                begun = self.lifecycle.rename(begun)
            except BaseException:
                self._roll_back(begun)
                raise
        self.lifecycle.remove(begun)
        raise Fault(Reason.NO_FREE_NAME)

    def _prepare(
        self, received: ReceivedFile, found: Format, video: Media | None
    ) -> tuple[Upload, Media]:
        """Return the row of an upload and its files."""
        sent_md5 = received.spool.close()
        media = (
            self._process_image(received, found, sent_md5) if video is None else self._scrub(video)
        )
        row = new_upload(
            media,
            received.form,
            filename=received.filename,
            owner=received.owner,
            now_s=int(self.clock()),
            expires_within_s=received.expires_within_s,
        )
        upload = replace(
            row,
            album_id=received.album_id,
            sent_md5=sent_md5,
            is_approved=not received.needs_approval,
        )
        return upload, media

    def _roll_back(self, begun: Upload) -> None:
        """Undo what was begun; what can't be undone now, the sweep will find."""
        try:
            self.blobs.delete(begun.blob_names())
            self.lifecycle.remove(begun)
        except Fault as fault:
            LOG.warning("an upload that failed is left to the sweep: %s", fault.message)
            with suppress(Fault):
                self.lifecycle.abandon(begun)

    def _process_image(self, received: ReceivedFile, found: Format, md5: str) -> Media:
        path, width_px = received.spool.path, received.form.width_px
        return self.images.process(path, source=found, md5=md5, width_px=width_px)

    def _scrub(self, video: Media) -> Media:
        if self.images.keep_location:
            return video
        scrub = scrub_webm if video.format is WEBM else scrub_mp4
        return replace(video, md5=md5_of(video.path)) if scrub(video.path) else video

    def delete(self, upload: Upload) -> bool:
        """Remove an upload's files, then its row; answers whether this call removed it.

        In this order a crash in between leaves a row that a repeat removes, never a public file.
        """
        names = [] if upload.is_approved else self.lifecycle.list_names(upload)
        self.blobs.delete(all_blob_names(upload, names))
        return self.lifecycle.remove(upload)

    def approve(self, upload: Upload) -> None:
        """Show an upload that waited; also one whose approval was cut off half way."""
        if upload.is_approved:
            return
        names = self.lifecycle.list_names(upload)
        for _ in range(NAME_ATTEMPTS):
            name = names.pop() if names else self.lifecycle.claim_another(upload)
            try:
                publish(self.blobs, upload, as_approved(upload, name))
            except NameTaken:  # by a file the index knows nothing of
                continue
            self.lifecycle.approve(upload, name=name)
            return
        raise Fault(Reason.NO_FREE_NAME)
