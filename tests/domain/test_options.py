"""The table of options: complete, reversible, inherited inwards, and deaf to nonsense."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgoe_bot.domain.duration import format_duration, parse_duration
from imgoe_bot.domain.ids import AttachmentId
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.option_kinds import without_user
from imgoe_bot.domain.options import (
    DEFAULTS,
    OPTIONS,
    Answer,
    Layout,
    Options,
    check_meant,
    layout_for,
    normalise,
    resolve,
    shown,
)
from imgoe_bot.domain.templates import details_from, fill, split_tags
from imgoe_bot.errors import SettingsRejected

ADA, BEN = 123456789012345678, 123456789012345679
ITEM = Item(AttachmentId(1), 0, "holiday.jpg")
AT = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


def test_the_table_has_every_field_once_and_in_order() -> None:
    assert tuple(OPTIONS) == tuple(each.name for each in fields(Options))


def test_what_is_shown_parses_to_the_same() -> None:
    assert resolve([shown(DEFAULTS)]) == DEFAULTS


@pytest.mark.parametrize(
    ("name", "text", "stored"),
    [
        ("answer", "thread", "thread"),
        ("bots", "on", "on"),
        ("log_channel", "<#123456789012345678>", "123456789012345678"),
        ("role", "<@&123456789012345678>", "123456789012345678"),
        ("max_size", "10 MB", "10mb"),
        ("max_size", "1500", "1500b"),
        ("max_size", "none", "none"),
        ("expires", "P7D", "7d"),
        ("expires", "90m", "90m"),
        ("sources", "stickers, attachments", "attachments,stickers"),
        ("person_files", "0", "0"),
        ("keyword", "cat pictures", "cat pictures"),
        ("only_users", "<@123456789012345679> <@!123456789012345678>", f"{ADA},{BEN}"),
        ("not_users", f"{BEN}, {ADA},{BEN}", f"{ADA},{BEN}"),
        ("not_users", "none", "none"),
        ("only_users", "nobody", "nobody"),
    ],
)
def test_a_value_is_stored_in_one_form(name: str, text: str, stored: str) -> None:
    assert normalise(name, text) == stored
    assert normalise(name, stored) == stored


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("colour", "red", "unknown"),
        ("answer", "shout", "bad-value"),
        ("bots", "yes", "bad-value"),
        ("log_channel", "#photos", "bad-value"),
        ("max_size", "-1", "bad-value"),
        ("max_size", "ten", "bad-value"),
        ("expires", "10s", "bad-value"),
        ("expires", "P1M", "bad-value"),
        ("expires", "366d", "bad-value"),
        ("sources", "", "bad-value"),
        ("person_files", "1.5", "bad-value"),
        ("keyword", "", "bad-value"),
        ("keyword", "two\nlines", "bad-value"),
        ("title", "x" * 201, "bad-value"),
        ("only_users", "", "bad-value"),
        ("only_users", "@Ada", "bad-value"),
        ("only_users", "<@&123456789012345678>", "bad-value"),
        ("only_users", "<@123456789012345678", "bad-value"),
        ("only_users", f"{ADA},", "bad-value"),
        ("only_users", ",".join(str(ADA + n) for n in range(21)), "bad-value"),
    ],
)
def test_what_is_no_value_is_refused_by_name(name: str, text: str, problem: str) -> None:
    with pytest.raises(SettingsRejected) as refused:
        normalise(name, text)

    assert refused.value.setting == name
    assert refused.value.problem == problem


@pytest.mark.parametrize(
    ("name", "text", "problem", "meant"),
    [
        ("max_size", "1", "no-unit", ("1mb",)),
        ("max_size", " 10 ", "no-unit", ("10mb",)),
        ("max_size", "007", "no-unit", ("7mb",)),
        ("max_size", "5000", "no-unit", ("5000kb",)),
        ("max_size", "10b", "too-little", ("10mb",)),
        ("max_size", "999 B", "too-little", ("999mb",)),
        ("max_size", "0", "too-little", ()),
        ("max_size", "0gb", "too-little", ()),
        ("person_bytes", "1", "no-unit", ("1mb",)),
        ("guild_bytes", "0", "too-little", ()),
        ("person_files", "0", "too-little", ()),
        ("guild_files", "00", "too-little", ()),
        ("delete_grace", "30", "no-unit", ("30m", "30h", "30d")),
        ("delete_grace", "900", "no-unit", ("900m",)),
        ("dm_digest", "0", "no-unit", ("0s",)),
        ("dm_digest", "5", "no-unit", ("5m", "5h")),
        ("expires", "1", "no-unit", ("1h", "1d")),
        ("expires", "0", "no-unit", ()),
    ],
)
def test_a_slip_of_a_number_is_questioned(
    name: str, text: str, problem: str, meant: tuple[str, ...]
) -> None:
    with pytest.raises(SettingsRejected) as refused:
        check_meant(name, text)

    assert (refused.value.problem, refused.value.meant) == (problem, meant)
    for each in meant:
        normalise(name, each)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("max_size", "1kb"), ("max_size", "1 MB"), ("max_size", "10485760"), ("max_size", "none"),
        ("max_size", "1500b"), ("guild_bytes", "1gb"), ("person_files", "1"), ("expires", "7d"),
        ("delete_grace", "5s"), ("dm_digest", "0s"), ("expires", "none"), ("answer", "reply"),
        ("max_size", "9" * 13), ("title", "1"),
    ],
)  # fmt: skip
def test_what_says_what_it_means_is_not_questioned(name: str, text: str) -> None:
    check_meant(name, text)


def test_what_another_version_stored_without_a_unit_is_still_read() -> None:
    assert resolve([{"max_size": "1500", "person_files": "0"}]) == Options(
        max_size=1500, person_files=0
    )


@pytest.mark.parametrize(
    ("text", "without"),
    [(f"{ADA},{BEN}", f"{ADA}"), (f"{BEN}", "nobody"), (f"{ADA}", f"{ADA}"), ("none", "none")],
)
def test_who_is_forgotten_is_on_no_list(text: str, without: str) -> None:
    assert without_user(text, BEN) == without


def test_an_inner_place_wins_and_inherits_the_rest() -> None:
    met = resolve([{"answer": "log", "bots": "on"}, {}, {"answer": "reply"}])

    assert met == Options(answer=Answer.REPLY, bots=True)


def test_what_another_version_stored_is_passed_over() -> None:
    assert resolve([{"colour": "red", "answer": "shout", "bots": "on"}]) == Options(bots=True)


@given(st.integers(0, 10**8))
def test_a_duration_survives_being_written(seconds: int) -> None:
    duration = timedelta(seconds=seconds)

    if len(format_duration(duration)) <= 7:
        assert parse_duration(format_duration(duration)) == duration


@given(st.text(max_size=20))
def test_no_text_breaks_a_parser_otherwise_than_by_refusal(text: str) -> None:
    for name in OPTIONS:
        try:
            stored = normalise(name, text)
        except SettingsRejected:
            continue
        assert normalise(name, stored) == stored


def test_a_template_knows_file_name_date_and_time_and_leaves_the_rest() -> None:
    filled = fill("{name} of {date} {time} ({file}) {secret}", item=ITEM, at=AT)

    assert filled == "holiday of 2026-05-04 12:30 (holiday.jpg) {secret}"


def test_a_title_is_cut_to_what_hosts_keep() -> None:
    details = details_from(Options(title="x" * 90 + "{file}"), item=ITEM, at=AT)

    assert details.title is not None
    assert len(details.title) == 100


def test_tags_are_those_a_host_would_keep() -> None:
    assert split_tags(" a, b ,a,," + "x" * 33) == ("a", "b")
    assert len(split_tags(",".join(map(str, range(20))))) == 10


@pytest.mark.parametrize(
    ("asked", "files", "reachable", "layout"),
    [
        (Layout.AUTO, 1, True, Layout.EMBED),
        (Layout.AUTO, 2, True, Layout.GALLERY),
        (Layout.AUTO, 10, True, Layout.GALLERY),
        (Layout.AUTO, 2, False, Layout.EMBED),
        (Layout.AUTO, 0, True, Layout.EMBED),
        (Layout.EMBED, 5, True, Layout.EMBED),
        (Layout.GALLERY, 1, False, Layout.GALLERY),
    ],
)
def test_a_set_is_a_gallery_unless_it_could_not_be_seen_or_a_server_chose_otherwise(
    asked: Layout, files: int, *, reachable: bool, layout: Layout
) -> None:
    assert layout_for(asked, files=files, reachable=reachable) is layout
