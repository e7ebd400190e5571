"""Addresses in texts: found, told apart, and hidden where a spoiler hides them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgoe_bot.domain.ids import address_id
from imgoe_bot.domain.links import Link, find_links, hides, media_links, name_in

CAT = "https://pics.example/cat.png"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (CAT, [CAT]),
        (f"look: {CAT}, nice", [CAT]),
        (f"({CAT})", [CAT]),
        (f"[a cat]({CAT})", [CAT]),
        (f"**{CAT}**", [CAT]),
        (f"<{CAT}>", [CAT]),
        (f"{CAT}?size=9&q=a_b.", [f"{CAT}?size=9&q=a_b"]),
        (f"{CAT}\n{CAT}\nhttp://b.example/b.mp4", [CAT, "http://b.example/b.mp4"]),
        (f"`{CAT}`", []),
        (f"```\n{CAT}\n``` {CAT}?2", [f"{CAT}?2"]),
        ("ftp://pics.example/cat.png and pics.example/cat.png", []),
        ("", []),
    ],
)
def test_the_addresses_of_a_text_are_found_once_each(text: str, found: list[str]) -> None:
    assert [link.url for link in find_links(text)] == found


@pytest.mark.parametrize(
    ("text", "spoiler"),
    [
        (f"||{CAT}||", True),
        (f"||<{CAT}>||", True),
        (f"||the end: {CAT} !||", True),
        (f"||[the end]({CAT})||", True),
        (f"||\n{CAT}\n||", True),
        (f"||no|| {CAT} ||no||", False),
        (f"`||` {CAT} `||`", False),
        (f"|| {CAT}", False),
        (f"{CAT} ||{CAT}||", True),
    ],
)
def test_what_a_spoiler_hides_is_hidden(text: str, spoiler: bool) -> None:
    assert find_links(text) == (Link(CAT, spoiler=spoiler),)


@pytest.mark.parametrize(
    ("text", "shown", "spoiler"),
    [
        (f"||{CAT}||", CAT, True),
        ("||https://pics.example||", "https://pics.example/", True),
        (f"{CAT} ||https://b.example||", CAT, False),
        (f"{CAT} ||https://b.example||", "https://b.example/canonical", True),
        (f"{CAT} ||https://b.example||", None, True),
        (f"{CAT} ||words||", "https://pics.example/canonical", False),
        ("no link", None, False),
    ],
)
def test_a_preview_is_hidden_with_its_link_and_where_that_can_not_be_told(
    text: str, shown: str | None, spoiler: bool
) -> None:
    assert hides(find_links(text), shown) is spoiler


@pytest.mark.parametrize(
    ("url", "name", "is_media"),
    [
        (CAT, "cat.png", True),
        (f"{CAT}?ex=1&is=2#x", "cat.png", True),
        ("https://pics.example/my%20cat.PNG", "my cat.PNG", True),
        ("https://pics.example/a/film.mp4", "film.mp4", True),
        ("https://pics.example/..%2Fcat.png", "cat.png", True),
        ("https://pics.example/c%00at.png", "cat.png", True),
        ("https://pics.example/page", "page", False),
        ("https://pics.example/?f=cat.png", "", False),
        ("https://cat.png", "", False),
        ("https://pics.example/notes.txt", "notes.txt", False),
    ],
)
def test_a_path_tells_what_it_leads_to(url: str, name: str, is_media: bool) -> None:
    assert name_in(url) == name
    assert bool(list(media_links([Link(url)]))) is is_media


@given(st.text(max_size=200))
def test_no_text_breaks_the_search(text: str) -> None:
    for link in find_links(text):
        assert link.url in text


def test_an_address_has_one_id_that_is_nobody_elses() -> None:
    ids = {address_id(f"https://pics.example/{n}.png") for n in range(1000)}

    assert len(ids) == 1000
    assert all(-(2**63) <= each < -(2**62) for each in ids)
    assert address_id(CAT) == address_id(CAT)
