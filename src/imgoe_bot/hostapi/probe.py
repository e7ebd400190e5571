"""What a host can do, found out by uploading 1x1 images and deleting them again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from imgoe_bot.errors import (
    HostError,
    HostRefused,
    ImgoeError,
    KeyRejected,
    MediaRejected,
    SourceBlocked,
)
from imgoe_bot.hostapi.models import BytesSource, DeleteLink, UploadRequest
from imgoe_bot.hostapi.reply import UploadReply
from imgoe_bot.hostapi.tiny import TINY_KINDS, tiny_image

EXPIRES_AFTER = timedelta(minutes=5)


class ProbedHost(Protocol):
    """What the probe needs of a client."""

    async def upload(self, request: UploadRequest) -> UploadReply:
        """Upload once."""
        ...

    async def delete(self, link: DeleteLink) -> bool:
        """Delete one upload."""
        ...

    async def is_public(self, url: str) -> bool:
        """Whether anybody can fetch an address."""
        ...


@dataclass(frozen=True, slots=True)
class HostAbilities:
    """What a probe saw. None means that it could not be seen.

    Attributes:
        key_valid: the host takes uploads with this key (or from guests, without one).
        formats: the MIME types that were stored, of those tried.
        keeps_expiry: the reply confirmed the expiry that was asked for.
        moderates: uploads wait for a moderator before they are shown.
        thumb_reachable: the preview can be fetched without a key, as a chat's servers would.
        deletes: the delete link worked; False also where the host gave none.
        left_behind: pages of the probe's own uploads that could not be deleted; where
            ``keeps_expiry`` they vanish within minutes.
        refusal: why the first image was not stored, None when it was.
    """

    key_valid: bool
    formats: frozenset[str] = frozenset()
    keeps_expiry: bool | None = None
    moderates: bool | None = None
    thumb_reachable: bool | None = None
    deletes: bool | None = None
    left_behind: tuple[str, ...] = ()
    refusal: ImgoeError | None = None


async def probe(host: ProbedHost, *, kinds: Sequence[str] = TINY_KINDS) -> HostAbilities:
    """Try one tiny image of each kind; each counts against the host's flood limit.

    Args:
        host: the client to look through.
        kinds: MIME types of ``TINY_KINDS``, at least one; the first answers all but ``formats``.

    Raises:
        HostError: the host is unreachable, busy, broken, or no host of this API.
    """
    try:
        first = await host.upload(_tiny(kinds[0]))
    except KeyRejected as refusal:
        return HostAbilities(key_valid=False, refusal=refusal)
    except (HostRefused, MediaRejected) as refusal:
        return HostAbilities(key_valid=True, refusal=refusal)
    thumb_url = first.thumb_url
    thumb_reachable = await host.is_public(thumb_url) if thumb_url else None
    leftovers = [await _leftover(host, first)]
    formats = {kinds[0]}
    for kind in kinds[1:]:
        if (reply := await _upload_if_taken(host, kind)) is not None:
            formats.add(kind)
            leftovers.append(await _leftover(host, reply))
    return HostAbilities(
        key_valid=True,
        formats=frozenset(formats),
        keeps_expiry=not first.expiry_mismatch,
        moderates=not first.is_approved,
        thumb_reachable=thumb_reachable,
        deletes=leftovers[0] is None,
        left_behind=tuple(page for page in leftovers if page is not None),
    )


def _tiny(kind: str) -> UploadRequest:
    source = BytesSource(tiny_image(kind), filename=f"probe.{kind.removeprefix('image/')}")
    return UploadRequest(source, title="probe", expires_after=EXPIRES_AFTER)


async def _upload_if_taken(host: ProbedHost, kind: str) -> UploadReply | None:
    try:
        return await host.upload(_tiny(kind))
    except (HostRefused, MediaRejected):
        return None


async def _leftover(host: ProbedHost, reply: UploadReply) -> str | None:
    """Delete; return the page of what could not be deleted."""
    page = reply.viewer_url or reply.id or ""
    if reply.delete_link is None:
        return page
    try:
        await host.delete(reply.delete_link)
    except (HostError, SourceBlocked):
        return page
    return None
