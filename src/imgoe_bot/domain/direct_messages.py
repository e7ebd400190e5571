"""When a person may be written to: digests, rate limits, and the breaker.

A direct message holds the delete links of one post or, when somebody posts much in a short time, of
several: a digest. Its first post's job leads it; the jobs of the others wait for that one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from imgoe_bot.domain.ids import PostId, UserId
from imgoe_bot.domain.rate_limit import RateLimit

PROBE_FOR = timedelta(minutes=1)
"""How long the others wait for the one that tries whether Discord takes them again."""

HELD_FOR = timedelta(minutes=1)
"""How long after its time a direct message still holds its slots."""


class SlotKind(StrEnum):
    """Which limit a direct message takes a slot of: that of first ones to people, or of all."""

    OPENED = "opened"
    TOTAL = "total"


class HaltReason(StrEnum):
    """Why Discord takes no direct messages of ours at all.

    Source: DISCORD.md section 1; codes 40003 and 20026.
    """

    TOO_FAST = "too-fast"
    QUARANTINED = "quarantined"


HALTED_FOR: Mapping[HaltReason, timedelta] = {
    HaltReason.TOO_FAST: timedelta(minutes=10),
    HaltReason.QUARANTINED: timedelta(days=1),
}
"""How long nobody is written to then."""


RateLimits = Mapping[SlotKind, RateLimit]


@dataclass(frozen=True, slots=True)
class DeliveryRequest:
    """Somebody is to be written to.

    Attributes:
        to: who.
        limits: that hold over all processes.
        now: the time of day.
        window: how long further posts are collected after this direct message; 0 collects none.
    """

    to: UserId
    limits: RateLimits
    now: datetime
    window: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Whether Discord takes direct messages of ours.

    Attributes:
        reason: why it took none the last time; None when it took the last one.
        until: until when nothing is tried.
        probing: whether one is under way that tries it; then ``until`` is its deadline.
    """

    reason: HaltReason | None = None
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
class DueMessage:
    """What is known of a direct message that is due.

    Attributes:
        closed_until: until when its person takes no direct messages.
        quiet_until: until when further direct messages to its person are collected.
        is_new: whether its person was never written to.
        leads: whether it had been decided on before, and was put off.
        joinable: the post whose direct message to the same person is still to go, None without one.
        held_slots: what it holds slots of.
        room_at: when there is room in each limit.
    """

    breaker: Breaker
    room_at: Mapping[SlotKind, datetime]
    closed_until: datetime | None = None
    quiet_until: datetime | None = None
    is_new: bool = False
    leads: bool = False
    joinable: PostId | None = None
    held_slots: frozenset[SlotKind] = frozenset()


@dataclass(frozen=True, slots=True)
class SendNow:
    """Send it now, and take these slots."""

    slots: Mapping[SlotKind, datetime] = field(default_factory=dict[SlotKind, datetime])


@dataclass(frozen=True, slots=True)
class PutOff:
    """Put it off, and take these slots; ``gives_back`` gives back those it held."""

    at: datetime
    slots: Mapping[SlotKind, datetime] = field(default_factory=dict[SlotKind, datetime])
    gives_back: bool = False


@dataclass(frozen=True, slots=True)
class JoinDigest:
    """Add its post to the direct message that this post leads."""

    leader: PostId


@dataclass(frozen=True, slots=True)
class RecipientClosed:
    """The person takes none; ``late`` when that was not so at first."""

    late: bool = False


@dataclass(frozen=True, slots=True)
class AllHalted:
    """Nobody is written to until then."""

    until: datetime


Verdict = SendNow | PutOff | JoinDigest | RecipientClosed | AllHalted


def decide(due: DueMessage, *, window: timedelta, now: datetime) -> Verdict:
    """Decide what becomes of a direct message that is due.

    Args:
        due: what is known.
        window: how long further posts are collected after a direct message; 0 collects none.
        now: the time of day.
    """
    breaker = due.breaker
    if _is_ahead(due.closed_until, now):
        return RecipientClosed(late=due.leads)
    if breaker.until is not None and breaker.is_open(now):
        return AllHalted(breaker.until)
    if breaker.until is not None and breaker.is_probed(now):
        return PutOff(breaker.until, gives_back=True)
    if window and not due.leads:
        if due.joinable is not None:
            return JoinDigest(due.joinable)
        if due.quiet_until is not None and now < due.quiet_until:
            return PutOff(due.quiet_until)
    return _within_limits(due, now)


def _within_limits(due: DueMessage, now: datetime) -> SendNow | PutOff:
    slots: dict[SlotKind, datetime] = {}
    for slot in SlotKind:
        if slot in due.held_slots or (slot is SlotKind.OPENED and not due.is_new):
            continue
        slots[slot] = due.room_at[slot]
        if slots[slot] > now:
            return PutOff(slots[slot], slots)
    return SendNow(slots)


def still_held(
    held_slots: frozenset[SlotKind], *, due_at: datetime, now: datetime
) -> frozenset[SlotKind]:
    """Return the slots that it still holds: much too late, they are others' by now."""
    return held_slots if now - due_at <= HELD_FOR else frozenset()


def _is_ahead(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and now < moment
