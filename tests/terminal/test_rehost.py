"""What ``imgoe-bot rehost`` prints, and what it does not take."""

import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from imgoe_bot.domain.host_move import HostMove, MoveCounts
from imgoe_bot.terminal import cli
from imgoe_bot.terminal.rehost.report import Report, as_json, print_report

MOVE = HostMove("https://old.example", "https://new.example")
COUNTS = MoveCounts(
    servers=2,
    uploads=1_200,
    links=1_100,
    cards=900,
    elsewhere={"https://cdn.example": 40},
    links_elsewhere=3,
    samples=(("https://old.example/i/1", "https://new.example/i/1"),),
)


def _printed(report: Report) -> str:
    console = Console(width=200, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        print_report(report, console)
    return capture.get()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("https://a.example", "https://A.example:443/", "both are one place"),
        ("https://a.example", "b.example", "write two base addresses like"),
        ("ftp://a.example", "https://b.example", "write two base addresses like"),
        ("https://a.example", "https://me:secret@b.example", "write two base addresses like"),
    ],
)
def test_what_is_no_move_is_refused(old: str, new: str, says: str) -> None:
    done = CliRunner().invoke(cli.app, ["rehost", old, new])

    assert done.exit_code == 2
    assert says in done.stderr
    assert "secret" not in done.stderr


def test_a_look_says_what_would_change_what_stays_and_what_to_do() -> None:
    text = _printed(Report(MOVE, COUNTS, applied=False, variables=("IMGOE_DEFAULT_HOST_URL",)))

    for part in (
        "would move",
        "1,200",
        "https://old.example/i/1 → https://new.example/i/1",
        "40 addresses lie at https://cdn.example and stay.",
        "3 delete links lie elsewhere and stay",
        "Nothing was changed: --yes does it.",
        "IMGOE_DEFAULT_HOST_URL names the old place: set it to https://new.example and restart.",
    ):
        assert part in text


def test_what_was_done_says_that_the_cards_follow() -> None:
    text = _printed(Report(MOVE, COUNTS, applied=True, variables=()))

    assert "The bot shows the cards anew" in text
    assert "would" not in text


def test_an_unknown_place_names_those_that_are_known() -> None:
    report = Report(MOVE, MoveCounts(), applied=False, variables=(), known=("https://b.example",))

    assert _printed(report) == (
        "Nothing is stored of https://old.example.\nKnown hosts: https://b.example\n"
    )


def test_json_has_the_same_numbers() -> None:
    found = json.loads(as_json(Report(MOVE, COUNTS, applied=True, variables=())))

    assert (found["old"], found["new"], found["applied"]) == (MOVE.old, MOVE.new, True)
    assert (found["servers"], found["uploads"], found["delete_links"]) == (2, 1_200, 1_100)
    assert (found["cards"], found["elsewhere"]) == (900, {"https://cdn.example": 40})
    assert found["samples"] == [
        {"before": "https://old.example/i/1", "after": "https://new.example/i/1"}
    ]
