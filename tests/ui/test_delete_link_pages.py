"""The direct messages with delete links: everything once, within what Discord takes."""

from dataclasses import replace

import pytest

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.upload import DeleteLink, Upload
from imgoe_bot.ui.cards import buttons, delete_links
from imgoe_bot.ui.translate import LOCALES, words_for_locale
from tests.contracts.stores import HOST, NOW, item, post, upload_of

LINK = f"{HOST}/image/cat.Ab1/delete/{'5e' * 24}"


def _card(files: int, *, link: str = LINK) -> Card:
    owner = post()
    uploads = [upload_of(owner, item(n, filename="x" * 60), link=link) for n in range(files)]
    return Card(owner, tuple(uploads))


def _ids(pages: list[delete_links.Page]) -> list[str]:
    return [upload.id for page in pages for upload in page.listed]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("files", [[1], [3, 1], [10, 10], [1] * 20, [26], [0, 2]])
async def test_every_copy_is_listed_once_and_has_a_button(files: list[int], locale: str) -> None:
    words = words_for_locale(locale)
    cards = [_card(count) for count in files]

    pages = delete_links.pages(cards, words)

    assert _ids(pages) == [upload.id for card in cards for upload in card.uploads]
    for page in pages:
        view = buttons.delete_view(page.listed, words)
        assert len(page.text) <= 2000
        assert len(view.children) == len(page.listed) <= 25
        assert page.text.count(f"<{LINK}>") == len(page.listed)


def test_one_posts_few_copies_are_one_message() -> None:
    assert len(delete_links.pages([_card(3)], words_for_locale("en"))) == 1


@pytest.mark.parametrize("locale", LOCALES)
async def test_what_fits_in_no_message_is_named_with_the_library(locale: str) -> None:
    words = words_for_locale(locale)

    pages = delete_links.pages([_card(10)] * 30, words)

    assert len(pages) == delete_links.PAGES_MAX
    left = 300 - len(_ids(pages))
    assert words("private.in_library", count=left) in pages[-1].text
    assert "/library" not in "".join(page.text for page in pages[:-1])
    assert len(pages[-1].text) <= 2000


def test_a_link_that_fills_a_message_is_left_to_its_button() -> None:
    (page,) = delete_links.pages([_card(1, link=f"{HOST}/{'x' * 1950}")], words_for_locale("en"))

    assert len(page.text) < 200
    assert "delete link" not in page.text


def test_messages_that_begin_with_the_same_copy_are_the_same_message() -> None:
    card = _card(3)
    gone = replace(card.uploads[0], deleted_at=NOW)
    words = words_for_locale("en")

    def nonce(*uploads: Upload) -> str:
        (page,) = delete_links.pages([replace(card, uploads=uploads)], words)
        return page.nonce

    first, second, third = card.uploads
    assert nonce(first, second) == nonce(first, second, third) == f"{first.id}-dm"
    assert nonce(gone, second) == nonce(second, third)
    assert len(nonce(first)) <= 25


def test_a_list_that_grew_too_long_keeps_within_its_message() -> None:
    card = _card(25, link=f"{LINK}{'x' * 100}")
    without = replace(card.uploads[0].stored, delete_link=DeleteLink(LINK))
    uploads = (replace(card.uploads[0], stored=without), *card.uploads[1:])

    text = delete_links.one_page([replace(card, uploads=uploads)], words_for_locale("en"))

    assert len(text) <= 2000
    assert "more: use the buttons below" in text
