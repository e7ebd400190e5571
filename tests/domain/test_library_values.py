"""Days, files and kinds of failure: what the library decides without asking anybody."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from imgoe_bot.domain.library import (
    Day,
    Entry,
    FailureKind,
    every_day,
    failure_kind_of,
    failure_kinds_of,
    pages_of,
    parse_since,
)
from imgoe_bot.domain.library_export import COLUMNS, record_of, to_csv, to_json
from imgoe_bot.errors import SettingsRejected
from tests.contracts.stores import item, post, upload_of

NOW = datetime(2026, 5, 31, 1, 0, tzinfo=UTC)


def _entry(filename: str = "cat.png", *, tags: tuple[str, ...] = ()) -> Entry:
    owner = post()
    upload = replace(upload_of(owner, item(filename=filename)), tags=tags)
    return Entry(upload, owner.channel_id, owner.message_id)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-01", date(2026, 5, 1)),
        (" 2026-05-01 ", date(2026, 5, 1)),
        ("7d", date(2026, 5, 24)),
        ("2h", date(2026, 5, 30)),
        ("P1W", date(2026, 5, 24)),
    ],
)
def test_a_day_is_written_as_a_date_or_as_how_long_ago(text: str, day: date) -> None:
    assert parse_since(text, now=NOW) == day


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30", "999999w", "7", "-7d"])
def test_anything_else_is_no_day(text: str) -> None:
    with pytest.raises(SettingsRejected) as refused:
        parse_since(text, now=NOW)
    assert refused.value.setting == "since"


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (1, 1), (5, 1), (6, 2), (10, 2), (11, 3)])
def test_five_entries_fill_a_page(total: int, pages: int) -> None:
    assert pages_of(total) == pages


def test_days_without_an_upload_are_filled_in() -> None:
    some = (Day(date(2026, 2, 28), 2, 20),)

    days = every_day(some, first=date(2026, 2, 27), last=date(2026, 3, 1))

    assert days == (Day(date(2026, 2, 27)), some[0], Day(date(2026, 3, 1)))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("EmptyMedia", FailureKind.FILE),
        ("MediaTooLarge", FailureKind.FILE),
        ("SourceGone", FailureKind.SOURCE),
        ("HostUnreachable", FailureKind.HOST),
        ("KeyRejected", FailureKind.SETTINGS),
        ("QuotaReached", FailureKind.SETTINGS),
        ("InternalError", FailureKind.UNKNOWN),
        ("no such error", FailureKind.UNKNOWN),
        ("ClassVar", FailureKind.UNKNOWN),
    ],
)
def test_an_error_is_sorted_by_who_can_do_something_about_it(error: str, kind: FailureKind) -> None:
    assert failure_kind_of(error) is kind


def test_the_most_frequent_trouble_comes_first() -> None:
    failures = (("EmptyMedia", 1), ("HostBroken", 2), ("HostBusy", 1), ("MediaTooLarge", 1))

    assert failure_kinds_of(failures) == ((FailureKind.HOST, 3), (FailureKind.FILE, 2))


def test_an_export_has_every_column_and_no_delete_link() -> None:
    entry = _entry(tags=("a", "b"))

    assert tuple(record_of(entry)) == COLUMNS
    for text in (to_csv([entry]), to_json([entry])):
        assert "/delete/" not in text
    (row,) = json.loads(to_json([entry]))
    assert row["message_id"] == str(entry.message_id)
    assert row["tags"] == "a,b"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_spreadsheet_runs_nothing_that_a_person_named_a_file(name: str) -> None:
    (row,) = csv.DictReader(io.StringIO(to_csv([_entry(name)]), newline=""))

    assert row["filename"] == f"'{name}"


def test_names_with_quotes_commas_and_lines_stay_one_cell() -> None:
    name = 'a "b", c\nd 🐈.png'

    (row,) = csv.DictReader(io.StringIO(to_csv([_entry(name)]), newline=""))

    assert row["filename"] == name
    assert json.loads(to_json([_entry(name)]))[0]["filename"] == name
