"""docs/settings.md lists every option a server may set, as the bot itself explains it."""

from imgoe_bot.domain.options import DEFAULTS, OPTIONS
from imgoe_bot.ui.texts import option_texts
from imgoe_bot.ui.translate import words_for_locale
from tests.docs.tables import code, read, rows, sections

ENGLISH = words_for_locale("en")


def test_every_option_is_listed_in_order_with_what_it_takes_and_is_for() -> None:
    listed = rows(sections(read("docs/settings.md"), level=2)["What a server sets"])

    assert [tuple(row) for row in listed] == [
        (
            f"`{name}`",
            option_texts.takes(option, ENGLISH),
            f"`{option.show(getattr(DEFAULTS, name))}`",
            "channel" if option.per_channel else "server",
            option_texts.about(name, ENGLISH),
        )
        for name, option in OPTIONS.items()
    ]
    assert {code(row[0]) for row in listed} == set(OPTIONS)
