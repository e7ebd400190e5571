"""How far each mirrored channel was looked at, so that what was missed is fetched later.

A channel's mark passes nothing that was not decided and stored. It is held while the gateway may
have passed something over: from the start, and from each new session on, until its history is read.
Marks are moved in memory and written together, a while later: one that lags loses nothing.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.services.mirroring.mark_writer import MarkWriter
from imgoe_bot.services.ports.mirroring import Mark, RuleStore
from imgoe_bot.services.store_outage import StoreOutage

CAME_LIVE_MAX = 10_000
"""Messages noted of a channel that can't be read: those beyond are decided on twice, then."""


@dataclass(slots=True)
class _Channel:
    """What this process knows of one channel.

    Attributes:
        held: whether messages may have been missed since the mark.
        holds: how often it was held; what was read before the last time proves nothing.
        under_way: messages that are being decided.
        failed: messages whose handling failed; reading the history decides them.
        came_live: messages that came by the gateway while it was held.
        newest: the newest message that was decided, 0 before the first.
        mark: what is stored as the mark, or about to be; 0 before this process knew.
        beginning: up to where nothing is to be read, whatever is stored by now.
    """

    guild_id: GuildId
    held: bool = True
    holds: int = 0
    under_way: set[int] = field(default_factory=set[int])
    failed: set[int] = field(default_factory=set[int])
    came_live: set[int] = field(default_factory=set[int])
    newest: int = 0
    mark: int = 0
    beginning: int = 0

    def hold(self) -> None:
        """Let the mark stay where it is until the history was read."""
        self.held = True
        self.holds += 1

    def reach(self, message_id: int) -> int:
        """Return how far nothing is open, if all was looked at up to this message."""
        if not self.under_way and not self.failed:
            return message_id
        return min([message_id, *(id_ - 1 for id_ in self.under_way | self.failed)])


@dataclass(slots=True)
class Observation:
    """A look at one message; ``counts`` once it is known to stand in a mirrored channel."""

    counts: bool = False


