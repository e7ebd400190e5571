"""What ``imgoe-bot upload`` says of an error: one line, with what helps."""

from collections.abc import Callable, Mapping

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
from imgoe_bot.terminal.standard_streams import plain


def explain(error: ImgoeError) -> str:
    """Return what went wrong and what helps, in one line without a secret."""
    for kind, words in _TEXTS.items():
        if isinstance(error, kind):
            return plain(words(error) if callable(words) else words + _said(error))
    return plain(f"{type(error).__name__} {error}".strip())


def _said(error: ImgoeError) -> str:
    message = error.facts.get("host_message")
    return f' (the host says: "{message}")' if message else ""


def _key_rejected(error: ImgoeError) -> str:
    if error.facts.get("code") == ACCOUNT_DENIED:
        return f"the host does not let this account upload{_said(error)}"
    return f"the host wants a key, and one that it knows{_said(error)}"


def _uncertain(error: ImgoeError) -> str:
    may_be_stored = error.facts.get("may_be_stored")
    return "; it may be stored all the same: look before you repeat" if may_be_stored else ""


def _broken(error: ImgoeError) -> str:
    is_page = error.facts.get("status") == 200
    page = "the host's answer is a page, of maintenance or of another site"
    what = page if is_page else "the host failed; try again later"
    return f"{what}{_said(error)}{_uncertain(error)}"


def _unreachable(error: ImgoeError) -> str:
    if stored := _uncertain(error):
        return f"the host did not answer after all of it was sent{stored}"
    return "the host can't be reached, or does not answer in time; it is not stored"


def _reply_missing(error: ImgoeError) -> str:
    what = "the host's answer is none of the upload API, but a page or half a reply"
    return f"{what}; is the address right?{_said(error)}{_uncertain(error)}"


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


_TEXTS: Mapping[type[ImgoeError], str | Callable[[ImgoeError], str]] = {
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
