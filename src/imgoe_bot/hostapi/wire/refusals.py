"""Which error a host's refusal is: by code, then by what we know of our own request.

Messages are localised and codes are reused, so a text alone never decides: it only chooses between
readings of a code, by words that hosts do not translate.
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
    HostError,
    HostRefused,
    ImgoeError,
    KeyRejected,
    MediaTooLarge,
    ReplyMissing,
    UnsupportedMedia,
)

_SPEAKS_OF_SIZE = re.compile(r"\b(too (big|large)|bigger|larger|max|size|exceeds)", re.IGNORECASE)
_MAX_MB = re.compile(r"\bmax\.? ([0-9]{1,6})(?:\.[0-9]{1,3})? ?MB\b", re.IGNORECASE)
_PERIOD = re.compile(r"\bper (minute|hour|day|week|month)\b", re.IGNORECASE)
_PERIODS_S = {
    "minute": 60.0,
    "hour": 3_600.0,
    "day": 86_400.0,
    "week": 7 * 86_400.0,
    "month": 30 * 86_400.0,
}
_OF_THE_HOST = re.compile(
    r"getimagesize|unable to (?:read|write|open|create|connect|move|copy)|fopen|mkdir|SQLSTATE"
    r"|tempnam|can.t move|temp(?:orary)? file|no space left|disk (?:full|quota)|permission denied"
    r"|failed to open stream|file_put_contents|ff(?:probe|mpeg)|too many connections|deadlock"
    r"|gone away|allowed memory|out of memory",
    re.IGNORECASE,
)
"""What PHP, its database and its tools say of a full disk and the like; nobody translates it."""


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
        has_key_inside: whether the key travels in the body, and so is dropped along with it.
        secrets: texts to keep out of every message.
    """

    host: str
    sent_bytes: int = 0
    size_bytes: int | None = None
    filename: str | None = None
    found_mime: str | None = None
    has_options: bool = False
    has_width: bool = False
    has_key_inside: bool = False
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A host's no, taken apart.

    Attributes:
        code: the API's ``error.code``; None when the host gave none.
        message: the host's words, redacted already.
        retry_after_s: of the Retry-After header, in seconds.
        viewer_url: the page of the upload that exists already, where a host tells it.
        is_of_api: whether it is the API's own; else anything on the way may have said it.
    """

    status: int
    code: int | None = None
    message: str | None = None
    retry_after_s: float | None = None
    viewer_url: str | None = None
    is_of_api: bool = True


def classify(refusal: Refusal, *, sent: Sent) -> ImgoeError:
    """Return the error a refusal is.

    Source: design/API.md §2, the table of codes.
    """
    if 429 in (refusal.status, refusal.code):
        return _busy(refusal, sent)
    if not refusal.is_of_api:
        return _by_foreign_status(refusal.status)(refusal, sent)
    return (_by_words(refusal) or _by_code(refusal))(refusal, sent)


def _by_foreign_status(status: int) -> "_Maker":
    """Return what anything on the way means; only its limit of size is as final as the host's."""
    if status == 413:
        return _too_large
    return _broken if status >= 500 else _missing


def _by_words(refusal: Refusal) -> "_Maker | None":
    """Return what the words make of a code that has several readings."""
    for code, words, maker in _BY_WORDS:
        if refusal.code == code and words.search(refusal.message or ""):
            return maker
    is_unclear = refusal.code in _UNCLEAR or refusal.code not in _BY_CODE
    return _broken if is_unclear and _OF_THE_HOST.search(refusal.message or "") else None


def _by_code(refusal: Refusal) -> "_Maker":
    if refusal.code is not None and refusal.code in _BY_CODE:
        return _BY_CODE[refusal.code]
    if refusal.status >= 500 or 500 <= (refusal.code or 0) < 600:
        return _broken
    return _BY_STATUS.get(refusal.status, _refused)


def _plain(kind: type[HostError]) -> "_Maker":
    """Return what makes an error of a kind that has no facts of its own."""

    def make(refusal: Refusal, sent: Sent) -> ImgoeError:
        return kind(
            host=sent.host, status=refusal.status, code=refusal.code, host_message=refusal.message
        )

    return make


_refused, _key_rejected, _bad_reply = map(_plain, (HostRefused, KeyRejected, BadReply))


def _broken(refusal: Refusal, sent: Sent) -> ImgoeError:
    if refusal.retry_after_s is not None:
        return _busy(refusal, sent)
    return _plain(HostBroken)(refusal, sent)


def _busy(refusal: Refusal, sent: Sent) -> ImgoeError:
    return HostBusy(
        host=sent.host,
        status=refusal.status,
        code=refusal.code,
        host_message=refusal.message,
        retry_after_s=_wait_s(refusal),
    )


def _wait_s(refusal: Refusal) -> float | None:
    """Return the wait a host asks for; else the period that the words of a limit name.

    Source: design/API.md §2, "a flood answer names its period".
    """
    if refusal.retry_after_s is not None:
        return refusal.retry_after_s
    period = _PERIOD.search(refusal.message or "")
    return _PERIODS_S[period[1].lower()] if period else None


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
        limit_bytes=_limit_bytes(refusal),
        code=refusal.code,
        host_message=refusal.message,
    )


def _limit_bytes(refusal: Refusal) -> int | None:
    limit = _MAX_MB.search(refusal.message or "")
    return int(limit[1]) * 1_000_000 if limit else None


def _dropped_or_empty(refusal: Refusal, sent: Sent) -> ImgoeError:
    """PHP drops a body above its ``post_max_size``: what was sent will never arrive."""
    return _too_large(refusal, sent) if sent.sent_bytes else EmptyMedia(filename=sent.filename)


def _dropped_or_keyless(refusal: Refusal, sent: Sent) -> ImgoeError:
    dropped = sent.sent_bytes and sent.has_key_inside
    return (_too_large if dropped else _key_rejected)(refusal, sent)


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


def _missing(refusal: Refusal, sent: Sent) -> ImgoeError:
    return ReplyMissing(
        host=sent.host,
        status=refusal.status,
        code=refusal.code,
        host_message=refusal.message,
        may_be_stored=refusal.status < 300 and sent.sent_bytes > 0,
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
    601: _broken,
    630: _broken,
    631: _broken,
    632: _broken,
    666: _broken,
    104: _broken,
    900: _broken,
}
_BY_WORDS: tuple[tuple[int, re.Pattern[str], _Maker], ...] = (
    (100, re.compile(r"invalid video", re.IGNORECASE), _unsupported),
    (100, re.compile(r"no key provided", re.IGNORECASE), _dropped_or_keyless),
    (130, re.compile(r"empty (?:upload )?source", re.IGNORECASE), _dropped_or_empty),
    (400, re.compile(r"stop words", re.IGNORECASE), _refused),
    (400, re.compile(r"animated webp", re.IGNORECASE), _unsupported),
    (601, _SPEAKS_OF_SIZE, _too_large),
)
"""Codes with several causes, told apart by the beginning of untranslated words.

Source: design/API.md §2, "One code, several causes".
"""
_UNCLEAR = frozenset({0, 600, None})
"""Codes of the file and of the host's own disk alike."""
_BY_STATUS: Mapping[int, _Maker] = {
    200: _missing,
    401: _key_rejected,
    404: _bad_reply,
    405: _bad_reply,
    409: _duplicate,
    413: _too_large,
    415: _unsupported,
}
