"""How far channels were dealt with, and the ranges of their history that are still to be read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from imgoe_bot.domain.card import FailedItem
from imgoe_bot.domain.earlier_answers import EarlierAnswer
from imgoe_bot.domain.history import Gap, HistoryRange, Mark, OpenRange, ParkReason
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.post import Post


@dataclass(frozen=True, slots=True)
class NewPost:
    """A message that is to be kept: what ``PostStore.add`` is told, or ``extend``.

    Attributes:
        answer: what it was answered with before, which is taken over; None where nothing was found.
    """

    post: Post
    items: tuple[Item, ...]
    left_out: tuple[FailedItem, ...] = ()
    answer: EarlierAnswer | None = None


@dataclass(frozen=True, slots=True)
class Shards:
    """Whose servers' ranges a reader takes: ``(guild_id >> 22) % count`` is one of ``ids``.

    Attributes:
        ids: None takes those of every server.
    """

    count: int = 1
    ids: frozenset[int] | None = None

    def __contains__(self, guild_id: GuildId) -> bool:
        """Tell whether a server's events come to these shards."""
        return self.ids is None or (guild_id >> 22) % self.count in self.ids


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a range was read with a page.

    Attributes:
        after: everything up to this message was decided.
        ended: whether nothing is left of the range; it goes then. Else it is due again.
        at: when.
    """

    after: MessageId
    ended: bool
    at: datetime


class HistoryStore(Protocol):
    """Marks and ranges. A write under a lost lease raises StaleWrite and changes nothing."""

    async def marks(self, guild_id: GuildId) -> Mapping[ChannelId, MessageId]:
        """Return the mark of each of a server's channels that has one."""
        ...

    async def all_marks(self) -> Mapping[GuildId, Mapping[ChannelId, MessageId]]:
        """Return the same of every server, in one query."""
        ...

    async def note(self, marks: Sequence[Mark], gaps: Sequence[Gap], *, at: datetime) -> None:
        """Move marks forward, never back, and open ranges, in one transaction.

        What open ranges of a channel cover already, backfills apart, is not opened again.

        Args:
            marks: one a channel.
            gaps: what is still to be read; from channels of any server.
            at: when these are due.
        """
        ...

    async def has_due(self, *, now: datetime) -> bool:
        """Tell whether there may be a range to claim; one cheap read."""
        ...

    async def claim(
        self, *, owner: str, now: datetime, lease: timedelta, shards: Shards
    ) -> HistoryRange | None:
        """Lease the range that has waited longest; of one channel the oldest first.

        Args:
            owner: whose lease it becomes.
            now: the time of day.
            lease: how long it lasts.
            shards: whose servers come into question.
        """
        ...

    async def store_page(
        self, range_: HistoryRange, posts: Sequence[NewPost], progress: Progress
    ) -> None:
        """Store what a page holds and how far the range was read with it, in one transaction.

        The end of a range without an end moves its channel's mark there.
        """
        ...

    async def put_off(self, range_: HistoryRange, *, until: datetime) -> None:
        """Give a range back whose reading failed; it is due again then, and that is counted."""
        ...

    async def park(
        self, range_: HistoryRange, reason: ParkReason, *, before: MessageId | None = None
    ) -> None:
        """Let a range wait for what no time cures.

        Args:
            range_: as it was claimed.
            reason: what it waits for.
            before: where a range without an end ends from now on; None changes nothing.
        """
        ...

    async def unpark(
        self, guild_id: GuildId, reasons: Collection[ParkReason], *, at: datetime
    ) -> bool:
        """Make a server's ranges due that wait for this, no backfill's; False when none does."""
        ...

    async def end_at(self, guild_id: GuildId, ends: Mapping[ChannelId, MessageId]) -> None:
        """Let a server's ranges without an end, no backfill's, end before these messages.

        Args:
            guild_id: the server.
            ends: by channel; where a range has an end, it stays.
        """
        ...

    async def drop(self, range_: HistoryRange) -> None:
        """Forget a range: its channel is gone, or nothing of it is to be kept any more."""
        ...

    async def extend(self, owner: str, *, until: datetime) -> None:
        """Renew every lease of this owner."""
        ...

    async def release(self, owner: str) -> None:
        """Give back every lease of this owner, on a clean stop."""
        ...

    async def open_ranges(self, guild_id: GuildId) -> tuple[OpenRange, ...]:
        """Return a server's open ranges, no backfill's, oldest first."""
        ...

    async def parked(self) -> frozenset[GuildId]:
        """Return the servers that have parked ranges, in one query."""
        ...
