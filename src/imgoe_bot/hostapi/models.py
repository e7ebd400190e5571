"""What one asks of a host: where the bytes come from, what to say about them, the delete link."""

from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

Format: TypeAlias = Literal["json", "redirect", "txt"]
Method: TypeAlias = Literal["POST", "GET"]
Shape: TypeAlias = Literal["chevereto", "imgbb"]
KeyBy: TypeAlias = Literal["header", "parameter"]


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file on this machine, read while it is sent.

    Attributes:
        filename: the name to tell the host; None takes the path's own.
    """

    path: Path
    filename: str | None = None


@dataclass(frozen=True, slots=True)
class BytesSource:
    """Bytes in memory.

    Attributes:
        filename: None lets us make one up from the bytes' type.
    """

    data: bytes = field(repr=False)
    filename: str | None = None


@dataclass(frozen=True, slots=True)
class StreamSource:
    """Bytes that arrive while they are sent on; read once, never faster than the host takes them.

    Attributes:
        chunks: pieces of any size, empty ones allowed.
        size_bytes: the exact number of bytes to come, None when unknown (sent chunked then).
        filename: None lets us make one up from the bytes' type.
        mime: what the source says they are; asked only when the bytes themselves don't tell.
    """

    chunks: AsyncIterable[bytes] = field(repr=False)
    size_bytes: int | None = None
    filename: str | None = None
    mime: str | None = None


@dataclass(frozen=True, slots=True)
class Base64Source:
    """Bytes in the standard base64 alphabet, whitespace allowed, no data URI."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UrlSource:
    """An address the host shall fetch itself; most hosts refuse that to ordinary keys (403)."""

    url: str = field(repr=False)


Source: TypeAlias = FileSource | BytesSource | StreamSource | Base64Source | UrlSource


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """One upload. What is None or empty is not sent, and the host decides.

    Attributes:
        title: the host cuts it to 100 characters.
        tags: without commas; hosts drop those of more than 32 characters and all after the tenth.
        album_id: the encoded id; a foreign or unknown album is ignored by the host, silently.
        width_px: shrinks only; hosts refuse one larger than the image, ignore it for animations.
        expires_after: 5 minutes to 365 days in whole seconds; compare ``expiry_mismatch``.
        format: ``txt`` answers with the URL and ``redirect`` with the page, and nothing else.
        use_file_date: administrators only.
        method: GET only with a ``UrlSource``. GET is not safe to repeat either.
        shape: ``imgbb`` sends ``image`` instead of ``source``: base64 and URL only.
        idempotency_key: 1 to 255 visible ASCII characters, hard to guess. A host that knows the
            header ``Idempotency-Key`` answers each repeat of the request with the first answer;
            any other ignores it.

    Source: seed (parameters); design/API.md §1 (what hosts do with them).
    """

    source: Source
    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    album_id: str | None = None
    category_id: int | None = None
    width_px: int | None = None
    expires_after: timedelta | None = None
    nsfw: bool | None = None
    format: Format = "json"
    use_file_date: bool = False
    method: Method = "POST"
    shape: Shape = "chevereto"
    idempotency_key: str | None = field(default=None, repr=False)


class DeleteLink:
    """The secret address that deletes one upload. Neither repr nor str tells it.

    Raises:
        ValueError: not an absolute http(s) address; the message doesn't repeat it.
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        if not is_http_url(secret):
            raise ValueError("a delete link is an absolute http or https address")
        self._secret = secret

    def reveal(self) -> str:
        """Return the address. Whoever opens it deletes the upload: show it to its owner only."""
        return self._secret

    def __repr__(self) -> str:
        return "DeleteLink('***')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DeleteLink) and other._secret == self._secret

    def __hash__(self) -> int:
        return hash((DeleteLink, self._secret))


def is_http_url(text: str) -> bool:
    """Whether a text is one absolute http or https address and nothing else."""
    try:
        parts = urlsplit(text)
        has_host = _is_name(parts.hostname or "") and parts.port != 0  # beyond 65535 it raises
    except ValueError:
        return False
    printable = text.isascii() and text.isprintable() and " " not in text
    return printable and has_host and parts.scheme in ("http", "https")


def _is_name(name: str) -> bool:
    """Whether a resolver can be asked for a name: no empty part, none beyond 63 characters.

    Source: RFC 1035 §2.3.4.
    """
    parts = name.removesuffix(".").split(".")
    return len(name) <= 254 and all(0 < len(part) <= 63 for part in parts)
