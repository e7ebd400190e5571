"""What ``imgoe-bot upload`` says of an outcome: links for pasting, JSON, one line for an error."""

import html
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from urllib.parse import quote

from imgoe_bot.errors import (
    ACCOUNT_DENIED,
    BadReply,
    DuplicateMedia,
    EmptyMedia,
    HostBroken,
    HostBusy,
    HostRefused,
    HostUnreachable,
    ImgoeError,
    InternalError,
    KeyRejected,
    MediaTooLarge,
    ReplyMissing,
    SettingsRejected,
    SourceBlocked,
    SourceGone,
    SourceUnreachable,
    UnsupportedMedia,
)
from imgoe_bot.hostapi import UploadReply

EXIT_SOME_FAILED = 1
EXIT_TRY_LATER = 75
EXIT_KEY = 77

LinkFormat: TypeAlias = Literal["markdown", "html", "bbcode", "direct", "viewer"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one argument: a reply or an error, never both.

    Attributes:
        source: the argument, as typed.
    """

    source: str
    reply: UploadReply | None = None
    error: ImgoeError | None = None


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """Return 0 for all stored, else what the failures call for: a key, a later try, or a look."""
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    if not errors:
        return 0
    if any(isinstance(error, KeyRejected) for error in errors):
        return EXIT_KEY
    return EXIT_TRY_LATER if all(error.retryable for error in errors) else EXIT_SOME_FAILED


def plain(text: str) -> str:
    """Return a text that can't steer a terminal."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def link(reply: UploadReply, style: LinkFormat) -> str:
    """Return an upload's link. What a moderator has to look at first has only its page."""
    page = _address(reply.viewer_url or reply.url or "")
    file = _address(reply.url or reply.viewer_url or "")
    if style in ("direct", "viewer"):
        return file if style == "direct" else page
    shown = file if reply.url and not reply.is_video else None
    return _MARKUP[style](plain(reply.title or reply.filename or "file"), page, shown)


def delete_line(reply: UploadReply) -> str:
    """Return the line that tells the delete link, for who asked to see it."""
    secret = reply.delete_link
    return (
        "delete: the host gave no link" if secret is None else f"delete: {plain(secret.reveal())}"
    )


def as_json(outcome: Outcome, *, with_delete_link: bool) -> str:
    """Return an outcome as one line of JSON."""
    told: dict[str, object] = {"source": outcome.source, "ok": outcome.error is None}
    if outcome.error is not None:
        told |= {"error": type(outcome.error).__name__, "retryable": outcome.error.retryable}
        told["message"] = explain(outcome.error)
    if isinstance(outcome.error, HostUnreachable | ReplyMissing):
        told["may_be_stored"] = outcome.error.may_be_stored
    if outcome.reply is not None:
        told |= _facts(outcome.reply)
        if with_delete_link and outcome.reply.delete_link is not None:
            told["delete_url"] = outcome.reply.delete_link.reveal()
    return json.dumps(told)


def remarks(outcome: Outcome) -> list[str]:
    """Return the lines that say what went wrong, or not quite as asked."""
    told = [] if outcome.reply is None else _notes(outcome.reply)
    told += [] if outcome.error is None else [explain(outcome.error)]
    return [f"{plain(outcome.source)}: {line}" for line in told]


def _notes(reply: UploadReply) -> list[str]:
    found = [] if reply.is_approved else ["waits until a moderator of the host approves it"]
    if reply.expiry_mismatch:
        found.append(f"the host did not keep the expiry asked for: {_until(reply.expires_at)}")
    return found


def explain(error: ImgoeError) -> str:
    """Return what went wrong and what helps, in one line without a secret."""
    for kind, words in _WORDS.items():
        if isinstance(error, kind):
            return plain(words(error) if callable(words) else words + _said(error))
    return plain(f"{type(error).__name__} {error}".strip())


def _until(expires_at: datetime | None) -> str:
    return "it stays" if expires_at is None else f"it goes at {expires_at:%Y-%m-%d %H:%M} UTC"


def _facts(reply: UploadReply) -> dict[str, object]:
    return {
        "id": reply.id,
        "url": reply.url,
        "viewer_url": reply.viewer_url,
        "thumb_url": reply.thumb_url,
        "medium_url": reply.medium_url,
        "title": reply.title,
        "mime": reply.mime,
        "size_bytes": reply.size_bytes,
        "width_px": reply.width_px,
        "height_px": reply.height_px,
        "duration_s": reply.duration_s,
        "expires_at": reply.expires_at.isoformat() if reply.expires_at else None,
        "expiry_mismatch": reply.expiry_mismatch,
        "is_approved": reply.is_approved,
    }


def _address(url: str) -> str:
    """Quote what would end a link in one of the markups, or steer a terminal."""
    scheme, colon, rest = url.partition("://")
    site, slash, path = rest.partition("/")
    return f"{plain(scheme)}{colon}{plain(site)}{slash}{quote(path, safe='!#$%&*+,/:;=?@~')}"


def _markdown(title: str, page: str, shown: str | None) -> str:
    name = "".join(f"\\{letter}" if letter in "\\[]`*_<>!" else letter for letter in title)
    return f"[![{name}]({shown})]({page})" if shown else f"[{name}]({page})"


def _html(title: str, page: str, shown: str | None) -> str:
    name = html.escape(title)
    picture = f'<img src="{html.escape(shown)}" alt="{name}">' if shown else name
    return f'<a href="{html.escape(page)}">{picture}</a>'


def _bbcode(title: str, page: str, shown: str | None) -> str:
    name = title.replace("[", "(").replace("]", ")")
    return f"[url={page}]{f'[img]{shown}[/img]' if shown else name}[/url]"


_MARKUP: Mapping[str, Callable[[str, str, str | None], str]] = {
    "markdown": _markdown,
    "html": _html,
    "bbcode": _bbcode,
}


def _said(error: ImgoeError) -> str:
    message = error.facts.get("host_message")
    return f' (the host says: "{message}")' if message else ""


def _key_rejected(error: ImgoeError) -> str:
    if error.facts.get("code") == ACCOUNT_DENIED:
        return f"the host does not let this account upload{_said(error)}"
    return f"the host wants a key, and one that it knows{_said(error)}"


def _broken(error: ImgoeError) -> str:
    if error.facts.get("status") == 200:
        return f"the host's answer is a page, of maintenance or of another site{_said(error)}"
    return f"the host failed; try again later{_said(error)}"


def _unreachable(error: ImgoeError) -> str:
    if error.facts.get("may_be_stored"):
        return (
            "the host did not answer after all of it was sent; "
            "it may be stored all the same: look before you repeat"
        )
    return "the host can't be reached, or does not answer in time; it is not stored"


def _reply_missing(error: ImgoeError) -> str:
    stored = ""
    if error.facts.get("may_be_stored"):
        stored = "; it may be stored all the same: look before you repeat"
    what = "the host's answer is none of the upload API, but a page or half a reply"
    return f"{what}; is the address right?{_said(error)}{stored}"


def _gone(error: ImgoeError) -> str:
    site = error.facts.get("site")
    return f"does not exist{f': {site} does not have it' if site else ''}"


def _blocked(error: ImgoeError) -> str:
    reason = error.facts.get("reason")
    reasons = {
        "private-address": "the address is inside a private network; --private-urls allows that",
        "scheme": "only http and https addresses are read",
        "redirect": "the address leads on too often",
        "not-a-file": "is no file",
        "permission": "may not be read by you",
        "not-an-address": "is no address of the web",
        "compressed": "its site sends it compressed, which was not asked for",
    }
    return reasons.get(str(reason), f"is not read: {reason}")


def _duplicate(error: ImgoeError) -> str:
    page = error.facts.get("viewer_url")
    return f"the host has this file already{f', at {page}' if page else ''}"


def _busy(error: ImgoeError) -> str:
    after_s = error.facts.get("retry_after_s")
    when = "later" if after_s is None else f"in {after_s:g} s" if isinstance(after_s, float) else ""
    return f"the host's limit for uploads is reached; try again {when}{_said(error)}"


def _too_large(error: ImgoeError) -> str:
    limit = error.facts.get("limit_bytes")
    allowed = f" of {limit / 1024**2:g} MiB" if isinstance(limit, int) else ""
    return f"is larger than the limit{allowed}{_said(error)}"


def _unsupported(error: ImgoeError) -> str:
    found = error.facts.get("found")
    kind = f": it is {found}" if found else ""
    return f"is no image or video that the host takes{kind}{_said(error)}"


def _setting(error: ImgoeError) -> str:
    return f"{error.facts.get('setting')}: {error.facts.get('problem')}"


def _unread(error: ImgoeError) -> str:
    site, status = error.facts.get("site"), error.facts.get("status")
    if error.facts.get("reason") == "unknown-name":
        return f"can't be read: there is no site {site}"
    if status is not None:
        return f"can't be read: its site answered {status}"
    return "can't be read to its end" if site is None else f"{site} does not hand it over"


def _unforeseen(error: ImgoeError) -> str:
    return f"failed in a way that nobody foresaw ({error.facts.get('kind')}): please report it"


_WORDS: Mapping[type[ImgoeError], str | Callable[[ImgoeError], str]] = {
    KeyRejected: _key_rejected,
    DuplicateMedia: _duplicate,
    HostBusy: _busy,
    HostUnreachable: _unreachable,
    HostBroken: _broken,
    ReplyMissing: _reply_missing,
    BadReply: "the host's answer is none of the upload API; is the address right?",
    HostRefused: "the host refused it",
    EmptyMedia: "is empty",
    UnsupportedMedia: _unsupported,
    MediaTooLarge: _too_large,
    SourceGone: _gone,
    SourceBlocked: _blocked,
    SourceUnreachable: _unread,
    SettingsRejected: _setting,
    InternalError: _unforeseen,
}
