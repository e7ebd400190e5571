"""Backfills as they are stored, and the channels they are about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from imgoe_bot.domain.backfill import Backfill, Tally
from imgoe_bot.domain.history import BackfillId, Gap, HistoryRange, ParkReason
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, UserId
from imgoe_bot.services.ports.history import NewPost, Shards


@dataclass(frozen=True, slots=True)
class FoundPost:
    """A message of which something is to be kept, and what that is by kind."""

    new: NewPost
    tallies: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class BackfillPage:
    """What was decided of the next messages of a range, oldest first.

    Attributes:
        found: what is to be kept, or would be.
        messages: how many were looked at.
        after: everything up to this message was decided.
        ended: whether nothing is left of the range.
        at: when.
    """

    found: tuple[FoundPost, ...]
    messages: int
    after: MessageId
    ended: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Load:
    """What is under way, as far as a backfill has to stand back for it.

    Attributes:
        open_files: files of all backfills that are to be uploaded, but for those that failed.
        held_files: files that are not to be begun yet, of messages with several.
        host_fails: whether some wait because their image host, or its key, let them fail.
        live_due: whether something waits for the same image host that no backfill asked for.
    """

    open_files: int
    held_files: int
    host_fails: bool
    live_due: bool


class BackfillStore(Protocol):
    """Backfills, with their ranges and what they found."""

    async def add(
        self, guild_id: GuildId, build: Callable[[Sequence[Backfill]], Backfill]
    ) -> Backfill:
        """Store a backfill, and return it with its id.

        Args:
            guild_id: the server; no other one of it is stored meanwhile, by no process.
            build: is given those of the server that have not ended; what it raises, is raised.
        """
        ...

    async def find(self, backfill_id: BackfillId) -> Backfill | None:
        """Return a backfill, None when there is none."""
        ...

    async def of_guild(self, guild_id: GuildId, *, most: int) -> tuple[Backfill, ...]:
        """Return a server's backfills: those that have not ended first, then the newest."""
        ...

    async def unfinished(self) -> tuple[Backfill, ...]:
        """Return every server's backfills that have not ended, oldest first."""
        ...

    async def shown(self) -> tuple[Backfill, ...]:
        """Return those whose progress is shown somewhere, whether they have ended or not."""
        ...

    async def change(
        self, backfill_id: BackfillId, change: Callable[[Backfill], Backfill]
    ) -> Backfill:
        """Replace a backfill by what ``change`` makes of it, in one transaction; may run it twice.

        Nothing of it is read any more while it waits, and its ranges go once it has ended. Its
        counts, and what else follows from its ranges, stay as they are.

        Raises:
            BackfillNotFound: there is none.
        """
        ...

    async def open(self, backfill_id: BackfillId, gaps: Sequence[Gap], *, at: datetime) -> None:
        """Open the ranges of a backfill that is LISTING, in one transaction; else do nothing."""
        ...

    async def claim(self, *, owner: str, now: datetime, shards: Shards) -> HistoryRange | None:
        """Give a reader the range that has waited longest, of a backfill that does not wait.

        There is one reader for a server. So whoever claims a range has it, and a write of whoever
        had it before is refused: nobody waits for the lease of a process that was killed.
        """
        ...

    async def store_page(self, range_: HistoryRange, page: BackfillPage) -> HistoryRange | None:
        """Store what comes next in a range, and how far it was read, in one transaction.

        A message that has a post already gets no second one; what is missing of it is added. A dry
        run stores no post. Of a message with more than ``FILES_AT_ONCE`` the rest is held back.

        Returns:
            What is left of the range, under the same lease; None when that is nothing.

        Raises:
            StaleWrite: the range has another reader, or the backfill waits or has ended. Then
                nothing is changed.
        """
        ...

    async def put_off(
        self, range_: HistoryRange, *, until: datetime, waits_for: ParkReason | None
    ) -> None:
        """Give a range back until a later time; a lost lease changes nothing.

        Args:
            range_: as it was claimed.
            until: when it is tried again.
            waits_for: why it can't be read; None: a try failed, so that the next wait is longer.
        """
        ...

    async def queue_again(self, range_: HistoryRange, *, at: datetime) -> None:
        """Give a range back behind those that are due by now; a lost lease changes nothing."""
        ...

    async def drop(self, range_: HistoryRange) -> None:
        """Forget a range: its channel is gone."""
        ...

    async def tallies(self, backfill_id: BackfillId) -> tuple[Tally, ...]:
        """Return what was found, by person and kind; most files first."""
        ...

    async def kept_of(self, backfill_id: BackfillId, user_id: UserId) -> int:
        """Count the copies a backfill made of one person's files that are still there."""
        ...

    async def load(self, guild_id: GuildId) -> Load:
        """Return what is under way for all backfills, and at a server's image host."""
        ...

    async def let_go(self, files: int) -> None:
        """Let so many files be uploaded that were held back."""
        ...

    async def finish(self, *, now: datetime) -> None:
        """End the backfills of which no range is left and no job is open.

        Where it was asked for, one direct message a person is ordered in the same transaction.
        """
        ...


class BackfillPlaces(Protocol):
    """Discord, as far as backfills have to know where to read."""

    async def list_channels(self, backfill: Backfill) -> Sequence[ChannelId] | None:
        """Return what can hold messages of a backfill's place and may be read.

        That is the place itself and what stands in it: channels of a category, threads and forum
        posts, archived ones too.

        Returns:
            None where the server is away; an empty one where the place is gone.

        Raises:
            SourceUnreachable: Discord did not answer.
        """
        ...
