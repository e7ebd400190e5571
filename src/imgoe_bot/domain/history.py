"""A channel's history: how far it was dealt with, and the ranges of it that are still to be read.

Discord's history is the truth, the gateway only a hint. A channel's mark says: every message up to
here was decided and stored, or lies in a range that is stored as still to be read.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId

RangeId = NewType("RangeId", int)
BackfillId = NewType("BackfillId", int)

PAGE = 100
"""Messages that Discord gives at once, at most."""
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)


class RangeReason(StrEnum):
    """Why a range of a channel's history has to be read."""

    SESSION = "session"
    """The gateway began anew, or the server came late: nothing is replayed."""
    ACCESS = "access"
    """The channel was closed to the bot, or its rule rested for want of a permission."""
    FAILED = "failed"
    """Messages came that could not be dealt with."""
    BACKFILL = "backfill"
    """A moderator asked for it."""


class ParkReason(StrEnum):
    """What a range waits for that no time cures by itself."""

    ACCESS = "access"
    """A permission is missing."""
    PAUSED = "paused"
    """A moderator has paused the channel, or the backfill."""
    AWAY = "away"
    """The server is away, or the bot is not in it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a channel was dealt with."""

    guild_id: GuildId
    channel_id: ChannelId
    message_id: MessageId


@dataclass(frozen=True, slots=True)
class Gap:
    """Messages of a channel that are still to be read.

    Attributes:
        after: what comes after this message; it was dealt with.
        before: what comes before this message; None: all there is when it is read.
    """

    guild_id: GuildId
    channel_id: ChannelId
    after: MessageId
    before: MessageId | None
    reason: RangeReason
    backfill_id: BackfillId | None = None


@dataclass(frozen=True, slots=True)
class HistoryRange:
    """A gap that is being read: leased by one reader, a page at a time.

    Attributes:
        gap: what is left of it.
        start: ``gap.after`` as it was when nothing was read.
        attempts: tries that failed one after the other.
        owner: whose lease it is; a write under another one's lease is refused.
    """

    id: RangeId
    gap: Gap
    start: MessageId
    attempts: int
    owner: str


@dataclass(frozen=True, slots=True)
class OpenRange:
    """A range as it is shown to people.

    Attributes:
        left: what is still to be read.
        start: where it began.
        parked: what it waits for; None when it is read, or tried again.
        retry_at: when it is tried again after a failure; None when nothing failed.
    """

    left: Gap
    start: MessageId
    parked: ParkReason | None
    retry_at: datetime | None


def wait_after(attempts: int) -> timedelta:
    """Return the wait after so many failures in a row: 2 s after the first, 5 minutes at most."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 20)), LONGEST_WAIT)
