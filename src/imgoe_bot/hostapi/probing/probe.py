"""What a host can do, found out by uploading tiny files and deleting them again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from imgoe_bot.errors import (
    HostBusy,
    HostError,
    HostRefused,
    HostUnreachable,
    ImgoeError,
    KeyRejected,
    MediaRejected,
    SourceBlocked,
)
from imgoe_bot.hostapi.models import BytesSource, DeleteLink, UploadRequest
from imgoe_bot.hostapi.probing.tiny_files import TINY_KINDS, tiny_file
from imgoe_bot.hostapi.sniffing import extension_of
from imgoe_bot.hostapi.wire.reply import UploadReply

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
        untried: the MIME types that nothing is known of: the host failed on them, or was busy or
            away by then.
        keeps_expiry: the reply confirmed the expiry that was asked for.
        moderates: uploads wait for a moderator before they are shown.
        thumb_reachable: the preview can be fetched without a key, as a chat's servers would.
        deletes: the delete link worked; False also where the host gave none.
        left_behind: pages of the probe's own uploads that could not be deleted; where
            ``keeps_expiry`` they vanish within minutes.
        refusal: why the first file was not stored, None when it was.
    """

    key_valid: bool
    formats: frozenset[str] = frozenset()
    untried: tuple[str, ...] = ()
    keeps_expiry: bool | None = None
    moderates: bool | None = None
    thumb_reachable: bool | None = None
    deletes: bool | None = None
    left_behind: tuple[str, ...] = ()
    refusal: ImgoeError | None = None


@dataclass(slots=True)
class _Found:
    """What became of each kind so far; ``left`` has the page of what could not be deleted."""

    formats: set[str] = field(default_factory=set[str])
    untried: list[str] = field(default_factory=list[str])
    left: list[str] = field(default_factory=list[str])


async def probe(host: ProbedHost, *, kinds: Sequence[str] = TINY_KINDS) -> HostAbilities:
    """Try one tiny file of each kind; each counts against the host's flood limit.

    Args:
        host: the client to look through.
        kinds: MIME types of ``TINY_KINDS``, at least one; the first answers all but ``formats``.

    Raises:
        HostError: the host is unreachable, busy, broken, or no host of this API, at the first kind;
            later ones are ``untried`` then.
    """
    try:
        first = await host.upload(_tiny(kinds[0]))
    except KeyRejected as refusal:
        return HostAbilities(key_valid=False, refusal=refusal)
    except (HostRefused, MediaRejected) as refusal:
        return HostAbilities(key_valid=True, refusal=refusal)
    thumb_url = first.thumb_url
    thumb_reachable = await host.is_public(thumb_url) if thumb_url else None
    found = _Found()
    await _note(host, kinds[0], reply=first, found=found)
    deletes = not found.left
    await _try_each(host, kinds[1:], found=found)
    return HostAbilities(
        key_valid=True,
        formats=frozenset(found.formats),
        untried=tuple(found.untried),
        keeps_expiry=not first.expiry_mismatch,
        moderates=not first.is_approved,
        thumb_reachable=thumb_reachable,
        deletes=deletes,
        left_behind=tuple(found.left),
    )


def _tiny(kind: str) -> UploadRequest:
    source = BytesSource(tiny_file(kind), filename=f"probe{extension_of(kind)}")
    return UploadRequest(source, title="probe", expires_after=EXPIRES_AFTER)


async def _try_each(host: ProbedHost, kinds: Sequence[str], *, found: _Found) -> None:
    """Try kinds until the host is busy or away; one that it breaks on says nothing of the next."""
    for number, kind in enumerate(kinds):
        try:
            reply = await host.upload(_tiny(kind))
        except (HostRefused, MediaRejected):
            continue
        except (HostBusy, HostUnreachable):
            found.untried.extend(kinds[number:])
            return
        except HostError:
            found.untried.append(kind)
            continue
        await _note(host, kind, reply=reply, found=found)


async def _note(host: ProbedHost, kind: str, *, reply: UploadReply, found: _Found) -> None:
    found.formats.add(kind)
    if (page := await _leftover(host, reply)) is not None:
        found.left.append(page)


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
