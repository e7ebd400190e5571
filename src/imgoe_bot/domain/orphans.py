"""Likely orphans: copies that a host may have stored without our having got its answer."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from imgoe_bot.domain.ids import AttachmentId, GuildId, PostId
from imgoe_bot.domain.job import Job, Sending

_NAME_MAX = 200


@dataclass(frozen=True, slots=True)
class Orphan:
    """A copy that nobody can delete but the host's own people, if it is there.

    Attributes:
        size_bytes: None where its source did not tell.
        probable_url: where it lies on a Chevereto site, unless another file had its name.
    """

    host_url: str
    guild_id: GuildId
    post_id: PostId
    attachment_id: AttachmentId
    filename: str
    size_bytes: int | None
    sent_at: datetime
    probable_url: str


@dataclass(frozen=True, slots=True)
class KnownOrphan:
    """One that is stored, by its number."""

    id: int
    orphan: Orphan


@dataclass(frozen=True, slots=True)
class LeftUndone:
    """How much is left for somebody to mend."""

    parked: int
    given_up: int
    orphans: int


def likely_orphan(job: Job, sending: Sending) -> Orphan:
    """Return what a try may have left whose answer was lost."""
    return Orphan(
        host_url=sending.host_url,
        guild_id=job.guild_id,
        post_id=job.post_id,
        attachment_id=job.item.attachment_id if job.item else AttachmentId(0),
        filename=sending.filename,
        size_bytes=sending.size_bytes,
        sent_at=sending.at,
        probable_url=probable_url(sending.host_url, sending.filename, at=sending.at),
    )


def probable_url(host_url: str, filename: str, *, at: datetime) -> str:
    """Return where a Chevereto site keeps a file, if its name was free there.

    Source: API.md section 2, "A lost answer", and section 4, names.
    """
    path = PurePosixPath(filename)
    plain = unicodedata.normalize("NFKD", path.stem).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9_.-]", "", re.sub(r"\s+", "-", plain))[:_NAME_MAX]
    extension = path.suffix.lower().replace(".jpeg", ".jpg")
    return f"{host_url}/images/{at.astimezone(UTC):%Y/%m/%d}/{stem}{extension}"
