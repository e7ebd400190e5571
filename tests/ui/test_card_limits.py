"""The fullest messages there can be stay within what Discord takes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import pytest

from imgoe_bot.domain.card import Card, FailedItem
from imgoe_bot.domain.upload import DeleteLink, Upload
from imgoe_bot.errors import HostRefused, SourceGone
from imgoe_bot.ui.cards import buttons
from imgoe_bot.ui.cards.card_texts import card_note, upload_lines
from imgoe_bot.ui.cards.delete_links import private_text
from imgoe_bot.ui.cards.embeds import card_embeds
from imgoe_bot.ui.cards.gallery import gallery_view
from imgoe_bot.ui.outbound.direct_message_texts import withdrawn_text
from imgoe_bot.ui.translate import LOCALES, words_for_locale
from tests.contracts.stores import NOW, item, post, upload_of

NAMES = ["x" * 200, "_" * 200, "猫" * 200, "@here" * 40, "\u202e" * 200]
ENGLISH = words_for_locale("en")
LONG_HOST = "https://" + "h" * 190
SECRET = "5e" * 24
LONG_LINK = f"{LONG_HOST}/image/{'t' * 100}/delete/{SECRET}"
LONG_PAGE = f"{LONG_HOST}/image/{'%E7%8C%AB' * 60}.Ab1"


def _upload(name: str, position: int) -> Upload:
    upload = upload_of(post(), item(position, filename=name), link=LONG_LINK)
    stored = replace(upload.stored, viewer_url=LONG_PAGE, expires_at=NOW, duration_s=10**6)
    return replace(upload, host_url=LONG_HOST, stored=stored)


def _card(name: str, *, failed: int, kept: int | None = None, locale: str = "en") -> Card:
    error = HostRefused(host=LONG_HOST, host_message="*" * 300)
    kept = 10 - failed if kept is None else kept
    return Card(
        post=replace(post(), locale=locale),
        uploads=tuple(_upload(name, position) for position in range(kept)),
        failures=tuple(FailedItem(position, name, error) for position in range(failed)),
        dms_closed=True,
    )


def _labels(view: discord.ui.View) -> list[dict[str, Any]]:
    return [part for row in view.to_components() for part in row["components"]]


def _waiting(card: Card) -> Card:
    """The same with every copy still to be approved: the longest description there is."""
    uploads = [replace(each, stored=replace(each.stored, approved=False)) for each in card.uploads]
    return replace(card, uploads=tuple(uploads))


SETS = [(10, 0), (9, 1), (5, 5), (0, 10), (10, 1), (30, 0), (30, 30)]
"""How many files were kept and how many not: attachments, stickers, previews and links add up."""


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("kept", "failed"), SETS)
@pytest.mark.parametrize("name", NAMES)
def test_a_card_of_any_number_of_files_fits_in_a_message(
    name: str, kept: int, failed: int, locale: str
) -> None:
    card = _card(name, kept=kept, failed=failed, locale=locale)

    _check_fits(card_embeds(card))
    _check_fits(card_embeds(_waiting(card)))


def _check_fits(embeds: list[discord.Embed]) -> None:

    assert 0 < len(embeds) <= 10
    assert sum(len(embed) for embed in embeds) <= 6000
    for embed in embeds:
        assert 0 < len(embed.title or "") <= 256
        assert len(embed.description or "") <= 4096
        assert len(embed.footer.text or "") <= 2048


def test_what_has_no_embed_of_its_own_is_listed_in_one_for_all() -> None:
    card = _card("cat.png", kept=0, failed=1)
    uploads = tuple(_upload(f"{position}.png", position) for position in range(12))

    *shown, rest, failures = card_embeds(replace(card, uploads=uploads))

    assert [embed.title for embed in shown] == [f"{n}.png" for n in range(len(shown))]
    for position in range(len(shown), 12):
        assert f"{position}.png" in (rest.description or "")
    assert failures.title == "Not kept"


def test_a_link_is_whole_or_not_there() -> None:
    lines = upload_lines(_card("cat.png", failed=0).uploads, ENGLISH, limit=4000)

    links = lines.count("](<")
    assert 0 < links == lines.count(f"](<{LONG_PAGE}>)") < 10
    assert lines.count("cat.png") == 10


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("kept", "failed"), SETS)
@pytest.mark.parametrize("name", NAMES)
def test_a_gallery_of_any_number_of_files_fits_in_a_message(
    name: str, kept: int, failed: int, locale: str
) -> None:
    card = _card(name, kept=kept, failed=failed, locale=locale)

    for each in (card, _waiting(card)):
        view = gallery_view(each, elsewhere=True)
        parts = list(view.walk_children())
        texts = [part.content for part in parts if isinstance(part, discord.ui.TextDisplay)]
        assert len(parts) <= 40
        assert sum(map(len, texts)) <= 4000
        assert all(texts)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", NAMES)
def test_private_words_of_ten_files_fit_in_a_message(name: str, locale: str) -> None:
    words, card = words_for_locale(locale), _card(name, failed=0)

    for with_links in (True, False):
        assert 0 < len(private_text(card, words, with_links=with_links)) <= 2000
    assert len(card_note(card) or "") <= 2000


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", NAMES)
def test_buttons_fit(name: str, locale: str) -> None:
    card = _card(name, failed=0, locale=locale)
    one = replace(card, uploads=card.uploads[:1])
    words = words_for_locale(locale)

    for view in (
        buttons.card_view(card),
        buttons.card_view(one),
        buttons.private_view(card, words),
    ):
        for button in _labels(view):
            assert 0 < len(button["label"]) <= 80
            assert len(button.get("custom_id", "")) <= 100
            assert len(button.get("url", "")) <= 512


async def test_a_page_whose_address_is_too_long_for_a_button_is_linked_by_the_title() -> None:
    card = Card(post=post(), uploads=(_upload("cat.png", 0),))

    (embed,) = card_embeds(card)

    assert embed.url == LONG_PAGE
    assert [b["label"] for b in _labels(buttons.card_view(card))] == ["Links", "Delete…"]


def test_a_card_never_holds_a_delete_link() -> None:
    embeds = [embed.to_dict() for embed in card_embeds(_card("cat.png", failed=2))]

    assert "/delete/" not in str(embeds)


def test_delete_links_are_only_for_their_uploader() -> None:
    words, upload = words_for_locale("en"), _upload("cat.png", 0)
    card = Card(post=post(), uploads=(upload,))

    assert f"<{LONG_LINK}>" in private_text(card, words, with_links=True)
    assert "/delete/" not in private_text(card, words, with_links=False)


def test_a_spoiler_shows_no_thumb_and_a_deleted_copy_nothing_of_itself() -> None:
    upload = _upload("cat.png", 0)
    hidden = replace(upload, spoiler=True)
    gone = replace(upload, deleted_at=NOW)

    shown, spoiler, tombstone = card_embeds(Card(post=post(), uploads=(upload, hidden, gone)))

    assert shown.thumbnail.url == upload.stored.thumb_url
    assert spoiler.thumbnail.url is None
    assert (tombstone.url, tombstone.thumbnail.url) == (None, None)


def test_who_took_the_message_back_is_told_what_became_of_the_copy() -> None:
    words = words_for_locale("en")
    taken = replace(post(), withdrawn_at=NOW + timedelta(seconds=1))
    none = Card(post=taken, failures=(FailedItem(0, "cat.png", SourceGone()),))
    some = Card(post=taken, uploads=(_upload("cat.png", 0),))

    assert withdrawn_text(none, words) != withdrawn_text(some, words)


def test_a_link_that_shows_nothing_is_hidden_in_reprs() -> None:
    assert SECRET not in repr(Card(post=post(), uploads=(_upload("cat.png", 0),)))
    assert SECRET not in f"{DeleteLink(LONG_LINK)} {DeleteLink(LONG_LINK)!r}"