class HighWaterMarks:
    """Moves the marks of channels, and knows which of them have to be caught up.

    Args:
        came_live_max: how many messages are noted of a channel while it is held.
    """

    def __init__(
        self, rules: RuleStore, *, outage: StoreOutage, came_live_max: int = CAME_LIVE_MAX
    ) -> None:
        self._came_live_max = came_live_max
        self._rules = rules
        self._writer = MarkWriter(rules, outage=outage)
        self._channels: dict[ChannelId, _Channel] = {}
        self._of_guild: dict[GuildId, dict[ChannelId, _Channel]] = {}
        self._unheard: set[GuildId] = set()

    async def run(self) -> None:
        """Write the marks that move, all of them together, until cancelled."""
        await self._writer.run()

    async def stored(self, guild_id: GuildId) -> Mapping[ChannelId, MessageId]:
        """Return the mark of each of a server's channels that has one, written or about to be."""
        return {**await self._rules.seen(guild_id), **self._writer.unwritten(guild_id)}

    async def all_stored(self) -> Mapping[GuildId, Mapping[ChannelId, MessageId]]:
        """Return the marks of every server that has one, in one query."""
        return await self._rules.all_seen()

    def is_held(self, channel_id: ChannelId) -> bool:
        """Tell whether a channel has to be caught up; so has one that nothing is known of."""
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

    def hold_unheard(self, guild_id: GuildId) -> None:
        """Hold the channels of a server in which messages came that the gateway didn't tell of.

        Which was the newest of a channel isn't known either, so each has to be read.
        """
        self._unheard.add(guild_id)
        self.hold_guild(guild_id)

    def is_unheard(self, guild_id: GuildId) -> bool:
        """Tell whether ``hold_unheard`` was called since ``take_unheard`` was."""
        return guild_id in self._unheard

    def take_unheard(self, guild_id: GuildId) -> bool:
        """Tell whether ``hold_unheard`` was called since this was asked last."""
        is_unheard = guild_id in self._unheard
        self._unheard.discard(guild_id)
        return is_unheard

    @asynccontextmanager
    async def observing(
        self, guild_id: GuildId, channel_id: ChannelId, message_id: MessageId
    ) -> AsyncGenerator[Observation]:
        """Decide in this block on a message that has just come by the gateway, and store that.

        An error that leaves the block holds the channel until its history was read.
        """
        channel, observation = self._channel(guild_id, channel_id), Observation()
        channel.under_way.add(message_id)
        self._note_live(channel, message_id)
        try:
            yield observation
        except BaseException:
            channel.failed.add(message_id)
            channel.came_live.discard(message_id)
            channel.hold()
            raise
        finally:
            channel.under_way.discard(message_id)
        if observation.counts:
            self._passed(channel_id, channel, message_id)
        elif not channel.under_way and not channel.beginning:
            self._channels.pop(channel_id, None)
            self._of_guild[guild_id].pop(channel_id, None)

    def pass_over(self, guild_id: GuildId, channel_id: ChannelId, message_id: MessageId) -> None:
        """Note that a message has just come by the gateway that asks for nothing."""
        channel = self._channel(guild_id, channel_id)
        self._note_live(channel, message_id)
        self._passed(channel_id, channel, message_id)

    def _note_live(self, channel: _Channel, message_id: int) -> None:
        if channel.held and len(channel.came_live) < self._came_live_max:
            channel.came_live.add(message_id)

    def _passed(self, channel_id: ChannelId, channel: _Channel, message_id: int) -> None:
        channel.newest = max(channel.newest, message_id)
        if not channel.held:
            self._move(channel_id, channel, channel.reach(channel.newest))

    def came_live(self, channel_id: ChannelId, message_id: MessageId) -> bool:
        """Tell whether a message of a held channel came by the gateway already."""
        channel = self._channels.get(channel_id)
        return channel is not None and message_id in channel.came_live

    async def begin_at(self, guild_id: GuildId, messages: Mapping[ChannelId, MessageId]) -> None:
        """Let nothing be read of channels up to these messages: they are mirrored from there on.

        That holds before the first wait: what comes next may have the histories read. At the end
        it is written: whoever asked for it may go on to what makes them be read.
        """
        for channel_id, message_id in messages.items():
            channel = self._channel(guild_id, channel_id)
            channel.beginning = max(channel.beginning, message_id)
            self._move(channel_id, channel, message_id)
        await self._writer.write()

    def beginning_of(self, channel_id: ChannelId) -> int:
        """Return up to where nothing is to be read of a channel, 0 where that isn't known here."""
        channel = self._channels.get(channel_id)
        return channel.beginning if channel is not None else 0

    def begin(self, guild_id: GuildId, channel_id: ChannelId, *, stored: int = 0) -> int:
        """Begin to read a held channel's history; returns what ``finish`` is told.

        Args:
            guild_id: the server.
            channel_id: the channel.
            stored: its mark as it is stored, which is not written again.
        """
        channel = self._channel(guild_id, channel_id)
        channel.mark = max(channel.mark, stored)
        return channel.holds

    def read_to(
        self, guild_id: GuildId, channel_id: ChannelId, message_id: MessageId, *, begun: int
    ) -> None:
        """Note that a held channel's history was read and decided up to a message.

        Args:
            guild_id: the server.
            channel_id: the channel.
            message_id: the message.
            begun: what ``begin`` returned.
        """
        channel = self._channel(guild_id, channel_id)
        if channel.holds == begun:
            channel.failed = {id_ for id_ in channel.failed if id_ > message_id}
        self._move(channel_id, channel, channel.reach(message_id))

    def finish(
        self, guild_id: GuildId, channel_id: ChannelId, message_id: MessageId, *, begun: int
    ) -> bool:
        """Note that all of a channel's history was read; its mark moves with the gateway again.

        Args:
            guild_id: the server.
            channel_id: the channel.
            message_id: the last message of the history, or the mark where none came after it.
            begun: what ``begin`` returned.

        Returns:
            False when the channel was held again meanwhile: then it has to be read once more.
        """
        channel = self._channel(guild_id, channel_id)
        if channel.holds != begun:
            return False
        channel.held = False
        channel.failed.clear()
        channel.came_live.clear()
        channel.newest = max(channel.newest, message_id)
        self._move(channel_id, channel, channel.reach(channel.newest))
        return True

    def _channel(self, guild_id: GuildId, channel_id: ChannelId) -> _Channel:
        channel = self._channels.get(channel_id)
        if channel is None:
            channel = self._channels[channel_id] = _Channel(guild_id)
            self._of_guild.setdefault(guild_id, {})[channel_id] = channel
        return channel

    def _move(self, channel_id: ChannelId, channel: _Channel, message_id: int) -> None:
        """Move a mark forward, to be written with the next ones."""
        if message_id <= channel.mark:
            return
        channel.mark = message_id
        self._writer.note(Mark(channel.guild_id, channel_id, MessageId(message_id)))
