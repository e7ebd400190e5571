"""The files of one upload: stored together, moved to the public, found again.

Everything here blocks and runs in a worker thread. Every step may be repeated after a kill.
"""

from contextlib import suppress
from dataclasses import replace

from imgoe_bot.hostserver.faults import Fault
from imgoe_bot.hostserver.file_facts import Media
from imgoe_bot.hostserver.index.records import Upload
from imgoe_bot.hostserver.storage.blobs import Blobs, NameTaken, NewFile


def put_upload(blobs: Blobs, upload: Upload, media: Media) -> None:
    """Store renditions first, the original last; all or none.

    Raises:
        NameTaken, Fault: nothing of it is left behind.
    """
    original, *smaller = upload.blob_names()
    by_mark = {rendition.mark: rendition for rendition in media.renditions}
    made = [by_mark[mark] for mark in ("th", "md", "fr") if mark in by_mark]
    files = [
        NewFile(name, rendition.mime, rendition.data)
        for name, rendition in zip(smaller, made, strict=True)
    ]
    blobs.put([*files, NewFile(original, upload.mime, media.path)])


def as_approved(upload: Upload, name: str) -> Upload:
    """Return an upload as it is once the public sees it under ``name``."""
    return replace(upload, name=name, is_approved=True)


def publish(blobs: Blobs, waiting: Upload, public: Upload) -> None:
    """Move an upload's files to where the public reads them; all or none.

    Raises:
        NameTaken, Fault: all of them wait as before.
    """
    moved: list[tuple[str, str]] = []
    try:
        for old, new in zip(waiting.blob_names(), public.blob_names(), strict=True):
            blobs.move(old, new)
            moved.append((old, new))
        blobs.sync([new for _, new in moved])
    except (NameTaken, Fault):
        with suppress(NameTaken, Fault):
            for old, new in moved:
                blobs.move(new, old)
        raise


def all_blob_names(upload: Upload, names: list[str]) -> list[str]:
    """Return where an upload's files may lie; an approval cut off leaves some under ``names``."""
    if upload.is_approved:
        return upload.blob_names()
    public = [as_approved(upload, name).blob_names() for name in names]
    return [*upload.blob_names(), *(name for blob_names in public for name in blob_names)]
