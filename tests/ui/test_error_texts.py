"""Every error has words, in every language, and no words carry what a host slipped in."""

import inspect
import re

import pytest

from imgoe_bot import errors
from imgoe_bot.errors import (
    DuplicateMedia,
    HostBroken,
    HostBusy,
    HostRefused,
    ImgoeError,
    InternalError,
    KeyRejected,
    MediaTooLarge,
    ReplyMissing,
    SourceGone,
    UnsupportedMedia,
)
from imgoe_bot.ui.texts.error_texts import error_text
from imgoe_bot.ui.translate import LOCALES, words_for_locale
from tests.ui.test_formatting import unescaped

ENGLISH = words_for_locale("en")
NASTY = "**bold** [x](https://evil.example) [y](https://evil.example) `c` <@1> @everyone\n# big"
HOST = "https://host.example"
NUMBERS = {"limit", "status", "code", "size_bytes", "limit_bytes", "retry_after_s", "backfill"}


def _kinds() -> list[type[ImgoeError]]:
    found = (kind for kind in vars(errors).values() if inspect.isclass(kind))
    return [kind for kind in found if issubclass(kind, ImgoeError)]


def _make(kind: type[ImgoeError], text: str) -> ImgoeError:
    """Return an error whose every fact says ``text``, or a number where it is one."""
    parameters = inspect.signature(kind).parameters.values()
    names = [p.name for p in parameters if p.kind is not inspect.Parameter.VAR_KEYWORD]
    facts: dict[str, object] = {name: 7 if name in NUMBERS else text for name in names}
    return kind(**facts)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", _kinds())
def test_every_error_has_words_in_every_language(kind: type[ImgoeError], locale: str) -> None:
    said = error_text(_make(kind, "x"), words_for_locale(locale))

    assert 10 < len(said) < 1000
    assert "{" not in said
    assert kind.__name__ not in said


@pytest.mark.parametrize("kind", _kinds())
def test_no_words_carry_a_strangers_markdown_or_mention(kind: type[ImgoeError]) -> None:
    said = error_text(_make(kind, NASTY), ENGLISH)

    acts = unescaped(said)
    assert "@everyone" not in said
    assert "](" not in acts
    assert "**bold**" not in acts
    assert "<@1>" not in acts
    assert "\n#" not in said
    assert "://evil" not in acts


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (MediaTooLarge(filename="a.png", size_bytes=2_000_000, limit_bytes=1_000_000),
         "2.0 MB"),
        (MediaTooLarge(filename="a.png", limit_bytes=1_000_000), "1.0 MB"),
        (UnsupportedMedia(filename="notes_1.png"), r"**notes\_1.png**"),
        (HostBusy(host=HOST, retry_after_s=1e300), "<t:"),
        (HostRefused(host=HOST, host_message="No cats today"), "No cats today"),
        (ReplyMissing(host=HOST, status=403), "none of its upload API"),
        (HostBroken(host=HOST, status=200), "none of its upload API"),
        (SourceGone(site="cats.example"), "Check the address"),
        (DuplicateMedia(host=HOST, answer_lost=True), "answer was lost"),
        (DuplicateMedia(host=HOST, viewer_url=f"{HOST}/image/Ab"), f"<{HOST}/image/Ab>"),
    ],
)  # fmt: skip
def test_what_is_known_is_said(error: ImgoeError, says: str) -> None:
    assert says in error_text(error, ENGLISH)


def test_a_bug_is_not_explained_to_people_by_its_class() -> None:
    assert "KeyError" not in error_text(InternalError(kind="KeyError"), ENGLISH)


def test_words_hold_no_secret_shape() -> None:
    for kind in _kinds():
        assert not re.search(r"chv_|/delete/", error_text(_make(kind, "x"), ENGLISH))


@pytest.mark.parametrize("locale", LOCALES)
def test_an_account_that_may_not_upload_is_not_told_that_its_key_is_wrong(locale: str) -> None:
    words = words_for_locale(locale)
    unknown = error_text(KeyRejected(host=HOST, code=100), words)
    denied = error_text(KeyRejected(host=HOST, code=401), words)

    assert denied != unknown
    assert "/settings key" in denied
