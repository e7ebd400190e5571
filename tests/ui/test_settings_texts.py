"""Options in words: every one has them in every language, and the longest page fits."""

import pytest

from imgoe_bot.domain.option_kinds import TEXT_MAX_CHARS
from imgoe_bot.domain.option_layers import OptionInForce
from imgoe_bot.domain.options import OPTIONS
from imgoe_bot.errors import SettingsRejected
from imgoe_bot.ui.settings.pages import option_page, page_count
from imgoe_bot.ui.settings.place_parameter import OptionPlace
from imgoe_bot.ui.texts import option_texts
from imgoe_bot.ui.texts.error_texts import error_text
from imgoe_bot.ui.translate import LOCALES, words_for_locale
from tests.ui.test_formatting import unescaped

PLACE = OptionPlace((10**18, 10**18 + 1, 10**18 + 2))


@pytest.mark.parametrize("locale", LOCALES)
def test_every_option_and_every_choice_is_explained(locale: str) -> None:
    words = words_for_locale(locale)

    for name, option in OPTIONS.items():
        assert 0 < len(option_texts.about(name, words)) <= 100
        assert option_texts.takes(option, words)
        for value in option.choices:
            assert 0 < len(option_texts.choice(option, value, words)) <= 80


@pytest.mark.parametrize("locale", LOCALES)
def test_the_longest_pages_fit_into_a_message(locale: str) -> None:
    words = words_for_locale(locale)
    held = tuple(OptionInForce(name, "w" * TEXT_MAX_CHARS, 10**18 + 2) for name in OPTIONS)

    for page in range(page_count(held)):
        embed = option_page(held, PLACE, words, page=page)
        assert len(embed.description or "") <= 4096
        assert len(embed) <= 4500  # the first page stands below the server's own settings


@pytest.mark.parametrize("locale", LOCALES)
def test_a_refused_value_is_answered_with_what_would_be_one(locale: str) -> None:
    words = words_for_locale(locale)

    said = error_text(SettingsRejected(setting="answer", problem="bad-value"), words)

    assert "`reply`, `thread`" in said


@pytest.mark.parametrize("text", ["`", "``", "a`b``c```d", "\u202egnp.exe", "<@1> **x**"])
def test_no_value_leaves_its_code_marks(text: str) -> None:
    said = option_texts.shown("title", text, words_for_locale("en"))

    assert said.startswith("`")
    assert said.endswith("`")
    assert "\u202e" not in said
    assert unescaped(said).count("```") == 0


def test_channels_and_roles_are_shown_as_mentions() -> None:
    words = words_for_locale("en")

    assert option_texts.shown("log_channel", "123456789012345678", words) == "<#123456789012345678>"
    assert option_texts.shown("uploaders", "123456789012345678", words) == "<@&123456789012345678>"
    assert option_texts.shown("log_channel", "none", words) == "`none`"
    assert option_texts.shown("host", "123", words) == "`123`"
