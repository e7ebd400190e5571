"""What hosts do to the time that a copy is to be kept: noted where it is another than asked for."""

import contextlib
from datetime import timedelta

import structlog

from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.upload import Upload
from imgoe_bot.domain.upload_options import expires_otherwise
from imgoe_bot.errors import ImgoeError
from imgoe_bot.services.ports.notes import Notes

log = structlog.stdlib.get_logger(__name__)


async def note_other_expiry(upload: Upload, after: timedelta | None, *, notes: Notes) -> None:
    """Note that the host keeps a copy for another time; ``/status`` tells moderators.

    The copy exists by now: no remark on it may cost it its record.

    Args:
        upload: the copy.
        after: for how long it was to be kept; None where nothing was said.
        notes: where it is noted.
    """
    if not expires_otherwise(upload, after):
        return
    log.warning("the host did not confirm the expiry", guild=upload.guild_id)
    with contextlib.suppress(ImgoeError):
        await notes.write(expiry_note(upload.guild_id), upload.created_at.isoformat())


def expiry_note(guild_id: GuildId) -> str:
    """Return the name of the note that says when a host last kept a copy for another time."""
    return f"expiry {guild_id}"
