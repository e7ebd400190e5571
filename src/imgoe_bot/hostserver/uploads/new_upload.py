"""The index row of a file that is about to be stored."""

from datetime import UTC, datetime

from imgoe_bot.hostserver.file_facts import Media
from imgoe_bot.hostserver.index.records import Account, Upload
from imgoe_bot.hostserver.intake.form import UploadForm
from imgoe_bot.hostserver.names import clean_text, file_stem, new_id, title_from

FILENAME_KEPT = 255
TITLE_KEPT = 100


def _expires_at(form: UploadForm, now_s: int, within_s: int | None) -> int | None:
    waits = [within_s] if within_s is not None else []
    if form.expires_after is not None:
        waits.append(int(form.expires_after.total_seconds()))
    return now_s + min(waits) if waits else None


def _dated(media: Media, form: UploadForm, owner: Account | None, now_s: int) -> int:
    """Return the moment an upload counts as made: the camera's, where an admin asks for it."""
    if not (form.use_file_date and owner is not None and owner.is_admin and media.taken_at):
        return now_s
    try:
        taken = datetime.strptime(media.taken_at, "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return now_s
    return min(max(int(taken.timestamp()), 0), now_s)


def _title(media: Media, form: UploadForm, filename: str | None, stem: str) -> str:
    found = form.title or media.title or (title_from(filename) if filename else "") or stem
    return clean_text(found)[:TITLE_KEPT] or stem


def new_upload(
    media: Media,
    form: UploadForm,
    *,
    filename: str | None,
    owner: Account | None,
    now_s: int,
    expires_within_s: int | None,
) -> Upload:
    """Return the row of a new upload, approved and in no album."""
    stem = file_stem(filename or "")
    sizes = {rendition.mark: len(rendition.data) for rendition in media.renditions}
    extensions = {rendition.mark: rendition.extension for rendition in media.renditions}
    created_at = _dated(media, form, owner, now_s)
    return Upload(
        public_id=new_id(),
        user_id=owner.user_id if owner else None,
        key_id=owner.key_id if owner else None,
        album_id=None,
        category_id=form.category_id,
        folder=datetime.fromtimestamp(created_at, UTC).strftime("%Y/%m/%d"),
        name=stem,
        extension=media.format.extension,
        mime=media.format.mime,
        is_video=media.format.is_video,
        size_bytes=media.size_bytes,
        width_px=media.width_px,
        height_px=media.height_px,
        title=_title(media, form, filename, stem),
        description=form.description or media.description,
        original_filename=clean_text(filename or "")[:FILENAME_KEPT] or stem,
        md5=media.md5,
        sent_md5=media.md5,
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
        expires_at=_expires_at(form, now_s, expires_within_s),
        created_at=created_at,
        tags=form.tags,
    )
