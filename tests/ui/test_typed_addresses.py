"""A typed address names the file that it leads to."""

import pytest

from imgoe_bot.ui.reading.uploads import typed_source


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://a.example/my%20cat.png?x=1#y", "my cat.png"),
        ("https://a.example/c%00at.png", "cat.png"),
        ("https://a.example/%00", "file"),
        ("https://a.example/", "file"),
    ],
)
def test_its_last_part_is_the_files_name_without_nul(url: str, name: str) -> None:
    """PostgreSQL takes no text with NUL: the copy would stay at its host, and nobody know of it."""
    assert typed_source(url).filename == name
