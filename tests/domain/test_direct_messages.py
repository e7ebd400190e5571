"""When a person may be written to."""

from datetime import UTC, datetime, timedelta

import pytest

from imgoe_bot.domain.direct_messages import (
    HELD_FOR,
    AllHalted,
    Breaker,
    DueMessage,
    HaltReason,
    JoinDigest,
    PutOff,
    RecipientClosed,
    SendNow,
    SlotKind,
    Verdict,
    decide,
    still_held,
)
from imgoe_bot.domain.ids import PostId
from imgoe_bot.domain.rate_limit import RateLimit

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SOON, LATER = NOW + timedelta(seconds=30), NOW + timedelta(minutes=5)
PAST = NOW - timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
ROOM = {SlotKind.OPENED: NOW, SlotKind.TOTAL: NOW}
STOPPED = Breaker(HaltReason.QUARANTINED, LATER)
PROBED = Breaker(HaltReason.TOO_FAST, SOON, probing=True)
OVER = Breaker(HaltReason.TOO_FAST, PAST)


@pytest.mark.parametrize(
    ("due", "verdict"),
    [
        (DueMessage(Breaker(), ROOM), SendNow({SlotKind.TOTAL: NOW})),
        (
            DueMessage(Breaker(), ROOM, is_new=True),
            SendNow({SlotKind.OPENED: NOW, SlotKind.TOTAL: NOW}),
        ),
        (DueMessage(Breaker(), ROOM, quiet_until=PAST), SendNow({SlotKind.TOTAL: NOW})),
        (DueMessage(Breaker(), ROOM, quiet_until=SOON), PutOff(SOON)),
        (DueMessage(Breaker(), ROOM, quiet_until=SOON, leads=True), SendNow({SlotKind.TOTAL: NOW})),
        (DueMessage(Breaker(), ROOM, joinable=PostId("a")), JoinDigest(PostId("a"))),
        (DueMessage(Breaker(), ROOM, closed_until=SOON), RecipientClosed()),
        (DueMessage(Breaker(), ROOM, closed_until=SOON, leads=True), RecipientClosed(late=True)),
        (DueMessage(Breaker(), ROOM, closed_until=PAST), SendNow({SlotKind.TOTAL: NOW})),
        (DueMessage(STOPPED, ROOM, joinable=PostId("a")), AllHalted(LATER)),
        (DueMessage(PROBED, ROOM), PutOff(SOON, gives_back=True)),
        (DueMessage(OVER, ROOM), SendNow({SlotKind.TOTAL: NOW})),
        (
            DueMessage(Breaker(), {SlotKind.OPENED: SOON, SlotKind.TOTAL: NOW}, is_new=True),
            PutOff(SOON, {SlotKind.OPENED: SOON}),
        ),
        (
            DueMessage(Breaker(), {SlotKind.OPENED: SOON, SlotKind.TOTAL: NOW}),
            SendNow({SlotKind.TOTAL: NOW}),
        ),
        (
            DueMessage(Breaker(), {SlotKind.OPENED: NOW, SlotKind.TOTAL: SOON}, is_new=True),
            PutOff(SOON, {SlotKind.OPENED: NOW, SlotKind.TOTAL: SOON}),
        ),
        (
            DueMessage(
                Breaker(),
                {SlotKind.OPENED: SOON, SlotKind.TOTAL: SOON},
                held_slots=frozenset(SlotKind),
            ),
            SendNow({}),
        ),
    ],
)
def test_a_direct_message_that_is_due_goes_waits_or_is_collected(
    due: DueMessage, verdict: Verdict
) -> None:
    assert decide(due, window=MINUTE, now=NOW) == verdict


def test_without_a_window_nothing_is_collected() -> None:
    due = DueMessage(Breaker(), ROOM, quiet_until=SOON, joinable=PostId("a"))

    assert decide(due, window=timedelta(0), now=NOW) == SendNow({SlotKind.TOTAL: NOW})


@pytest.mark.parametrize(
    ("filled", "room_at"),
    [(None, NOW), (NOW - MINUTE, NOW), (NOW, NOW + MINUTE), (SOON, SOON + MINUTE)],
)
def test_a_quota_has_room_once_its_oldest_place_is_free(
    filled: datetime | None, room_at: datetime
) -> None:
    assert RateLimit(3, MINUTE).room_at(filled, now=NOW) == room_at


def test_a_place_is_lost_by_who_comes_much_too_late() -> None:
    held_slots = frozenset(SlotKind)

    assert still_held(held_slots, due_at=NOW - HELD_FOR, now=NOW) == held_slots
    assert still_held(held_slots, due_at=PAST - HELD_FOR, now=NOW) == frozenset()
