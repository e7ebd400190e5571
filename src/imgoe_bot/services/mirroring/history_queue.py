"""Ranges of history on their way to who reads them: leased one by one, given back, parked."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from imgoe_bot.domain.history import HistoryRange, OpenRange, ParkReason, wait_after
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, new_id
from imgoe_bot.errors import ImgoeError, StoreError
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.history import HistoryStore, NewPost, Progress, Shards
from imgoe_bot.services.store_outage import StoreOutage

POLL_S = 2.0
"""The longest wait until a range is noticed that nobody in this process told of."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class QueueOptions:
    """How ranges are taken.

    Attributes:
        lease: how long a range stays a silent reader's.
        poll_s: the longest wait between two looks, in seconds.
    """

    lease: timedelta = timedelta(seconds=60)
    poll_s: float = POLL_S


class HistoryQueue:
    """Gives readers the ranges that are due, and stores what they come to."""

    def __init__(
        self,
        store: HistoryStore,
        *,
        outage: StoreOutage,
        clock: Clock,
        options: QueueOptions = QueueOptions(),
    ) -> None:
        self._store = store
        self._outage = outage
        self._clock = clock
        self._options = options
        self._owner = new_id()
        self._turn = asyncio.Lock()
        self._begun = asyncio.Event()
        self._is_ending = False
        self._woken = asyncio.Event()
        self._parked: set[GuildId] = set()
        self._unparks: Counter[GuildId] = Counter()

    def now(self) -> datetime:
        """Return the time of day by which ranges are due."""
        return self._clock.now()

    def begin(self) -> None:
        """Let ranges be taken from now on: the servers have come whose channels they are of."""
        self._begun.set()
        self.wake()

    def take_no_more(self) -> None:
        """Let no range be taken from now on: the process is about to end."""
        self._is_ending = True

    def wake(self) -> None:
        """Notice that there may be something to read."""
        self._woken.set()

    async def take(self, shards: Shards) -> HistoryRange:
        """Lease the next range as soon as one is due; one reader at a time waits for it."""
        async with self._turn:
            await self._begun.wait()
            while True:
                found = None if self._is_ending else await self._claim(shards)
                if found is not None:
                    return found
                await self._wait()

    async def _claim(self, shards: Shards) -> HistoryRange | None:
        try:
            return await self._store.claim(
                owner=self._owner,
                now=self._clock.now(),
                lease=self._options.lease,
                shards=shards,
            )
        except ImgoeError as error:
            if not isinstance(error, StoreError):
                log.error("ranges can't be claimed, trying again", error=repr(error))
            await asyncio.sleep(self._options.poll_s)
            self.wake()
        return None

    async def _wait(self) -> None:
        """Wait until something may be due: told so, or because its time has come."""
        while not self._woken.is_set():
            try:
                async with asyncio.timeout(self._options.poll_s):
                    await self._woken.wait()
            except TimeoutError:
                if await self._has_due():
                    break
        self._woken.clear()

    async def _has_due(self) -> bool:
        try:
            return await self._store.has_due(now=self._clock.now())
        except ImgoeError:
            return True  # to claim fails then, too, which is dealt with there

    async def keep_leases(self) -> None:
        """Renew what is being read, until cancelled; give it back on the way out."""
        try:
            while True:
                await asyncio.sleep(self._options.lease.total_seconds() / 3)
                await self._renew()
        finally:
            try:
                await self._outage.last(lambda: self._store.release(self._owner))
            except ImgoeError as error:
                log.warning("ranges were not given back, their leases run out", error=repr(error))

    async def _renew(self) -> None:
        until = self._clock.now() + self._options.lease
        try:
            await self._outage.outlast(lambda: self._store.extend(self._owner, until=until))
        except ImgoeError as error:
            log.error("leases of ranges can't be renewed, trying again", error=repr(error))

    async def store_page(
        self, range_: HistoryRange, posts: Collection[NewPost], *, after: MessageId, ended: bool
    ) -> None:
        """Store what a page holds, and how far its range was read with it.

        Args:
            range_: as it was taken.
            posts: the messages to keep.
            after: everything up to this message was decided.
            ended: whether nothing is left of the range.

        Raises:
            StaleWrite: another reader has the range by now.
            StoreError: another one that no wait cures.
        """
        progress = Progress(after, ended, self._clock.now())
        await self._outage.outlast(
            lambda: self._store.store_page(range_, tuple(posts), progress), at_any_rate=True
        )
        self.wake()

    async def try_later(self, range_: HistoryRange) -> None:
        """Give a range back whose reading failed; its waits grow from 2 s to 5 minutes."""
        until = self._clock.now() + wait_after(range_.attempts + 1)
        await self._outage.outlast(
            lambda: self._store.put_off(range_, until=until), at_any_rate=True
        )

    async def park(
        self, range_: HistoryRange, reason: ParkReason, *, before: MessageId | None = None
    ) -> None:
        """Let a range wait until ``unpark`` is called; ``before`` as in the port."""
        guild_id = range_.gap.guild_id
        self._parked.add(guild_id)
        unparks = self._unparks[guild_id]
        await self._outage.outlast(
            lambda: self._store.park(range_, reason, before=before), at_any_rate=True
        )
        self._parked.add(guild_id)
        if self._unparks[guild_id] != unparks:  # what it waits for came before that was stored
            await self._unpark(guild_id)

    async def unpark(self, guild_id: GuildId) -> None:
        """Have a server's parked ranges looked at again; what is still in their way parks them.

        It costs no wait where none is parked.
        """
        if guild_id in self._parked:
            self._unparks[guild_id] += 1
            await self._unpark(guild_id)

    async def _unpark(self, guild_id: GuildId) -> None:
        self._parked.discard(guild_id)
        now, is_done = self._clock.now(), False
        try:
            await self._outage.outlast(
                lambda: self._store.unpark(guild_id, tuple(ParkReason), at=now), at_any_rate=True
            )
            is_done = True
        finally:
            if not is_done:
                self._parked.add(guild_id)
        self.wake()

    async def end_at(self, guild_id: GuildId, ends: Mapping[ChannelId, MessageId]) -> None:
        """Let ranges without an end have one, as in the port."""
        if ends:
            await self._outage.outlast(lambda: self._store.end_at(guild_id, ends), at_any_rate=True)

    async def drop(self, range_: HistoryRange) -> None:
        """Forget a range of which nothing can be read, or is wanted, any more."""
        await self._outage.outlast(lambda: self._store.drop(range_), at_any_rate=True)

    async def parked(self) -> frozenset[GuildId]:
        """Return the servers that have parked ranges; ``unpark`` knows of them from then on."""
        found = await self._store.parked()
        self._parked |= found
        return found

    async def open_ranges(self, guild_id: GuildId) -> tuple[OpenRange, ...]:
        """Return what is still to be read of a server's channels, backfills apart."""
        return await self._store.open_ranges(guild_id)
