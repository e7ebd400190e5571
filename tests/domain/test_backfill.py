"""Backfills: what may be asked for, how far one is, and what fits beside what is under way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from imgoe_bot.domain.backfill import (
    FILES_AT_ONCE,
    MESSAGES_AT_ONCE,
    Backfill,
    BackfillState,
    Counts,
    Progress,
    WaitReason,
    fits,
    gap_in,
    progress_of,
    resumed,
)
from imgoe_bot.domain.backfill_requests import BackfillRequest, checked, ids_between
from imgoe_bot.domain.history import BackfillId, RangeReason
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, UserId, snowflake_at
from imgoe_bot.domain.options import Kind
from imgoe_bot.errors import BackfillOverlaps, BackfillRejected

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
GUILD = GuildId(snowflake_at(NOW - 3 * YEAR))
CATEGORY, CHANNEL, THREAD = (ChannelId(GUILD + number) for number in (10, 20, 30))
ASKED = MessageId(snowflake_at(NOW))
REQUEST = BackfillRequest(place_id=CHANNEL, parent_ids=(CATEGORY,), asked=ASKED)


def _at(moment: datetime) -> MessageId:
    return MessageId(snowflake_at(moment))


def _checked(request: BackfillRequest = REQUEST, *others: Backfill) -> Backfill:
    return checked(request, guild_id=GUILD, asked_by=UserId(5), now=NOW, others=others)


def test_all_there_is_reaches_from_the_servers_beginning_to_the_question() -> None:
    backfill = _checked()

    assert (backfill.after, backfill.before) == (GUILD - 1, ASKED)
    assert (backfill.state, backfill.waits) == (BackfillState.LISTING, None)
    assert backfill.line == (CHANNEL, CATEGORY, ChannelId(GUILD))


def test_ends_beyond_what_can_be_are_moved_to_what_can() -> None:
    request = replace(REQUEST, after=_at(NOW - 9 * YEAR), before=_at(NOW + YEAR))

    backfill = _checked(request)

    assert (backfill.after, backfill.before) == (GUILD - 1, ASKED)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"after": _at(NOW - YEAR), "before": _at(NOW - 2 * YEAR)}, "reversed"),
        ({"after": _at(NOW - YEAR), "before": _at(NOW - YEAR)}, "reversed"),
        ({"after": _at(NOW)}, "future"),
        ({"after": _at(NOW + YEAR), "before": _at(NOW + 2 * YEAR)}, "future"),
        ({"before": _at(NOW - 4 * YEAR)}, "before-server"),
        ({"before": MessageId(GUILD)}, "before-server"),
        ({"kinds": frozenset[Kind]()}, "no-kinds"),
    ],
)
def test_what_no_message_can_lie_in_is_refused(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(BackfillRejected) as refused:
        _checked(replace(REQUEST, **changes))  # type: ignore[arg-type]  # fields by name

    assert refused.value.problem == problem


def test_days_become_ids_the_end_being_the_first_that_is_not_meant() -> None:
    begin, end = NOW - YEAR, NOW

    after, before = ids_between(begin, end)

    assert after is not None
    assert before is not None
    assert after + 1 == snowflake_at(begin)
    assert before == snowflake_at(end)
    assert ids_between(None, None) == (None, None)


WHOLE = replace(_checked(), id=BackfillId(7))


@pytest.mark.parametrize(
    ("changes", "overlaps"),
    [
        ({}, True),
        ({"place_id": THREAD, "parent_ids": (CHANNEL, CATEGORY)}, True),
        ({"place_id": CATEGORY, "parent_ids": ()}, True),
        ({"place_id": ChannelId(GUILD), "parent_ids": ()}, True),
        ({"place_id": ChannelId(GUILD + 21)}, False),
        ({"dry_run": True}, False),
    ],
)
def test_the_same_messages_are_not_read_for_two_at_once(
    changes: dict[str, object], overlaps: bool
) -> None:
    request = replace(REQUEST, **changes)  # type: ignore[arg-type]  # fields by name

    if not overlaps:
        assert _checked(request, WHOLE).place_id == request.place_id
        return
    with pytest.raises(BackfillOverlaps) as refused:
        _checked(request, WHOLE)
    assert refused.value.backfill == 7


def test_what_lies_before_another_one_overlaps_it_not() -> None:
    middle = _at(NOW - YEAR)
    later = replace(_checked(replace(REQUEST, after=MessageId(middle - 1))), id=BackfillId(7))

    assert _checked(replace(REQUEST, before=middle), later).before == middle


def test_a_gap_begins_with_its_channel_and_its_first_message_has_the_same_id() -> None:
    gap = gap_in(WHOLE, THREAD)

    assert gap is not None
    assert (gap.after, gap.before) == (THREAD - 1, ASKED)
    assert (gap.reason, gap.backfill_id) == (RangeReason.BACKFILL, 7)


def test_a_channel_that_is_younger_has_nothing_to_read() -> None:
    assert gap_in(WHOLE, ChannelId(ASKED)) is None


def _read(**changes: object) -> Backfill:
    counts = Counts(messages=300)
    read = replace(
        WHOLE,
        state=BackfillState.READING,
        channels=4,
        unread=3.0,
        counts=counts,
        active=timedelta(minutes=2),
    )
    return replace(read, **changes)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("changes", "progress"),
    [
        ({}, Progress(0.25, 150.0, timedelta(minutes=6))),
        ({"unread": 4.0}, Progress(0.0, 150.0, None)),
        ({"unread": 4.0, "counts": Counts(), "active": timedelta(0)}, Progress(0.0)),
        ({"channels": None, "state": BackfillState.LISTING}, Progress(0.0)),
        ({"channels": 0, "unread": 0.0, "state": BackfillState.DONE}, Progress(1.0, 150.0)),
        ({"state": BackfillState.CANCELLED}, Progress(0.25, 150.0)),
    ],
)
def test_progress_follows_from_what_was_read_and_how_long_it_took(
    changes: dict[str, object], progress: Progress
) -> None:
    assert progress_of(_read(**changes)) == progress


def test_whoever_resumes_lets_as_much_be_read_as_at_first() -> None:
    waiting = _read(waits=WaitReason.LARGE, counts=Counts(messages=MESSAGES_AT_ONCE))

    again = resumed(waiting)

    assert (again.waits, again.read_to) == (None, 2 * MESSAGES_AT_ONCE)


def test_resuming_one_that_was_paused_early_takes_nothing_away() -> None:
    assert resumed(_read(waits=WaitReason.PAUSED)).read_to == MESSAGES_AT_ONCE + 300


@pytest.mark.parametrize(
    ("files", "open_files", "fit"),
    [
        (1, 0, True),
        (FILES_AT_ONCE, 0, True),
        (10, 0, True),
        (1, FILES_AT_ONCE - 1, True),
        (2, FILES_AT_ONCE - 1, False),
        (1, FILES_AT_ONCE, False),
    ],
)
def test_what_fits_beside_what_is_open(files: int, open_files: int, fit: bool) -> None:
    assert fits(files, open_files=open_files) is fit
