"""Which error a host's refusal is: by code, then by what we know of our own request.

Messages are localised and codes are reused, so a text alone never decides: it only chooses between
readings of a code, by words that hosts do not translate.
"""

import re
from collections.abc import Callable, Mapping

from imgoe_bot.errors import (
    BadReply,
    DuplicateMedia,
    EmptyMedia,
    HostBroken,
    HostBusy,
    HostError,
    HostRefused,
    IdempotencyMismatch,
    ImgoeError,
    KeyRejected,
    MediaTooLarge,
    ReplyMissing,
    UnsupportedMedia,
)
from imgoe_bot.hostapi.wire.facts import Refusal, Sent

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


def classify(refusal: Refusal, *, sent: Sent) -> ImgoeError:
    """Return the error a refusal is.

    Source: design/API.md §2, the table of codes.
    """
    if 429 in (refusal.status, refusal.code):
        return _busy(refusal, sent)
    if refusal.knows_key and refusal.status in _BY_KEY_STATUS:
        return _BY_KEY_STATUS[refusal.status](refusal, sent)
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
_other_request = _plain(IdempotencyMismatch)


def _broken(refusal: Refusal, sent: Sent) -> ImgoeError:
    if refusal.retry_after_s is not None:
        return _busy(refusal, sent)
    return HostBroken(
        host=sent.host,
        status=refusal.status,
        code=refusal.code,
        host_message=refusal.message,
        may_be_stored=_may_be_stored(refusal, sent),
    )


def _may_be_stored(refusal: Refusal, sent: Sent) -> bool:
    """Tell whether a host may have stored what it did not confirm.

    Not where it says by a code of its own that it failed, nor where what stands before it refused
    or never reached it.
    """
    is_coded = refusal.is_of_api and refusal.code is not None
    if is_coded or not sent.is_whole:
        return False
    return refusal.status < 300 or (refusal.status >= 500 and refusal.status not in _NEVER_REACHED)


def _busy(refusal: Refusal, sent: Sent) -> ImgoeError:
    return HostBusy(
        host=sent.host,
        status=refusal.status,
        code=refusal.code,
        host_message=refusal.message,
        retry_after_s=_wait_s(refusal),
        may_be_stored=refusal.status != 503 and _may_be_stored(refusal, sent),
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
        may_be_stored=_may_be_stored(refusal, sent),
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
_NEVER_REACHED = frozenset({521, 523, 525, 526})
"""What Cloudflare answers that got no connection to a host, or no TLS: nothing was sent on.

Source: Cloudflare's documentation, 5xx errors.
"""
_BY_KEY_STATUS: Mapping[int, _Maker] = {409: _busy, 410: _refused, 422: _other_request}
"""The first request is under way, its upload is gone, another one had the same key.

Source: draft-ietf-httpapi-idempotency-key-header-07 §2.6; docs/host-api.md for the 410.
"""
_BY_STATUS: Mapping[int, _Maker] = {
    200: _missing,
    401: _key_rejected,
    404: _bad_reply,
    405: _bad_reply,
    409: _duplicate,
    413: _too_large,
    415: _unsupported,
}
