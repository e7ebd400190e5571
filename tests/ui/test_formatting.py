"""Foreign text made safe, numbers made readable."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.translate import words_for_locale

ENGLISH = words_for_locale("en")

UNSAFE = [
    "**bold**.png",
    "__under__.png",
    "~~struck~~.png",
    "||spoiler||.png",
    "`code`.png",
    "> quote.png",
    "# heading.png",
    "[click](https://evil.example) [me](https://evil.example)",
    "https://evil.example/x.png",
    "<@123456789012345678>",
    "<#123456789012345678>",
    "</upload:123456789012345678>",
    "<t:1:R>",
    "a\\*b*.png",
]


def unescaped(text: str) -> str:
    """Return what is left when every escaped mark is taken out: what Discord would act on."""
    return re.sub(r"\\(://|.)", "", text)


@pytest.mark.parametrize("name", UNSAFE)
def test_a_name_formats_links_and_mentions_nothing(name: str) -> None:
    assert not re.search(r"[*_~|`<>#\[\]]|://", unescaped(fmt.safe_name(name, limit=200)))


@pytest.mark.parametrize("mention", ["@everyone", "@here", "<@123456789012345678>", "<@&12345>"])
def test_a_name_pings_nobody(mention: str) -> None:
    safe = fmt.safe_name(f"x {mention}.png")

    assert mention not in safe
    assert not re.search(r"@(everyone|here)", safe)


@pytest.mark.parametrize(
    "mark",
    ["\u202e", "\u2066", "\u200f", "\u061c", "\u200b", "\u00ad", "\ufeff", "\n", "\x00", "\x85",
     "\U000e0041"],
)  # fmt: skip
def test_marks_that_hide_or_turn_text_around_are_gone(mark: str) -> None:
    assert fmt.safe_name(f"exe{mark}gnp.png") == fmt.plain_name(f"exe{mark}gnp.png") == "exegnp.png"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("cat.png", "cat.png"),
        ("ünï 猫 🐈.png", "ünï 猫 🐈.png"),
        ("my-cat (1).png", "my-cat (1).png"),
    ],
)
def test_ordinary_names_are_left_as_they_are(name: str, shown: str) -> None:
    assert fmt.safe_name(name) == fmt.plain_name(name) == shown


@pytest.mark.parametrize("name", ["", "\u200b", "\u202e\u202c"])
def test_a_name_of_nothing_visible_is_still_a_name(name: str) -> None:
    assert fmt.safe_name(name) == fmt.plain_name(name) == "file"


@pytest.mark.parametrize("name", ["x" * 5000 + ".png", "_" * 5000, "猫" * 5000, "@here" * 1000])
@pytest.mark.parametrize("limit", [40, 60, 200])
def test_a_name_of_five_thousand_characters_fits(name: str, limit: int) -> None:
    assert 0 < len(fmt.safe_name(name, limit=limit)) <= limit
    assert 0 < len(fmt.plain_name(name, limit=limit)) <= limit


@given(name=st.text(), limit=st.integers(20, 200))
def test_every_name_fits_and_is_safe(name: str, limit: int) -> None:
    safe = fmt.safe_name(name, limit=limit)

    assert 0 < len(safe) <= limit
    assert not re.search(r"[*_~|`<>#\[\]\n]|://|@everyone|@here", unescaped(safe))


def test_a_long_name_keeps_its_beginning_and_its_end() -> None:
    short = fmt.safe_name("holiday-" + "x" * 300 + "-beach.jpeg")

    assert short.startswith("holiday-")
    assert short.endswith("-beach.jpeg")
    assert "…" in short


@given(text=st.text(min_size=1), limit=st.integers(4, 60))
def test_shortening_never_lengthens(text: str, limit: int) -> None:
    assert len(fmt.shorten(text, limit=limit)) <= limit


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (1_500_000, "1.5 MB"),
        (999_949_999, "999.9 MB"),
        (999_950_000, "1.0 GB"),
        (5_000_000_000_000, "5000.0 GB"),
    ],
)
def test_sizes_are_said_in_the_unit_that_fits(size_bytes: int, said: str) -> None:
    assert fmt.size(size_bytes, ENGLISH) == said


@pytest.mark.parametrize(
    ("duration_s", "said"), [(0, "0:00"), (59, "0:59"), (60, "1:00"), (65, "1:05"), (3661, "61:01")]
)
def test_durations_are_minutes_and_seconds(duration_s: int, said: str) -> None:
    assert fmt.duration(duration_s) == said


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://imgoe.download", "imgoe.download"),
        ("http://127.0.0.1:8089/sub", "127.0.0.1:8089"),
        ("https://my_host.example/x", r"my\_host.example"),
        ("https://bot:hunter2@host.example", "host.example"),
    ],
)
def test_a_host_is_named_by_its_name_and_nothing_secret(url: str, said: str) -> None:
    assert fmt.host_name(url) == said


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://host.example/image/cat.ZfGd?a=1#b", True),
        ("https://host.example/a> @everyone", False),
        ("https://host.example/<b>", False),
        ("https://host.example/a b", False),
        ("https://host.example/a\nb", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_only_a_plain_address_stands_in_angle_brackets(url: str, safe: bool) -> None:
    assert fmt.is_link(url) is safe


@given(
    lines=st.lists(st.text(max_size=80).filter(lambda s: "\n" not in s), max_size=40),
    limit=st.integers(100, 2000),
)
def test_lines_that_do_not_fit_are_counted(lines: list[str], limit: int) -> None:
    fitted = fmt.fit(lines, limit=limit, rest=lambda count: f"and {count} more")

    assert len(fitted) <= limit
    if fitted != "\n".join(lines):
        *kept, last = fitted.split("\n")
        assert kept == lines[: len(kept)]
        assert last == f"and {len(lines) - len(kept)} more"


@pytest.mark.parametrize(
    "text", ["💾", "<:save:123456789012345678>", "<a:save:123456789012345678>"]
)
def test_an_emoji_that_an_option_names_is_shown(text: str) -> None:
    assert fmt.emoji(text) == text


@pytest.mark.parametrize("text", [*UNSAFE, "<:save:1> **x**"])
def test_what_is_no_emoji_formats_nothing_in_a_public_notice(text: str) -> None:
    assert fmt.emoji(text) == fmt.escape(text)
