"""The image host, reached through the ``hostapi`` client."""

import re
from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import quote

import httpx

from imgoe_bot.adapters.sources.guarded_http import was_blocked
from imgoe_bot.domain.guild import ApiKey
from imgoe_bot.domain.upload import DeleteLink, Details, Stored
from imgoe_bot.errors import BadReply, HostUnreachable, SettingsRejected
from imgoe_bot.hostapi import (
    UNKNOWN_BYTES,
    HostClient,
    KeyState,
    Published,
    StreamSource,
    UploadReply,
    UploadRequest,
    answer_wait_s,
    made_unique,
)
from imgoe_bot.hostapi import DeleteLink as WireDeleteLink
from imgoe_bot.services.ports.image_host import Recall, SentState
from imgoe_bot.services.ports.media import MediaFile

CHECK_MAX_S = 20
"""How long a person waits to hear whether their key works."""

LOOK_MAX_S = 30
"""How long a look at an upload's page may take."""

DELETE_MAX_S = 120
"""How long the deletion of one upload may take."""

CONNECT_MAX_S = 30.0
"""For a few tries to connect, each with name and TLS."""

SLOWEST_BYTES_S = 64 * 1024

LARGEST_COUNT = 2**31 - 1
"""What the store's columns for pixels and seconds hold."""

_ADDRESS = re.compile(r"https?://[!-;=?-~]{1,1900}")
"""An address that can stand in a message's ``<…>``: ASCII without spaces and angle brackets."""
_NO_MIME = "application/octet-stream"
_STATES = {
    KeyState.NOT_STORED: SentState.NOT_STORED,
    KeyState.UNDER_WAY: SentState.UNDER_WAY,
    KeyState.DELETED: SentState.DELETED,
    KeyState.UNKNOWN: SentState.UNKNOWN,
}
_MIME = re.compile(r"(image|video)/[a-z0-9.+-]{1,40}")


class CheveretoHost:
    """``ports.ImageHost`` for every host that speaks the upload API V1.1."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        guarded: httpx.AsyncClient | None = None,
        known: Collection[str] = (),
    ) -> None:
        """Take clients; hosts and keys come with each call and share their connections.

        Args:
            http: connects to every address.
            guarded: connects to the public internet only; every host but those ``known`` is
                reached through it. None trusts whoever names a host.
            known: the base addresses of the operator's own choice.
        """
        self._http = http
        self._guarded = guarded or http
        self._known = known

    async def upload(
        self,
        media: MediaFile,
        *,
        host_url: str,
        key: ApiKey,
        details: Details,
        idempotency_key: str | None = None,
        is_unique: bool = False,
    ) -> Stored:
        """Store the bytes; see the port."""
        chunks, size_bytes = media.chunks, media.size_bytes
        if is_unique and idempotency_key is not None:
            other = await made_unique(chunks, size_bytes=size_bytes, mark=idempotency_key)
            chunks, size_bytes = other.chunks, other.size_bytes
        source = StreamSource(
            chunks=chunks,
            size_bytes=size_bytes,
            filename=media.filename,
            mime=media.mime,
        )
        client = HostClient(
            host_url,
            key=key.value,
            http=self._http_to(host_url),
            total_s=upload_max_s(media.mime, media.size_bytes),
        )
        request = UploadRequest(
            source=source,
            title=details.title,
            description=details.description,
            tags=details.tags,
            album_id=details.album_id,
            category_id=details.category_id,
            width_px=details.width_px,
            expires_after=details.expires_after,
            nsfw=details.nsfw or None,
            idempotency_key=idempotency_key,
        )
        with _private_addresses_named():
            reply = await client.upload(request)
        return _stored(reply, mime=media.mime, size_bytes=size_bytes or 0, host_url=host_url)

    async def recall(self, idempotency_key: str, *, host_url: str, key: ApiKey) -> Recall:
        """Ask what became of an upload; see the port."""
        http = self._http_to(host_url)
        client = HostClient(host_url, key=key.value, http=http, total_s=LOOK_MAX_S)
        with _private_addresses_named():
            found = await client.find_by_key(idempotency_key)
        if found.reply is None:
            return Recall(_STATES[found.state])
        stored = _stored(found.reply, mime=_NO_MIME, size_bytes=0, host_url=host_url)
        return Recall(SentState.STORED, stored)

    async def delete(self, link: DeleteLink, *, host_url: str) -> bool:
        """Delete one upload; see the port."""
        client = HostClient(host_url, http=self._http_to(host_url), total_s=DELETE_MAX_S)
        with _private_addresses_named():
            return await client.delete(WireDeleteLink(link.value))

    async def find_published(self, stored: Stored, *, host_url: str) -> Stored | None:
        """Look at an upload's page; see the port."""
        client = HostClient(host_url, http=self._http_to(host_url), total_s=LOOK_MAX_S)
        with _private_addresses_named():
            page = await client.find_published(stored.viewer_url)
        return None if page is None else _published(stored, page)

    async def check_key(self, *, host_url: str, key: ApiKey) -> None:
        """Try a key with a tiny image; see the port."""
        http = self._http_to(host_url)
        client = HostClient(host_url, key=key.value, http=http, total_s=CHECK_MAX_S, patience_s=0)
        with _private_addresses_named():
            abilities = await client.probe(kinds=("image/png",))
        if not abilities.key_valid and abilities.refusal is not None:
            raise abilities.refusal

    def _http_to(self, host_url: str) -> httpx.AsyncClient:
        return self._http if host_url in self._known else self._guarded


