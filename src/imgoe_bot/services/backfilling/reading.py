"""Backfills go on: channels are listed, ranges read, what is found is kept as there is room."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from imgoe_bot.domain.backfill import (
    FILES_AT_ONCE,
    Backfill,
    BackfillState,
    Tally,
    WaitReason,
    gap_in,
)
from imgoe_bot.domain.history import BackfillId, HistoryRange, ParkReason, wait_after
from imgoe_bot.domain.ids import MessageId, UserId, new_id
from imgoe_bot.domain.media import kind_of
from imgoe_bot.domain.mirror import AttachmentFacts, MessageFacts
from imgoe_bot.domain.options import Kind
from imgoe_bot.errors import SourceUnreachable, StaleWrite
from imgoe_bot.services.backfilling.gate import BackfillGate
from imgoe_bot.services.mirroring.mirrors import MirrorService
from imgoe_bot.services.ports.backfill import (
    BackfillPage,
    BackfillPlaces,
    BackfillStore,
    FoundPost,
    Load,
)
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.history import Shards
from imgoe_bot.services.store_outage import StoreOutage

ACCESS_AGAIN = timedelta(minutes=5)
"""How long after it could not be read a channel is looked at again."""
LOOK_AGAIN = timedelta(seconds=10)
QUOTA_AGAIN = timedelta(minutes=5)
"""How long after it began to wait it is looked whether a backfill may go on."""
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 0.2
PAGE_PATIENCE_S = 30.0
"""How long a page waits for room; then others are looked after, and it is read again."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Decided:
    """A message of a page, and what is to be kept of it; None: nothing."""

    message_id: MessageId
    found: FoundPost | None = None

    @property
    def files(self) -> int:
        """How many files it has to keep."""
        return len(self.found.new.items) if self.found else 0


