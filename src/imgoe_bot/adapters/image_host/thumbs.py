"""Reading the small pictures that image hosts make of uploads: bounded, and never from inside.

A host's reply says where its thumbs lie, which may be anywhere. So only the operator's own host is
read at its own address as it is, like its API; every other address as if a person had typed it.
"""

import asyncio
from collections.abc import Collection

import httpx

from imgoe_bot.adapters.sources.attachments import AttachmentReader
from imgoe_bot.adapters.sources.web import SourceReader, WebReader
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import SourceGone, SourceUnreachable, UnsupportedMedia
from imgoe_bot.services.ports.media import Thumb

READ_MAX_S = 20
"""Small as they are, what takes longer does not come."""


class HostThumbReader:
    """``ports.ThumbReader`` for hosts whose thumbs lie with them or on the public internet."""

    def __init__(
        self, http: httpx.AsyncClient, *, web: WebReader, known: Collection[str] | None = None
    ) -> None:
        """Take both ways to pictures.

        Args:
            http: connects to every address.
            web: reads from the public internet only.
            known: the base addresses of the operator's own choice, which may lie anywhere. None
                trusts whoever names a host.
        """
        self._http = http
        self._web = web
        self._known = known

    async def read(self, upload: Upload, *, limit_bytes: int) -> Thumb:
        """Read an upload's thumb where its host says it lies; see the port."""
        url = upload.stored.thumb_url
        if url is None:
            raise SourceGone
        try:
            async with asyncio.timeout(READ_MAX_S):
                return await self._read(url, upload, limit_bytes)
        except TimeoutError as error:
            raise SourceUnreachable from error

    async def _read(self, url: str, upload: Upload, limit_bytes: int) -> Thumb:
        trusted = self._known is None or upload.host_url in self._known
        own = AttachmentReader(self._http, bases=(upload.host_url,) if trusted else ())
        source = Source(url=url, filename=upload.filename, size_bytes=None, typed=True)
        reader = SourceReader(own, web=self._web)
        async with reader.open(source, limit_bytes=limit_bytes) as media:
            if not media.mime.startswith("image/"):
                raise UnsupportedMedia(filename=upload.filename, found=media.mime)
            return Thumb(media.mime, b"".join([chunk async for chunk in media.chunks]))