def upload_max_s(mime: str, size_bytes: int | None) -> float:
    """Return how long an upload may take: to send 64 KiB a second, and then to be answered.

    Whoever sends slower holds a place that others wait for.
    """
    size = UNKNOWN_BYTES if size_bytes is None else size_bytes
    return CONNECT_MAX_S + size / SLOWEST_BYTES_S + answer_wait_s(mime, size_bytes)


@contextmanager
def _private_addresses_named() -> Generator[None]:
    """Say of a host that we keep away from why it can't be reached."""
    try:
        yield
    except HostUnreachable as error:
        if was_blocked(error):
            raise SettingsRejected(setting="host", problem="private-address") from error
        raise


def _stored(reply: UploadReply, *, mime: str, size_bytes: int, host_url: str) -> Stored:
    """Keep what we show later; the copy exists by now, so no odd value may cost us its record.

    A moderated upload has no addresses yet (API.md section 2); its page can be told from its id.
    """
    if reply.id is None:
        raise BadReply(host=host_url, status=200, may_be_stored=True)
    viewer_url = _address(reply.viewer_url) or f"{host_url}/image/{quote(reply.id, safe='')}"
    return Stored(
        mime=reply.mime if reply.mime and _MIME.fullmatch(reply.mime) else mime,
        size_bytes=reply.size_bytes or size_bytes,
        viewer_url=viewer_url,
        url=_address(reply.url) or viewer_url,
        thumb_url=_address(reply.thumb_url),
        width_px=_count(reply.width_px),
        height_px=_count(reply.height_px),
        duration_s=_count(reply.duration_s),
        expires_at=reply.expires_at,
        approved=reply.is_approved,
        delete_link=DeleteLink(reply.delete_link.reveal()) if reply.delete_link else None,
    )


def _published(stored: Stored, page: Published) -> Stored:
    """Return an upload as its page tells it: the page names no thumb, but what that is made of."""
    picture, video = _address(page.picture_url), _address(page.video_url)
    url = video if stored.mime.startswith("video/") else picture
    return replace(stored, approved=True, url=url or stored.viewer_url, thumb_url=picture)


def _address(text: str | None) -> str | None:
    """Return what a host gave as an address if it can be shown as one, else None."""
    quoted = quote(text, safe="!#$%&'()*+,/:;=?@[]~") if text else ""
    return quoted if _ADDRESS.fullmatch(quoted) else None


def _count(number: int | None) -> int | None:
    return number if number is not None and 0 < number <= LARGEST_COUNT else None