class BackfillReading:
    """What the reader of a process does for backfills; all it knows is in the store."""

    def __init__(
        self,
        store: BackfillStore,
        *,
        places: BackfillPlaces,
        mirrors: MirrorService,
        gate: BackfillGate,
        outage: StoreOutage,
        clock: Clock,
    ) -> None:
        self._store = store
        self._places = places
        self._mirrors = mirrors
        self._gate = gate
        self._outage = outage
        self._clock = clock
        self._owner = new_id()
        self._look_at: dict[BackfillId, datetime] = {}
        self._is_ending = False

    def claim_no_more(self) -> None:
        """Let no range be claimed from now on: the process is about to end."""
        self._is_ending = True

    async def _look_after_all(self, shards: Shards) -> bool:
        """Find the channels of new backfills, wake those that waited, and end those that are over.

        Returns:
            Whether there may be something to claim: to look for it is a write.
        """
        mine = [each for each in await self._store.unfinished() if each.guild_id in shards]
        for backfill in mine:
            await self._look_after(backfill)
        if mine:
            await self._let_go(await self._store.load(mine[0].guild_id))
        return any(each.waits is None or not each.waits.needs_resume for each in mine)

    async def _look_after(self, backfill: Backfill) -> None:
        if backfill.waits is not None and backfill.waits.needs_resume:
            return
        if backfill.state is BackfillState.READING and not backfill.unread:
            return await self._store.finish(now=self._clock.now())
        now = self._clock.now()
        if now < self._look_at.get(backfill.id, now):
            return None
        if backfill.state is BackfillState.LISTING:
            await self._list(backfill)
        elif backfill.waits is not None:
            await self._wake(backfill)

    async def _list(self, backfill: Backfill) -> None:
        """Open a backfill's ranges; where its channels can't be found, that is tried again."""
        self._look_at[backfill.id] = self._clock.now() + LOOK_AGAIN
        try:
            channels = await self._places.list_channels(backfill)
        except SourceUnreachable as error:
            log.warning("a backfill's channels can't be listed", id=backfill.id, error=repr(error))
            return
        if channels is not None:
            gaps = [gap for each in channels if (gap := gap_in(backfill, each)) is not None]
            await self._store.open(backfill.id, gaps, at=self._clock.now())

    async def _wake(self, backfill: Backfill) -> None:
        """Let a backfill go on if what it waited for is there."""
        load = await self._store.load(backfill.guild_id)
        await self._let_wait(backfill.id, await self._gate.obstacle(backfill.guild_id, load))

    async def _let_wait(self, backfill_id: BackfillId, reason: WaitReason | None) -> None:
        """Note what a backfill waits for, unless a moderator has to resume it."""

        def change(backfill: Backfill) -> Backfill:
            stays = backfill.waits is not None and backfill.waits.needs_resume
            return backfill if stays else replace(backfill, waits=reason)

        again = QUOTA_AGAIN if reason is WaitReason.QUOTA else LOOK_AGAIN
        self._look_at[backfill_id] = self._clock.now() + again
        await self._store.change(backfill_id, change)

    async def claim(self, shards: Shards) -> tuple[HistoryRange, Backfill] | None:
        """Look after all backfills, and return what is read next, and for which of them.

        Returns:
            None where nothing is due, or the process is about to end.

        Raises:
            StoreError: the store did not answer; safe to repeat.
        """
        if self._is_ending or not await self._look_after_all(shards):
            return None
        range_ = await self._store.claim(owner=self._owner, now=self._clock.now(), shards=shards)
        if range_ is None or range_.gap.backfill_id is None:
            return None
        backfill = await self._store.find(range_.gap.backfill_id)
        return (range_, backfill) if backfill is not None else None

    async def try_later(self, range_: HistoryRange) -> None:
        """Give a range back whose reading failed; its waits grow from 2 s to 5 minutes."""
        until = self._clock.now() + wait_after(range_.attempts + 1)
        await self._store.put_off(range_, until=until, waits_for=None)

    async def park(self, range_: HistoryRange, reason: ParkReason) -> None:
        """Give a range back that can't be read; it is looked at again every five minutes."""
        until = self._clock.now() + ACCESS_AGAIN
        await self._store.put_off(range_, until=until, waits_for=reason)

    async def drop(self, range_: HistoryRange) -> None:
        """Forget a range: its channel is gone."""
        await self._store.drop(range_)

    async def decide(self, backfill: Backfill, facts: MessageFacts, *, saved: bool) -> Decided:
        """Decide what is to be kept of a message.

        Args:
            backfill: whose it is.
            facts: the message.
            saved: whether its author asked for it, by a reaction.

        Raises:
            SourceUnreachable: Discord does not say which roles its author has.
        """
        plan = await self._outage.outlast(
            lambda: self._mirrors.plan_asked(facts, backfill.kinds, saved=saved), at_any_rate=True
        )
        if plan.new is None:
            return Decided(facts.message_id)
        post = replace(plan.new.post, backfill_id=backfill.id)
        tallies = tuple(_tally(facts.author_id, each) for each in plan.decision.keep)
        return Decided(facts.message_id, FoundPost(replace(plan.new, post=post), tallies))

    async def keep(
        self, range_: HistoryRange, backfill: Backfill, page: Sequence[Decided], *, ended: bool
    ) -> None:
        """Store what a page holds, part by part, each as soon as there is room for it.

        Returns before its end where the backfill has to wait, was changed, or there is no room for
        long: what is left is read again.

        Args:
            range_: as it was claimed.
            backfill: whose it is.
            page: the next messages of the range, oldest first.
            ended: whether none comes after them.
        """
        left, rest = range_, tuple(page)
        pause_s, patience_s = FIRST_PAUSE_S, PAGE_PATIENCE_S
        while rest or ended:
            count = len(rest) if backfill.dry_run else await self._room_for(backfill, rest)
            if count is None:
                return
            if rest and not count:
                if patience_s <= 0:
                    return await self._store.queue_again(left, at=self._clock.now())
                await asyncio.sleep(pause_s)
                patience_s -= pause_s
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                continue
            part, rest = rest[:count], rest[count:]
            following = await self._store_part(left, part, ended=ended and not rest)
            if following is None:
                return
            left, pause_s, patience_s = following, FIRST_PAUSE_S, PAGE_PATIENCE_S

    async def _store_part(
        self, range_: HistoryRange, part: Sequence[Decided], *, ended: bool
    ) -> HistoryRange | None:
        page = BackfillPage(
            found=tuple(each.found for each in part if each.found is not None),
            messages=len(part),
            after=part[-1].message_id if part else range_.gap.after,
            ended=ended,
            at=self._clock.now(),
        )
        try:
            return await self._outage.outlast(
                lambda: self._store.store_page(range_, page), at_any_rate=True
            )
        except StaleWrite:
            log.info("a backfill waits, has ended, or is read by another", range=range_.id)
        return None

    async def _room_for(self, backfill: Backfill, rest: Sequence[Decided]) -> int | None:
        """Return how many messages may be stored now; None where the backfill does not go on.

        Those without files always may, and with them one that has some.
        """
        found = next((each.found for each in rest if each.found is not None), None)
        if found is None:
            return len(rest)
        load = await self._store.load(backfill.guild_id)
        author_id, files = found.new.post.author_id, len(found.new.items)
        obstacle = await self._gate.obstacle(
            backfill.guild_id, load, author_id=author_id, files=files
        )
        if obstacle is not None:
            await self._let_wait(backfill.id, obstacle)
        if obstacle is not None or not await self._goes_on(backfill.id):
            return None
        await self._let_go(load)
        if not await self._gate.has_room(backfill.guild_id, load, author_id=author_id, files=files):
            return 0
        with_files = [index for index, each in enumerate(rest) if each.found is not None]
        return with_files[1] if len(with_files) > 1 else len(rest)

    async def _goes_on(self, backfill_id: BackfillId) -> bool:
        found = await self._store.find(backfill_id)
        return found is not None and not found.state.is_ended and found.waits is None

    async def _let_go(self, load: Load) -> None:
        """Let files be uploaded that were held back, as far as there is room."""
        room = FILES_AT_ONCE - load.open_files
        if load.held_files and room > 0:
            await self._store.let_go(room)


def _tally(author_id: UserId, kept: AttachmentFacts) -> Tally:
    kind = kind_of(filename=kept.filename, content_type=kept.content_type) or Kind.IMAGE
    return Tally(author_id, kind, 1, kept.size_bytes or 0)
