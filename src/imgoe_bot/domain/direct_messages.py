"""When a person may be written to: digests, quotas, and the breaker. Decided here, kept elsewhere.

A letter is one direct message with the delete links of one post or, when somebody posts much in a
short time, of several. Its first post's job leads it; the jobs of the others wait for that one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from imgoe_bot.domain.ids import PostId

PROBE_FOR = timedelta(minutes=1)
"""How long the others wait for the one letter that tries whether Discord takes them again."""

BOOKED_FOR = timedelta(minutes=1)
"""How long after its time a letter's place in the quotas holds."""


class Slot(StrEnum):
    """What a letter takes a place of: first letters to people, and letters in all."""

    OPENED = "opened"
    TOTAL = "total"


class Halt(StrEnum):
    """Why Discord takes no direct messages of ours at all.

    Source: DISCORD.md section 1; codes 40003 and 20026.
    """

    TOO_FAST = "too-fast"
    QUARANTINED = "quarantined"


HALTED_FOR: Mapping[Halt, timedelta] = {
    Halt.TOO_FAST: timedelta(minutes=10),
    Halt.QUARANTINED: timedelta(days=1),
}
"""How long nobody is written to then."""


@dataclass(frozen=True, slots=True)
class Quota:
    """At most so many in any time of this length."""

    most: int
    period: timedelta

    def room_at(self, filled: datetime | None, *, now: datetime) -> datetime:
        """Return when there is room for one more.

        Args:
            filled: the time of the ``most``-th newest; None when there are fewer.
            now: the time of day.
        """
        return now if filled is None else max(now, filled + self.period)


Quotas = Mapping[Slot, Quota]


@dataclass(frozen=True, slots=True)
class Breaker:
    """Whether Discord takes direct messages of ours.

    Attributes:
        reason: why it took none the last time; None when it took the last one.
        until: until when nothing is tried.
        probing: whether one letter is under way that tries it; then ``until`` is its deadline.
    """

    reason: Halt | None = None
    until: datetime | None = None
    probing: bool = False

    def is_open(self, now: datetime) -> bool:
        """Tell whether nobody is written to now, not even to try."""
        return self._holds(now) and not self.probing

    def is_probed(self, now: datetime) -> bool:
        """Tell whether somebody else is trying it right now."""
        return self._holds(now) and self.probing

    def _holds(self, now: datetime) -> bool:
        return self.reason is not None and self.until is not None and now < self.until


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a letter that is due.

    Attributes:
        closed_until: until when its person takes no direct messages.
        quiet_until: until when further letters to its person are collected.
        is_new: whether its person was never written to.
        leads: whether it had been decided on before, and was put off.
        joinable: the post whose letter to the same person is still to go, None without one.
        booked: what it holds places of.
        room_at: when there is room in each quota.
    """

    breaker: Breaker
    room_at: Mapping[Slot, datetime]
    closed_until: datetime | None = None
    quiet_until: datetime | None = None
    is_new: bool = False
    leads: bool = False
    joinable: PostId | None = None
    booked: frozenset[Slot] = frozenset()


@dataclass(frozen=True, slots=True)
class Go:
    """Send it now, and take these places."""

    places: Mapping[Slot, datetime] = field(default_factory=dict[Slot, datetime])


@dataclass(frozen=True, slots=True)
class Later:
    """Put it off, and take these places; ``anew`` gives back those it held."""

    at: datetime
    places: Mapping[Slot, datetime] = field(default_factory=dict[Slot, datetime])
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """Add its post to the letter that this post leads."""

    leader: PostId


@dataclass(frozen=True, slots=True)
class Closed:
    """The person takes none; ``late`` when that was not so at first."""

    late: bool = False


@dataclass(frozen=True, slots=True)
class Halted:
    """Nobody is written to until then."""

    until: datetime


Move = Go | Later | Join | Closed | Halted


def decide(standing: Standing, *, window: timedelta, now: datetime) -> Move:
    """Decide what becomes of a letter that is due.

    Args:
        standing: what is known.
        window: how long further posts are collected after a letter; 0 collects none.
        now: the time of day.
    """
    breaker = standing.breaker
    if _is_ahead(standing.closed_until, now):
        return Closed(late=standing.leads)
    if breaker.until is not None and breaker.is_open(now):
        return Halted(breaker.until)
    if breaker.until is not None and breaker.is_probed(now):
        return Later(breaker.until, anew=True)
    if window and not standing.leads:
        if standing.joinable is not None:
            return Join(standing.joinable)
        if standing.quiet_until is not None and now < standing.quiet_until:
            return Later(standing.quiet_until)
    return _within_quotas(standing, now)


def _within_quotas(standing: Standing, now: datetime) -> Go | Later:
    places: dict[Slot, datetime] = {}
    for slot in Slot:
        if slot in standing.booked or (slot is Slot.OPENED and not standing.is_new):
            continue
        places[slot] = standing.room_at[slot]
        if places[slot] > now:
            return Later(places[slot], places)
    return Go(places)


def still_booked(booked: frozenset[Slot], *, due_at: datetime, now: datetime) -> frozenset[Slot]:
    """Return the places that a letter still holds: much too late, they are others' by now."""
    return booked if now - due_at <= BOOKED_FOR else frozenset()


def _is_ahead(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and now < moment
