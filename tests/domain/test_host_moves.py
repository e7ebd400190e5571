"""Which addresses move along when an image host moves, and when cards are shown anew."""

from datetime import UTC, datetime, timedelta

import pytest

from imgoe_bot.domain.host_move import CARD_EVERY, CARD_OF_SERVER_EVERY, CardTimes, HostMove
from imgoe_bot.domain.ids import GuildId

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "url", "moved"),
    [
        ("https://a.example", "https://b.example", "https://a.example", "https://b.example"),
        (
            "https://a.example",
            "https://b.example/pics",
            "https://a.example/i/x.png?a=%2F&b=#c",
            "https://b.example/pics/i/x.png?a=%2F&b=#c",
        ),
        (
            "https://a.example/one",
            "https://b.example",
            "https://a.example/one/x",
            "https://b.example/x",
        ),
        ("https://a.example/one", "https://b.example", "https://a.example/one2/x", None),
        ("https://a.example/one", "https://b.example", "https://a.example/two/x", None),
        ("https://a.example", "https://b.example", "https://a.example.evil.example/x", None),
        ("https://a.example", "https://b.example", "https://cdn.a.example/x", None),
        ("https://a.example", "https://b.example", "https://b.example/?https://a.example/x", None),
        ("https://a.example", "https://b.example", "https://a.example:8443/x", None),
        (
            "https://a.example",
            "https://b.example",
            "https://a.example:443/x",
            "https://b.example/x",
        ),
        (
            "https://a.example:443",
            "https://b.example",
            "https://a.example/x",
            "https://b.example/x",
        ),
        ("https://a.example", "https://b.example", "HTTPS://A.Example/X", "https://b.example/X"),
        ("http://a.example", "https://a.example", "http://a.example/x", "https://a.example/x"),
        ("http://a.example", "https://a.example", "https://a.example/x", None),
        (
            "https://bücher.example",
            "https://b.example",
            "https://xn--bcher-kva.example/x",
            "https://b.example/x",
        ),
        (
            "https://xn--bcher-kva.example",
            "https://b.example",
            "https://Bücher.example/x",
            "https://b.example/x",
        ),
        (
            "http://[2001:db8::1]:80",
            "http://b.example",
            "http://[2001:DB8::1]/x",
            "http://b.example/x",
        ),
        ("https://a.example", "https://b.example", "https://user@a.example/x", None),
        ("https://a.example", "https://b.example", "https://a.example\n/x", None),
        ("https://a.example", "https://b.example", "https://[a.example/x", None),
        ("https://a.example", "https://b.example", "https://a.example:99999/x", None),
        ("https://a.example", "https://b.example", "", None),
    ],
)
def test_what_lies_at_the_old_place_moves_and_nothing_else(
    old: str, new: str, url: str, moved: str | None
) -> None:
    assert HostMove(old, new).moved(url) == moved


@pytest.mark.parametrize(
    ("old", "new", "nowhere"),
    [
        ("https://a.example", "https://A.example:443", True),
        ("https://bücher.example", "https://xn--bcher-kva.example", True),
        ("http://a.example", "https://a.example", False),
        ("https://a.example", "https://a.example/b", False),
        ("https://a.example/b", "https://a.example", False),
    ],
)
def test_one_place_written_two_ways_is_no_move(old: str, new: str, nowhere: bool) -> None:
    assert HostMove(old, new).leads_nowhere is nowhere


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("https://a.example", "https://a.example/b", "https://a.example", "https://a.example/b"),
        ("https://a.example/b", "https://a.example", "https://a.example/b", "https://a.example"),
    ],
)
def test_of_two_places_in_each_other_the_host_tells_what_was_moved(
    old: str, new: str, before: str, after: str
) -> None:
    move = HostMove(old, new)

    assert move.moved(before) == after
    assert move.moved_of(before, f"{before}/x") == f"{after}/x"
    assert move.moved_of(after, f"{after}/x") is None


def test_files_on_a_cdn_of_their_own_move_too_and_never_twice() -> None:
    move, host = HostMove("https://cdn.example", "https://cdn.example/v2"), "https://a.example"

    once = move.moved_of(host, "https://cdn.example/x.png")

    assert once == "https://cdn.example/v2/x.png"
    assert move.moved_of(host, once) is None
    assert move.moved_of(host, "https://a.example/x.png") is None


def test_of_two_places_apart_each_address_tells_for_itself() -> None:
    move = HostMove("http://a.example", "https://a.example")

    assert not move.is_done("https://a.example")
    assert not move.is_done("http://a.example")


def test_cards_have_their_turns_apart_and_those_of_one_server_further() -> None:
    times = CardTimes(NOW)
    mine, other = GuildId(1), GuildId(2)

    taken = [times.take(each) for each in (mine, mine, other, mine)]

    assert [at - NOW for at in taken] == [
        timedelta(0),
        CARD_OF_SERVER_EVERY,
        2 * CARD_EVERY,
        2 * CARD_OF_SERVER_EVERY,
    ]
