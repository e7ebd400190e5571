"""What is done for one upload, from its bytes to its row, and back again.

Everything here blocks and runs in a worker thread, so that one upload costs one hop there.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from imgoe_bot.hostserver.decoding.renditions import ImageMaker, md5_of
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.file_facts import Media
from imgoe_bot.hostserver.formats import WEBM, Format
from imgoe_bot.hostserver.index.file_names import NAME_ATTEMPTS
from imgoe_bot.hostserver.index.lifecycle import Ledger
from imgoe_bot.hostserver.index.records import Account, Upload
from imgoe_bot.hostserver.intake.form import UploadForm
from imgoe_bot.hostserver.intake.spool import Spool
from imgoe_bot.hostserver.scrubbing.stills import scrub_video
from imgoe_bot.hostserver.scrubbing.webm import scrub_webm
from imgoe_bot.hostserver.storage.blobs import Blobs, NameTaken
from imgoe_bot.hostserver.storage.placing import every_blob_name, public_under, publish, put_all
from imgoe_bot.hostserver.uploads.drafts import describe

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
class Keeper:
    """Keeps uploads: their files in a storage, their rows in the ledger."""

    ledger: Ledger
    blobs: Blobs
    images: ImageMaker
    clock: Callable[[], float]

    def keep(self, arrival: Arrival, found: Format, film: Media | None) -> Upload:
        """Store a file that arrived; an image is made ready here, a ``film`` already was.

        What is to be is noted, the files are stored, that they are there is noted. Killed in
        between, it leaves no file that the index doesn't know and the sweep won't find.

        Raises:
            Fault: it can't be taken; nothing is left behind.
            Duplicate: it was taken before, and the arrival refuses that.
        """
        draft, media = self._make(arrival, found, film)
        begun = self.ledger.begin(draft, refuse_repeat=arrival.refuse_duplicate)
        for _ in range(NAME_ATTEMPTS):
            try:
                put_all(self.blobs, begun, media)
                return self.ledger.finish(begun)
            except NameTaken:  # by a file the index knows nothing of
                begun = self.ledger.rename(begun)
            except BaseException:
                self._withdraw(begun)
                raise
        self.ledger.remove(begun)
        raise Fault(Reason.NO_FREE_NAME)

    def _make(self, arrival: Arrival, found: Format, film: Media | None) -> tuple[Upload, Media]:
        """Return the row of an upload and its files."""
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

    def _withdraw(self, begun: Upload) -> None:
        """Undo what was begun; what can't be undone now, the sweep will find."""
        try:
            self.blobs.delete(begun.blob_names())
            self.ledger.remove(begun)
        except Fault as fault:
            LOG.warning("an upload that failed is left to the sweep: %s", fault.message)
            with suppress(Fault):
                self.ledger.abandon(begun)

    def _picture(self, arrival: Arrival, found: Format, md5: str) -> Media:
        path, width_px = arrival.spool.path, arrival.form.width_px
        return self.images.make(path, source=found, md5=md5, width_px=width_px)

    def _scrub(self, film: Media) -> Media:
        if self.images.keep_location:
            return film
        scrub = scrub_webm if film.format is WEBM else scrub_video
        return replace(film, md5=md5_of(film.path)) if scrub(film.path) else film

    def delete(self, upload: Upload) -> bool:
        """Remove an upload's files, then its row; answers whether this call removed it.

        In this order a crash in between leaves a row that a repeat removes, never a public file.
        """
        names = [] if upload.is_approved else self.ledger.list_names(upload)
        self.blobs.delete(every_blob_name(upload, names))
        return self.ledger.remove(upload)

    def approve(self, upload: Upload) -> None:
        """Show an upload that waited; also one whose approval was cut off half way."""
        if upload.is_approved:
            return
        names = self.ledger.list_names(upload)
        for _ in range(NAME_ATTEMPTS):
            name = names.pop() if names else self.ledger.claim_another(upload)
            try:
                publish(self.blobs, upload, public_under(upload, name))
            except NameTaken:  # by a file the index knows nothing of
                continue
            self.ledger.approve(upload, name=name)
            return
        raise Fault(Reason.NO_FREE_NAME)
