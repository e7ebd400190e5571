"""The upload API without a socket, inward: a response becomes a reply, or the error it means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from pydantic import JsonValue

from imgoe_bot.errors import BadReply, HostBroken, ImgoeError, ReplyMissing
from imgoe_bot.hostapi.addresses import is_same_site, redirect_target
from imgoe_bot.hostapi.models import Format, UploadRequest, is_http_url
from imgoe_bot.hostapi.wire.facts import Refusal, Sent
from imgoe_bot.hostapi.wire.redaction import redact
from imgoe_bot.hostapi.wire.refusals import classify
from imgoe_bot.hostapi.wire.reply import UploadReply, find_object

EXPIRY_TOLERANCE = timedelta(minutes=2)
GONE = frozenset({404, 410})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_A_WHILE = frozenset({302, 303, 307})

_JSON = re.compile(rb'^\s*[{\[]|\{\s*"')
_TITLE_WITHIN_BYTES = 64 * 1024
_VIEWER_PATH = re.compile(
    r"/(?:image|img|photo|picture|video|clip|media|view|i|v)/(?:[^/]*\.)?(?P<id>[0-9A-Za-z]+)/?"
)
"""Where hosts have their uploads' pages: the usual routes, and what operators rename them to."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back.

    Attributes:
        headers: by lower-case name.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def echoes(self, key: str | None) -> bool:
        """Whether it comes from a host that knows an Idempotency-Key, and not from a proxy."""
        return key is not None and self.headers.get("idempotency-key") == key

    @property
    def is_page(self) -> bool:
        """Whether the body is markup, whatever its Content-Type says."""
        return self.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def parse(response: Response, *, request: UploadRequest, sent: Sent) -> UploadReply:
    """Read a response to an upload. Success is only what the API calls so, never a bare status.

    Raises:
        ImgoeError: the one that the response amounts to, see ``classify``.

    Source: design/API.md §2.
    """
    reply = stored(response, reply_format=request.format, sent=sent)
    if reply is None:
        raise refused(response, sent=sent, bare_text=request.format != "json")
    return _with_expiry_checked(reply, asked=request.expires_after, answered_at=_date(response))


def parse_deletion(response: Response, *, sent: Sent) -> bool:
    """Read a response to a delete link: True for deleted, False for gone already.

    Raises:
        HostError: it is neither.

    Source: design/API.md §3.
    """
    target = urlsplit(redirect_target("", response.headers.get("location", "")))
    if response.status in (301, 302, 303) and target.query.startswith("deleted"):
        return True
    if response.status in GONE:
        return False
    raise refused(response, sent=sent)


def moved_link(response: Response, *, address: str) -> str | None:
    """Return where a delete link has moved: the same path at another scheme or name, else None.

    A host behind TLS that names its own links with http answers so, and deletes nothing.
    """
    target = redirect_target(address, response.headers.get("location", ""))
    has_moved = response.status in (301, 302, 307, 308) and target != address
    is_same = urlsplit(target).path.rstrip("/") == urlsplit(address).path.rstrip("/")
    return target if has_moved and is_same and not urlsplit(target).query else None


def refused(response: Response, *, sent: Sent, bare_text: bool = False) -> ImgoeError:
    """Return the error that a response amounts to which is no success.

    Args:
        response: anything but a success.
        sent: what we know of the request.
        bare_text: whether the host was asked for a format whose errors are a bare text under 200.
    """
    if 300 <= response.status < 400:
        return _redirected(response, sent, is_reply=bare_text)
    found = find_object(response.body)
    if found is not None:
        return classify(_refusal(response, found, sent), sent=sent)
    words = redact(_words(response), secrets=sent.secrets) or None
    if response.status == 200 and response.is_page:  # of maintenance
        may_be_stored = sent.is_whole
        return HostBroken(
            host=sent.host, status=200, host_message=words, may_be_stored=may_be_stored
        )
    is_refusal = response.status == 200 and bare_text and words is not None
    refusal = Refusal(
        400 if is_refusal else response.status,
        message=words,
        retry_after_s=_retry_after_s(response),
        is_of_api=is_refusal,
        knows_key=response.echoes(sent.idempotency_key),
    )
    return classify(refusal, sent=sent)


def speaks_api(response: Response) -> bool:
    """Whether a refusal is the API's own, and not a word of something on the way."""
    found = find_object(response.body)
    return found is not None and _is_of_api(found, code=_code(found), status=response.status)


def stored(response: Response, *, reply_format: Format, sent: Sent) -> UploadReply | None:
    """Read what a host stored; None when the response doesn't say so."""
    if reply_format == "redirect" and response.status == 302:
        return _from_location(response, sent)
    if response.status != 200:
        return None
    if reply_format == "txt" and (reply := _from_text(response)) is not None:
        return reply
    found = find_object(response.body) or {}
    image, data = found.get("image"), found.get("data")
    if found.get("status_code") == 200 and isinstance(image, dict):
        return _from_fields(image)
    if found.get("success") is True and isinstance(data, dict):
        return _from_fields(data)
    return None


def _from_fields(fields: Mapping[str, JsonValue]) -> UploadReply | None:
    """Read the fields of version 4, or of 3 and ImgBB where those are all there is."""
    image = fields.get("image")
    file = image if isinstance(image, dict) else {}
    known: dict[str, JsonValue] = {"filename": file.get("filename"), "mime": file.get("mime")}
    known["id_encoded"] = fields.get("id")
    stored_s, lasts_s = _digits(fields.get("time")), _digits(fields.get("expiration"))
    if stored_s:
        known["date_gmt"] = _gmt(stored_s)
        known["expiration_date_gmt"] = _gmt(stored_s + lasts_s) if lasts_s else None
    reply = UploadReply.model_validate({**known, **fields})
    return reply if reply.id else None


