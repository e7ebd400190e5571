"""Emoji are compared as people mean them."""

import pytest

from imgoe_bot.domain.emoji import is_same_emoji


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("💾", "💾"),
        ("❤", "❤\ufe0f"),
        ("👍🏽", "👍"),
        ("👍🏿", "👍🏻"),
        ("🏽", "🏽"),
        ("<:save:123456789012345678>", "<:kept:123456789012345678>"),
        ("<a:save:123456789012345678>", "save:123456789012345678"),
        (" 💾", "💾"),
    ],
)
def test_one_emoji_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert is_same_emoji(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("💾", "👍"),
        ("🏽", "🏻"),
        (":star:", "⭐"),
        ("<:save:123456789012345678>", "<:save:123456789012345679>"),
    ],
)
def test_others_are_not(one: str, other: str) -> None:
    assert not is_same_emoji(one, other)
