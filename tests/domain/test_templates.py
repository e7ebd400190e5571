"""Templates of titles, descriptions and tags."""

from datetime import UTC, datetime

import pytest

from imgoe_bot.domain.ids import AttachmentId
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.templates import details_from, fill, split_tags

AT = datetime(2026, 3, 4, 15, 6, tzinfo=UTC)


def _item(filename: str = "fox.tar.png") -> Item:
    return Item(AttachmentId(1), 0, filename)


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{file}", "fox.tar.png"),
        ("{name}", "fox.tar"),
        ("{date} {time}", "2026-03-04 15:06"),
        ("{name} {name}", "fox.tar fox.tar"),
        ("{other} {} {{date}}", "{other} {} {2026-03-04}"),
        ("", ""),
    ],
)
def test_a_template_is_filled_in(template: str, filled: str) -> None:
    assert fill(template, item=_item(), at=AT) == filled


def test_what_is_filled_in_is_not_filled_in_again() -> None:
    assert fill("{file}", item=_item("{date}{time}.png"), at=AT) == "{date}{time}.png"


def test_no_template_says_nothing() -> None:
    assert fill(None, item=_item(), at=AT) is None


def test_a_name_without_an_ending_is_its_own_name() -> None:
    assert fill("{name}", item=_item("fox"), at=AT) == "fox"


def test_a_title_is_cut_where_hosts_cut_it() -> None:
    told = details_from(Options(title="{file}"), item=_item("x" * 300), at=AT)

    assert told.title == "x" * 100


def test_tags_are_trimmed_told_once_and_at_most_ten() -> None:
    many = ",".join(f"t{n}" for n in range(20))

    assert split_tags(" a , b,,a ," + "x" * 33) == ("a", "b")
    assert len(split_tags(many)) == 10
