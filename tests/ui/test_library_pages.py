"""The buttons and titles of the library's pages, counted or not."""

from dataclasses import replace
from typing import Any

import discord
import pytest

from imgoe_bot.domain.ids import ChannelId
from imgoe_bot.domain.library import LAST_PAGE, MIDDLE_PAGE, Entry, Page, Query
from imgoe_bot.ui.library.embeds import page_title
from imgoe_bot.ui.library.views import page_message
from imgoe_bot.ui.translate import LOCALES, words_for_locale
from tests.contracts.stores import item, post, upload_of

ENTRIES = tuple(Entry(upload_of(post(), item(n)), ChannelId(77)) for n in range(5))
MANY = Page(ENTRIES, 0, 1001, has_older=True)


def _buttons(page: Page) -> dict[str, bool]:
    """Return each button's label, and whether it can be pressed."""
    view = page_message(page, Query(), words_for_locale("en")).view
    ids = [getattr(child, "custom_id", "") for child in view.children]
    assert len(set(ids)) == len(ids)
    found: dict[str, bool] = {}
    for child in view.children:
        button: Any = getattr(child, "item", child)
        if button.type is discord.ComponentType.button:
            found[button.label] = not button.disabled
    return found


@pytest.mark.parametrize(
    ("page", "buttons"),
    [
        (Page(ENTRIES, 0, 5), {}),
        (Page(ENTRIES, 0, 7, has_older=True), {"Previous": False, "Next": True}),
        (Page(ENTRIES, 1, 7, has_newer=True), {"Previous": True, "Next": False}),
        (MANY, {"Previous": False, "Next": True, "Oldest": True}),
        (
            replace(MANY, number=1, has_newer=True),
            {"Previous": True, "Next": True, "Oldest": True},
        ),
        (
            replace(MANY, number=2, has_newer=True),
            {"Newest": True, "Previous": True, "Next": True, "Oldest": True},
        ),
        (
            replace(MANY, number=MIDDLE_PAGE - 1, has_newer=True),
            {"Newest": True, "Previous": True, "Next": False, "Oldest": True},
        ),
        (
            replace(MANY, number=LAST_PAGE, has_newer=True, has_older=False),
            {"Newest": True, "Previous": True, "Next": False},
        ),
    ],
)
def test_a_page_leads_to_its_neighbours_and_uncounted_ones_to_both_ends(
    page: Page, buttons: dict[str, bool]
) -> None:
    assert _buttons(page) == buttons


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (Page(ENTRIES, 2, 1000), "1000 files · page 3 of 200"),
        (replace(MANY, number=2), "1,000+ files · page 3 of 200+"),
        (replace(MANY, number=LAST_PAGE), "1,000+ files · last page"),
        (replace(MANY, number=LAST_PAGE - 1), "1,000+ files · page 2 from the end"),
    ],
)
def test_a_title_says_how_many_as_far_as_they_are_counted(page: Page, said: str) -> None:
    assert page_title(page, Query(), words_for_locale("en")).endswith(said)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_says_that_there_are_more(locale: str) -> None:
    assert "000+" in page_title(MANY, Query(), words_for_locale(locale))
