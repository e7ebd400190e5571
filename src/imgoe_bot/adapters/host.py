"""The image host, reached through the ``hostapi`` client."""

import httpx

from imgoe_bot.domain.guild import ApiKey
from imgoe_bot.domain.upload import DeleteLink, Stored
from imgoe_bot.errors import BadReply
from imgoe_bot.hostapi import DeleteLink as WireDeleteLink
from imgoe_bot.hostapi import HostClient, StreamSource, UploadReply, UploadRequest
from imgoe_bot.services.ports import MediaFile


class CheveretoHost:
    """``ports.ImageHost`` for every host that speaks the upload API V1.1."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        """Take a client; hosts and keys come with each call and share its connections."""
        self._http = http

    async def upload(self, media: MediaFile, *, host_url: str, key: ApiKey, nsfw: bool) -> Stored:
        """Store the bytes; see the port."""
        source = StreamSource(
            chunks=media.chunks,
            size_bytes=media.size_bytes,
            filename=media.filename,
            mime=media.mime,
        )
        client = HostClient(host_url, key=key.value, http=self._http)
        reply = await client.upload(UploadRequest(source=source, nsfw=nsfw or None))
        return _stored(reply, media=media, host_url=host_url)

    async def delete(self, link: DeleteLink, *, host_url: str) -> bool:
        """Delete one upload; see the port."""
        client = HostClient(host_url, http=self._http)
        return await client.delete(WireDeleteLink(link.value))


def _stored(reply: UploadReply, *, media: MediaFile, host_url: str) -> Stored:
    """Keep what we show later.

    A moderated upload has no addresses yet (API.md section 2); its page can be told from its id.
    """
    if reply.id is None:
        raise BadReply(host=host_url, status=200)
    viewer_url = reply.viewer_url or f"{host_url}/image/{reply.id}"
    return Stored(
        mime=reply.mime or media.mime,
        size_bytes=reply.size_bytes or media.size_bytes or 0,
        viewer_url=viewer_url,
        url=reply.url or viewer_url,
        thumb_url=reply.thumb_url,
        width_px=reply.width_px,
        height_px=reply.height_px,
        duration_s=reply.duration_s or None,
        expires_at=reply.expires_at,
        delete_link=DeleteLink(reply.delete_link.reveal()) if reply.delete_link else None,
    )
