"""How far each mirrored channel was dealt with, so that what was missed is read later.

A channel's mark passes nothing that was not decided and stored, or that no stored range covers. It
is held while the gateway may have passed something over: from the start, and from each new session
on, until what may have been missed is stored as a range. Marks are moved in memory and written
together, a while later: one that lags loses nothing.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager

import structlog

from imgoe_bot.domain.history import Gap, Mark
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.errors import ImgoeError
from imgoe_bot.services.mirroring.channel_progress import (
    ChannelProgress,
    MissedPart,
    Observation,
    Spans,
)
from imgoe_bot.services.mirroring.history_queue import HistoryQueue
from imgoe_bot.services.ports.history import HistoryStore
from imgoe_bot.services.store_outage import StoreOutage

EVERY_S = 1.0
ENDING_S = 2.0
"""How long the end of a process is put off for marks that are not written yet."""

log = structlog.stdlib.get_logger(__name__)


class HighWaterMarks:
    """Moves the marks of channels, opens ranges of what was missed, and knows what is held."""

    def __init__(self, store: HistoryStore, *, queue: HistoryQueue, outage: StoreOutage) -> None:
        self._store = store
        self._queue = queue
        self._outage = outage
        self._channels: dict[ChannelId, ChannelProgress] = {}
        self._of_guild: dict[GuildId, dict[ChannelId, ChannelProgress]] = {}
        self._unheard: dict[GuildId, set[ChannelId]] = {}
        self._unwritten: dict[ChannelId, Mark] = {}
        self._failing: set[ChannelId] = set()
        self._noted = asyncio.Event()

    async def stored(self, guild_id: GuildId) -> Mapping[ChannelId, MessageId]:
        """Return the mark of each of a server's channels that has one, written or about to be."""
        unwritten = {
            mark.channel_id: mark.message_id
            for mark in self._unwritten.values()
            if mark.guild_id == guild_id
        }
        return {**await self._store.marks(guild_id), **unwritten}

    async def all_stored(self) -> Mapping[GuildId, Mapping[ChannelId, MessageId]]:
        """Return the marks of every server that has one, in one query."""
        return await self._store.all_marks()

    def is_held(self, channel_id: ChannelId) -> bool:
        """Tell whether something may have been missed; so it may where nothing is known."""
        channel = self._channels.get(channel_id)
        return channel is None or channel.held

    def is_behind(self, channel_id: ChannelId) -> bool:
        """Tell whether a channel is held of which this process has seen messages."""
        channel = self._channels.get(channel_id)
        return channel is not None and channel.held

    def hold_all(self) -> None:
        """Hold every channel: a new session of the gateway replays nothing."""
        for channel in self._channels.values():
            channel.hold()

    def hold_guild(self, guild_id: GuildId) -> None:
        """Hold the channels of a server that is unavailable for a while."""
        for channel in self._of_guild.get(guild_id, {}).values():
            channel.hold()

    def hold_unheard(self, guild_id: GuildId, place: ChannelId) -> None:
        """Hold a place in which messages came that the gateway didn't tell of.

        Which was the newest of a channel isn't known there, so its history is read to the end.

        Args:
            guild_id: the server.
            place: a channel, what it stands in, or the server's own id.
        """
        self._unheard.setdefault(guild_id, set()).add(place)
        self.hold_guild(guild_id)

    def unheard(self, guild_id: GuildId) -> frozenset[ChannelId]:
        """Return the places that ``hold_unheard`` was called for since they were covered."""
        return frozenset(self._unheard.get(guild_id, ()))

    @asynccontextmanager
    async def observing(
        self, guild_id: GuildId, channel_id: ChannelId, message_id: MessageId
    ) -> AsyncGenerator[Observation]:
        """Decide in this block on a message that has just come by the gateway, and store that.

        After an error that leaves the block a range covers the message, as soon as that is stored.
        """
        channel, observation = self._channel(guild_id, channel_id), Observation()
        channel.under_way.add(message_id)
        try:
            yield observation
        except BaseException:
            channel.newest = max(channel.newest, message_id)
            self.fail(guild_id, channel_id, message_id)
            raise
        finally:
            channel.under_way.discard(message_id)
        if observation.counts:
            self._passed(channel_id, channel, message_id)
        elif not channel.under_way and not channel.beginning and not channel.failed:
            self._channels.pop(channel_id, None)
            self._of_guild[guild_id].pop(channel_id, None)

    def fail(self, guild_id: GuildId, channel_id: ChannelId, message_id: MessageId) -> None:
        """Have a message read again that could not be dealt with, as it came or was changed."""
        self._channel(guild_id, channel_id).fail(message_id)
        self._failing.add(channel_id)
        self._noted.set()

    def pass_over(self, guild_id: GuildId, channel_id: ChannelId, message_id: MessageId) -> None:
        """Note that a message has just come by the gateway that asks for nothing."""
        self._passed(channel_id, self._channel(guild_id, channel_id), message_id)

    def _passed(self, channel_id: ChannelId, channel: ChannelProgress, message_id: int) -> None:
        channel.newest = max(channel.newest, message_id)
        if not channel.held:
            self._move(channel_id, channel, channel.reach)

    def begin_new(self, guild_id: GuildId, channel_id: ChannelId) -> None:
        """Note that a channel is new, so that nothing was missed of it."""
        self._channel(guild_id, channel_id).held = False

    async def begin_at(self, guild_id: GuildId, messages: Mapping[ChannelId, MessageId]) -> None:
        """Let nothing be read of channels up to these messages: they are mirrored from there on.

        That holds before the first wait: what comes next may have ranges opened. At the end it is
        written: whoever asked for it may go on to what makes them be.
        """
        for channel_id, message_id in messages.items():
            channel = self._channel(guild_id, channel_id)
            channel.beginning = max(channel.beginning, message_id)
            self._move(channel_id, channel, message_id)
        await self.write()

    def beginning_of(self, channel_id: ChannelId) -> int:
        """Return up to where nothing is to be read of a channel, 0 where that isn't known here."""
        channel = self._channels.get(channel_id)
        return channel.beginning if channel is not None else 0

    def begin(self, guild_id: GuildId, channel_id: ChannelId, *, stored: int = 0) -> int:
        """Look at a held channel; returns what makes a ``MissedPart`` known of this moment.

        Args:
            guild_id: the server.
            channel_id: the channel.
            stored: its mark as it is stored, which is not written again.
        """
        channel = self._channel(guild_id, channel_id)
        channel.mark = max(channel.mark, stored)
        return channel.holds

    async def cover(self, guild_id: GuildId, missed: Iterable[MissedPart]) -> bool:
        """Store what was missed of held channels as ranges; their marks then move again.

        Args:
            guild_id: their server.
            missed: one a channel.

        Returns:
            False when a channel was held again meanwhile: then it has to be looked at once more.

        Raises:
            StoreError: one that no wait cures.
        """
        parts, places = tuple(missed), self.unheard(guild_id)
        gaps = [gap for part in parts if (gap := part.gap(guild_id)) is not None]
        marks = [
            Mark(guild_id, part.channel_id, part.until)
            for part in parts
            if part.until is not None and part.until > part.after
        ]
        if gaps or marks:
            await self._note(marks, gaps)
        self._unheard.get(guild_id, set[ChannelId]()).difference_update(places)
        return all([self._covered(guild_id, part) for part in parts])

    def _covered(self, guild_id: GuildId, part: MissedPart) -> bool:
        channel = self._channel(guild_id, part.channel_id)
        known = max(part.after, part.until or 0)
        channel.mark = max(channel.mark, known)
        if channel.holds != part.begun:
            return False
        channel.held = False
        channel.newest = max(channel.newest, known)
        self._move(part.channel_id, channel, channel.reach)
        return True

    async def _note(self, marks: Collection[Mark], gaps: Collection[Gap]) -> None:
        store, now = self._store, self._queue.now()
        await self._outage.outlast(
            lambda: store.note(tuple(marks), tuple(gaps), at=now), at_any_rate=True
        )
        if gaps:
            self._queue.wake()

    async def write(self) -> None:
        """Write the marks that moved, and ranges of what failed, waiting for a store that is away.

        Raises:
            StoreError: one that no wait cures; nothing is forgotten then.
        """
        self._noted.clear()
        marks, failed = tuple(self._unwritten.values()), self._failed()
        if not marks and not failed:
            return
        gaps = [gap for id_ in failed for gap in self._channels[id_].failed_gaps(id_)]
        await self._note(marks, gaps)
        for mark in marks:
            if self._unwritten.get(mark.channel_id) is mark:  # else it moved on meanwhile
                del self._unwritten[mark.channel_id]
        for channel_id, written in failed.items():
            self._end_failure(channel_id, written)

    def _failed(self) -> dict[ChannelId, Spans]:
        found = {id_: self._channels[id_].failed for id_ in self._failing}
        return {id_: failed for id_, failed in found.items() if failed}

    def _end_failure(self, channel_id: ChannelId, written: Spans) -> None:
        """Let a mark pass what failed, now that a range covers it; unless more did meanwhile."""
        channel = self._channels.get(channel_id)  # None: another write came before
        if channel is None or channel.failed != written:
            return
        channel.failed = ()
        self._failing.discard(channel_id)
        if not channel.held:
            self._move(channel_id, channel, channel.reach)

    async def run(self) -> None:
        """Write what is noted, all of it together every second, until cancelled."""
        try:
            while True:
                await self._noted.wait()
                await asyncio.sleep(EVERY_S)
                await self._write_or_log()
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ENDING_S):
                    await self._write_or_log()

    async def _write_or_log(self) -> None:
        try:
            await self.write()
        except ImgoeError as error:
            log.error("marks can't be written, trying again", error=repr(error))
            self._noted.set()

    def _channel(self, guild_id: GuildId, channel_id: ChannelId) -> ChannelProgress:
        channel = self._channels.get(channel_id)
        if channel is None:
            channel = self._channels[channel_id] = ChannelProgress(guild_id)
            self._of_guild.setdefault(guild_id, {})[channel_id] = channel
        return channel

    def _move(self, channel_id: ChannelId, channel: ChannelProgress, message_id: int) -> None:
        """Move a mark forward, to be written with the next ones."""
        if message_id <= channel.mark:
            return
        channel.mark = message_id
        self._unwritten[channel_id] = Mark(channel.guild_id, channel_id, MessageId(message_id))
        self._noted.set()
