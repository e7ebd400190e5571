"""When a person may be written to."""

from datetime import UTC, datetime, timedelta

import pytest

from imgoe_bot.domain.direct_messages import (
    BOOKED_FOR,
    Breaker,
    Closed,
    Go,
    Halt,
    Halted,
    Join,
    Later,
    Move,
    Quota,
    Slot,
    Standing,
    decide,
    still_booked,
)
from imgoe_bot.domain.ids import PostId

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SOON, LATER = NOW + timedelta(seconds=30), NOW + timedelta(minutes=5)
PAST = NOW - timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
ROOM = {Slot.OPENED: NOW, Slot.TOTAL: NOW}
STOPPED = Breaker(Halt.QUARANTINED, LATER)
PROBED = Breaker(Halt.TOO_FAST, SOON, probing=True)
OVER = Breaker(Halt.TOO_FAST, PAST)


@pytest.mark.parametrize(
    ("standing", "move"),
    [
        (Standing(Breaker(), ROOM), Go({Slot.TOTAL: NOW})),
        (Standing(Breaker(), ROOM, is_new=True), Go({Slot.OPENED: NOW, Slot.TOTAL: NOW})),
        (Standing(Breaker(), ROOM, quiet_until=PAST), Go({Slot.TOTAL: NOW})),
        (Standing(Breaker(), ROOM, quiet_until=SOON), Later(SOON)),
        (Standing(Breaker(), ROOM, quiet_until=SOON, leads=True), Go({Slot.TOTAL: NOW})),
        (Standing(Breaker(), ROOM, joinable=PostId("a")), Join(PostId("a"))),
        (Standing(Breaker(), ROOM, closed_until=SOON), Closed()),
        (Standing(Breaker(), ROOM, closed_until=SOON, leads=True), Closed(late=True)),
        (Standing(Breaker(), ROOM, closed_until=PAST), Go({Slot.TOTAL: NOW})),
        (Standing(STOPPED, ROOM, joinable=PostId("a")), Halted(LATER)),
        (Standing(PROBED, ROOM), Later(SOON, anew=True)),
        (Standing(OVER, ROOM), Go({Slot.TOTAL: NOW})),
        (
            Standing(Breaker(), {Slot.OPENED: SOON, Slot.TOTAL: NOW}, is_new=True),
            Later(SOON, {Slot.OPENED: SOON}),
        ),
        (Standing(Breaker(), {Slot.OPENED: SOON, Slot.TOTAL: NOW}), Go({Slot.TOTAL: NOW})),
        (
            Standing(Breaker(), {Slot.OPENED: NOW, Slot.TOTAL: SOON}, is_new=True),
            Later(SOON, {Slot.OPENED: NOW, Slot.TOTAL: SOON}),
        ),
        (
            Standing(Breaker(), {Slot.OPENED: SOON, Slot.TOTAL: SOON}, booked=frozenset(Slot)),
            Go({}),
        ),
    ],
)
def test_a_letter_that_is_due_goes_waits_or_is_collected(standing: Standing, move: Move) -> None:
    assert decide(standing, window=MINUTE, now=NOW) == move


def test_without_a_window_nothing_is_collected() -> None:
    standing = Standing(Breaker(), ROOM, quiet_until=SOON, joinable=PostId("a"))

    assert decide(standing, window=timedelta(0), now=NOW) == Go({Slot.TOTAL: NOW})


@pytest.mark.parametrize(
    ("filled", "room_at"),
    [(None, NOW), (NOW - MINUTE, NOW), (NOW, NOW + MINUTE), (SOON, SOON + MINUTE)],
)
def test_a_quota_has_room_once_its_oldest_place_is_free(
    filled: datetime | None, room_at: datetime
) -> None:
    assert Quota(3, MINUTE).room_at(filled, now=NOW) == room_at


def test_a_place_is_lost_by_who_comes_much_too_late() -> None:
    booked = frozenset(Slot)

    assert still_booked(booked, due_at=NOW - BOOKED_FOR, now=NOW) == booked
    assert still_booked(booked, due_at=PAST - BOOKED_FOR, now=NOW) == frozenset()
