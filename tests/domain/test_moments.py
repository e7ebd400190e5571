"""How people write the ends of a range of history."""

from datetime import UTC, datetime

import pytest

from imgoe_bot.domain.ids import snowflake_at
from imgoe_bot.domain.moments import LATEST, Span, parse_span
from imgoe_bot.errors import SettingsRejected

NOW = datetime(2026, 5, 31, 12, tzinfo=UTC)
GUILD = 700_000_000_000_000_001
MESSAGE = 900_000_000_000_000_003
LINK = f"https://discord.com/channels/{GUILD}/800000000000000002/{MESSAGE}"


def _span(text: str) -> Span:
    return parse_span(text, setting="from", now=NOW, guild_id=GUILD)


def _at(*parts: int) -> int:
    return snowflake_at(datetime(*parts, tzinfo=UTC))  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "first", "end"),
    [
        ("2024", _at(2024, 1, 1), _at(2025, 1, 1)),
        ("2024-02", _at(2024, 2, 1), _at(2024, 3, 1)),
        ("2024-12", _at(2024, 12, 1), _at(2025, 1, 1)),
        (" 2024-05-31 ", _at(2024, 5, 31), _at(2024, 6, 1)),
        ("31.5.2024", _at(2024, 5, 31), _at(2024, 6, 1)),
        ("2024-05-31 18:30", _at(2024, 5, 31, 18, 30), _at(2024, 5, 31, 18, 30)),
        ("2024-05-31T18:30+02:00", _at(2024, 5, 31, 16, 30), _at(2024, 5, 31, 16, 30)),
        ("today", _at(2026, 5, 31), _at(2026, 6, 1)),
        ("Yesterday", _at(2026, 5, 30), _at(2026, 5, 31)),
        ("7d", _at(2026, 5, 24, 12), _at(2026, 5, 24, 12)),
        ("P2W", _at(2026, 5, 17, 12), _at(2026, 5, 17, 12)),
        ("<t:1717172400:R>", _at(2024, 5, 31, 16, 20), _at(2024, 5, 31, 16, 20)),
        (str(MESSAGE), MESSAGE, MESSAGE + 1),
        (LINK, MESSAGE, MESSAGE + 1),
        (f"<{LINK}>", MESSAGE, MESSAGE + 1),
        ("1999", 0, 0),
        ("2100", LATEST, LATEST),
    ],
)
def test_an_end_is_a_period_a_moment_or_a_message(text: str, first: int, end: int) -> None:
    assert _span(text) == Span(first, end)


@pytest.mark.parametrize(
    "text",
    "|last summer|2024-13|2024-02-30|2024-02-30 10:00|31/05/2024|32.1.2024|9999|0000|999999w|-7d"
    f"|<t:999999999999>|12:00|{'1' * 25}".split("|"),
)
def test_anything_else_is_refused_by_the_name_it_was_asked_for(text: str) -> None:
    with pytest.raises(SettingsRejected) as refused:
        _span(text)
    assert (refused.value.setting, refused.value.problem) == ("from", "not-a-moment")


def test_a_message_of_another_server_is_refused() -> None:
    with pytest.raises(SettingsRejected) as refused:
        _span(LINK.replace(str(GUILD), "600000000000000000"))
    assert refused.value.problem == "bad-link"
