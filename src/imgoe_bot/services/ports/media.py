"""Bytes on their way through, and who reads them."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from imgoe_bot.domain.media import Source
from imgoe_bot.domain.upload import Upload


@dataclass(frozen=True, slots=True)
class MediaFile:
    """Bytes on their way through: sniffed, not yet read.

    Attributes:
        mime: the true type.
        size_bytes: exact when the source declared it, else None.
        chunks: the bytes, once; reading raises SourceError where the source breaks off and
            MediaTooLarge where it exceeds the limit.
    """

    filename: str
    mime: str
    size_bytes: int | None
    chunks: AsyncIterator[bytes]


class MediaReader(Protocol):
    """Reads bytes from where people posted them."""

    def open(self, source: Source, *, limit_bytes: int) -> AbstractAsyncContextManager[MediaFile]:
        """Open a source and look at its first bytes.

        Raises:
            EmptyMedia, UnsupportedMedia, MediaTooLarge: the bytes can't be uploaded.
            SourceGone, SourceBlocked, SourceUnreachable: the bytes can't be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Thumb:
    """A small picture of an upload, whole.

    Attributes:
        mime: the true type, an image's.
    """

    mime: str
    data: bytes = field(repr=False)


class ThumbReader(Protocol):
    """Reads the small pictures that image hosts make."""

    async def read(self, upload: Upload, *, limit_bytes: int) -> Thumb:
        """Read an upload's thumb where its host says it lies. Safe to repeat.

        Raises:
            EmptyMedia, UnsupportedMedia, MediaTooLarge: it is no image, or too large a one.
            SourceGone, SourceBlocked, SourceUnreachable: there is none, or it can't be read.
        """
        ...
