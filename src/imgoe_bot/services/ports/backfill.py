"""Backfills as they are stored, and the channels they are about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from imgoe_bot.domain.backfill import Backfill, Tally
from imgoe_bot.domain.history import BackfillId, Gap, HistoryRange
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.services.ports.history import NewPost


@dataclass(frozen=True, slots=True)
class BackfillPage:
    """What was decided of the messages of a range, oldest first.

    Attributes:
        posts: the messages to keep; none of a dry run.
        tallies: what was found, by person and kind.
        messages: how many were looked at.
        after: everything up to this message was decided.
        ended: whether nothing is left of the range.
    """

    posts: tuple[NewPost, ...]
    tallies: tuple[Tally, ...]
    messages: int
    after: MessageId
    ended: bool


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

        Its ranges go along: they are parked while it waits for a moderator, and dropped once it has
        ended.

        Raises:
            BackfillNotFound: there is none.
        """
        ...

    async def open(self, backfill_id: BackfillId, gaps: Sequence[Gap]) -> None:
        """Open the ranges of a backfill that is LISTING, in one transaction; else do nothing."""
        ...

    async def store_page(self, range_: HistoryRange, page: BackfillPage, *, now: datetime) -> None:
        """Store what a part of a range holds, and how far it was read, in one transaction.

        A message that has a post already gets no second one, and is counted all the same.

        Raises:
            StaleWrite: the lease was lost, or the backfill waits or has ended; nothing is changed.
        """
        ...

    async def tallies(self, backfill_id: BackfillId) -> tuple[Tally, ...]:
        """Return what was found, by person and kind; most files first."""
        ...

    async def open_files(self) -> int:
        """Count the files of all backfills that are still to be uploaded."""
        ...

    async def finish(self, *, now: datetime) -> tuple[BackfillId, ...]:
        """End the backfills of which no range is left and no job is open, and return them.

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
