"""Which error a host's refusal is: by code, then by what we know of our own request.

Messages are localised and codes are reused, so a text alone never decides; the one text we look
at (for code 400) only chooses between two readings of a code.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from imgoe_bot.errors import (
    BadReply,
    DuplicateMedia,
    EmptyMedia,
    HostBroken,
    HostBusy,
    HostRefused,
    ImgoeError,
    KeyRejected,
    MediaTooLarge,
    UnsupportedMedia,
)

MESSAGE_CHARACTERS = 300

_SLASH = r"(?:\\?/|%2f|\\u002f)"
"""As it is, as PHP's JSON has it, in an address, as other JSON has it."""
_DELETE_SECRET = re.compile(rf"{_SLASH}delete{_SLASH}[0-9A-Za-z]{{16,}}", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")
_TAG = re.compile(r"<[^>]*>")
_SPEAKS_OF_SIZE = re.compile(r"\b(too (big|large)|bigger|larger|max\w*|size)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sent:
    """What we know of our own request when an answer is to be judged.

    Attributes:
        host: the host's base address.
        sent_bytes: bytes of the source that left; the size of the text for base64 and URL.
        size_bytes: of the file, None when unknown.
        filename: the name told to the host.
        found_mime: what the bytes are by their magic numbers; None when unknown or not ours.
        has_options: whether the request carries anything else that a host may object to.
        has_width: whether a width is among that, which hosts refuse when it exceeds the image's.
        secrets: texts to keep out of every message.
    """

    host: str
    sent_bytes: int = 0
    size_bytes: int | None = None
    filename: str | None = None
    found_mime: str | None = None
    has_options: bool = False
    has_width: bool = False
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A host's no, taken apart.

    Attributes:
        code: the API's ``error.code``; None when the host gave none.
        message: the host's words, scrubbed already.
        retry_after_s: of the Retry-After header, in seconds.
        viewer_url: the page of the upload that exists already, where a host tells it.
    """

    status: int
    code: int | None = None
    message: str | None = None
    retry_after_s: float | None = None
    viewer_url: str | None = None


def scrub(message: str, *, secrets: tuple[str, ...]) -> str:
    """Make a host's words safe to keep: no key, no delete link, no markup, 300 characters."""
    for secret in filter(None, secrets):
        message = message.replace(secret, "***")
    message = _DELETE_SECRET.sub("/delete/***", message)
    return _UNPRINTABLE.sub(" ", _TAG.sub(" ", message)).strip()[:MESSAGE_CHARACTERS]


def classify(refusal: Refusal, *, sent: Sent) -> ImgoeError:
    """Return the error a refusal is.

    Source: design/API.md §2, the table of codes.
    """
    if refusal.status == 429:
        return _busy(refusal, sent)
    by_code = _BY_CODE.get(refusal.code) if refusal.code is not None else None
    return (by_code or _by_status(refusal.status))(refusal, sent)


def _by_status(status: int) -> "_Maker":
    if status >= 500:
        return _broken
    return _BY_STATUS.get(status, _refused)


def _refused(refusal: Refusal, sent: Sent) -> ImgoeError:
    return HostRefused(
        host=sent.host, status=refusal.status, code=refusal.code, host_message=refusal.message
    )


def _key_rejected(refusal: Refusal, sent: Sent) -> ImgoeError:
    return KeyRejected(
        host=sent.host, status=refusal.status, code=refusal.code, host_message=refusal.message
    )


def _broken(refusal: Refusal, sent: Sent) -> ImgoeError:
    if refusal.retry_after_s is not None:
        return _busy(refusal, sent)
    return HostBroken(
        host=sent.host, status=refusal.status, code=refusal.code, host_message=refusal.message
    )


def _busy(refusal: Refusal, sent: Sent) -> ImgoeError:
    return HostBusy(
        host=sent.host,
        status=refusal.status,
        code=refusal.code,
        host_message=refusal.message,
        retry_after_s=refusal.retry_after_s,
    )


def _duplicate(refusal: Refusal, sent: Sent) -> ImgoeError:
    return DuplicateMedia(
        host=sent.host,
        status=refusal.status,
        code=refusal.code,
        host_message=refusal.message,
        viewer_url=refusal.viewer_url,
    )


def _too_large(refusal: Refusal, sent: Sent) -> ImgoeError:
    return MediaTooLarge(
        filename=sent.filename,
        size_bytes=sent.size_bytes,
        code=refusal.code,
        host_message=refusal.message,
    )


def _unsupported(refusal: Refusal, sent: Sent) -> ImgoeError:
    return UnsupportedMedia(
        filename=sent.filename,
        found=sent.found_mime,
        code=refusal.code,
        host_message=refusal.message,
    )


def _unsupported_or_too_wide(refusal: Refusal, sent: Sent) -> ImgoeError:
    """Code 610 is "not an image" and "wider than the image"; only images are made narrower."""
    is_image = (sent.found_mime or "").startswith("image/")
    return (_refused if is_image and sent.has_width else _unsupported)(refusal, sent)


def _empty_or_busy(refusal: Refusal, sent: Sent) -> ImgoeError:
    """Code 130 is "empty source" and the flood limit; we know whether we sent something."""
    return _busy(refusal, sent) if sent.sent_bytes else EmptyMedia(filename=sent.filename)


def _large_or_refused(refusal: Refusal, sent: Sent) -> ImgoeError:
    """Code 400 is "too big" and much else; bare bytes leave nothing else to object to.

    Words about a size may be about the width that was asked for.
    """
    if refusal.status == 413:
        return _too_large(refusal, sent)
    words = "" if sent.has_width else refusal.message or ""
    plain = sent.found_mime is not None and not sent.has_options
    return (_too_large if plain or _SPEAKS_OF_SIZE.search(words) else _refused)(refusal, sent)


def _bad_reply(refusal: Refusal, sent: Sent) -> ImgoeError:
    return BadReply(
        host=sent.host, status=refusal.status, code=refusal.code, host_message=refusal.message
    )


_Maker = Callable[[Refusal, Sent], ImgoeError]

_BY_CODE: Mapping[int, _Maker] = {
    100: _key_rejected,
    401: _key_rejected,
    101: _duplicate,
    102: _duplicate,
    103: _duplicate,
    110: _refused,
    120: _refused,
    130: _empty_or_busy,
    400: _large_or_refused,
    403: _refused,
    425: _unsupported,
    600: _unsupported,
    610: _unsupported_or_too_wide,
    612: _unsupported,
    613: _unsupported,
    614: _unsupported,
    601: _too_large,
    666: _broken,
    104: _broken,
    900: _broken,
}
_BY_STATUS: Mapping[int, _Maker] = {
    200: _bad_reply,
    401: _key_rejected,
    404: _bad_reply,
    405: _bad_reply,
    409: _duplicate,
    413: _too_large,
    415: _unsupported,
}