def _from_text(response: Response) -> UploadReply | None:
    text = response.body.decode(errors="replace").strip()
    return UploadReply.model_validate({"url": text}) if is_http_url(text) else None


def _from_location(response: Response, sent: Sent) -> UploadReply | None:
    viewer_url = redirect_target(f"{sent.host}/", response.headers.get("location", ""))
    inside = urlsplit(viewer_url).path.removeprefix(urlsplit(sent.host).path)
    viewer = _VIEWER_PATH.fullmatch(inside)
    if viewer is None or not is_same_site(viewer_url, sent.host):
        return None
    return UploadReply.model_validate({"id_encoded": viewer["id"], "url_viewer": viewer_url})


def _with_expiry_checked(
    reply: UploadReply, *, asked: timedelta | None, answered_at: datetime | None
) -> UploadReply:
    """Compare by the host's own clock, never by ours: either of its two may be the true one."""
    if asked is None:
        return reply
    starts = [start for start in (reply.created_at, answered_at) if start is not None]
    ends = reply.expires_at
    kept = ends is not None and any(
        abs(ends - start - asked) <= EXPIRY_TOLERANCE for start in starts
    )
    return reply if kept else reply.model_copy(update={"expiry_mismatch": True})


def _refusal(response: Response, found: Mapping[str, JsonValue], sent: Sent) -> Refusal:
    """Read the API's error body, or a problem+json one of hosts whose statuses tell the truth."""
    error = found.get("error")
    fields: Mapping[str, JsonValue] = error if isinstance(error, dict) else found
    words = _first_text(fields, "message", "detail", "title") or (
        error if isinstance(error, str) else ""
    )
    code = _code(found)
    status = response.status if response.status >= 400 else _digits(found.get("status_code"))
    viewer_url = _first_text(found, "existing_url", "url_viewer")
    return Refusal(
        status=status or response.status,
        code=code,
        message=redact(words, secrets=sent.secrets) or None,
        retry_after_s=_retry_after_s(response),
        viewer_url=viewer_url if is_http_url(viewer_url) else None,
        is_of_api=_is_of_api(found, code=code, status=response.status),
        knows_key=response.echoes(sent.idempotency_key),
    )


def _code(found: Mapping[str, JsonValue]) -> int | None:
    error = found.get("error")
    return _digits((error if isinstance(error, dict) else found).get("code"))


def _is_of_api(found: Mapping[str, JsonValue], *, code: int | None, status: int) -> bool:
    """Tell an error of the API from a gateway's, which has no code, or its status as that.

    Source: design/API.md §2, the error; RFC 9457, as the embedded host writes it.
    """
    is_named = "status_txt" in found or {"status_code", "error"} <= found.keys()
    is_error = isinstance(found.get("error"), dict) or {"title", "status"} <= found.keys()
    return is_named or (is_error and code not in (None, status))


def _redirected(response: Response, sent: Sent, *, is_reply: bool) -> ImgoeError:
    """No redirect is followed: it would turn a POST into a GET and lose the body.

    One for a while leads to what stands before the host, such as a page of maintenance; but not
    where a redirect is the reply that was asked for.
    """
    target = redact(response.headers.get("location", "").partition("?")[0], secrets=sent.secrets)
    kind = ReplyMissing if response.status in _FOR_A_WHILE and not is_reply else BadReply
    return kind(
        host=sent.host,
        status=response.status,
        host_message=f"Location: {target}",
        may_be_stored=is_reply and response.status == 302 and sent.is_whole,
    )


def _words(response: Response) -> str:
    """A page's title, or a text; of half a JSON nothing: it may hold a delete link."""
    words = _title(response.body[:_TITLE_WITHIN_BYTES]) if response.is_page else response.body
    return "" if _JSON.search(words) else words[:4096].decode(errors="replace")


def _title(page: bytes) -> bytes:
    """Return what the first title of a page holds, nothing unless it ends."""
    lower = page.lower()
    start = lower.find(b">", max(0, lower.find(b"<title"))) + 1
    end = lower.find(b"</title", start)
    return page[start:end] if b"<title" in lower and start and end > 0 else b""


def _first_text(fields: Mapping[str, JsonValue], *names: str) -> str:
    found = (fields.get(name) for name in names)
    return next((text for text in found if isinstance(text, str) and text), "")


def _digits(value: JsonValue) -> int | None:
    """Codes, statuses and times come as integers, sometimes as strings of digits."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _gmt(timestamp_s: int) -> str:
    try:
        return f"{datetime.fromtimestamp(timestamp_s, UTC):%Y-%m-%d %H:%M:%S}"
    except (OverflowError, ValueError, OSError):
        return ""


def _date(response: Response) -> datetime | None:
    return _http_date(response.headers.get("date", ""))


def _retry_after_s(response: Response) -> float | None:
    """Retry-After is seconds or a date, which counts from the host's own Date."""
    text = response.headers.get("retry-after", "").strip()
    until, now = _http_date(text), _date(response)
    if until is not None and now is not None:
        return max(0.0, (until - now).total_seconds())
    seconds = _digits(text)
    return None if seconds is None else float(seconds)


def _http_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
