"""What one process knows of how far a channel was dealt with."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from imgoe_bot.domain.history import Gap, RangeReason
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId

Spans = tuple[tuple[int, int], ...]
"""Messages as the oldest and the newest of each group, the oldest group first."""

NEAR = (60 * 60 * 1000) << 22
"""An hour, in ids: what failed within it becomes one span."""
SPANS_MAX = 16
"""Spans of one channel; beyond that, what is nearest to each other becomes one."""


@dataclass(slots=True)
class ChannelProgress:
    """What this process knows of one channel.

    Attributes:
        held: whether messages may have been missed since the mark, which no range covers.
        holds: how often it was held; what was known before the last time proves nothing.
        under_way: messages that are being decided.
        failed: messages whose handling failed, as spans of the oldest and the newest: what lies
            between is read again with them, so that few numbers stand for many.
        newest: the newest message that was decided, 0 before the first.
        mark: what is stored as the mark, or about to be; 0 before this process knew.
        beginning: up to where nothing is to be read, whatever is stored by now.
    """

    guild_id: GuildId
    held: bool = True
    holds: int = 0
    under_way: set[int] = field(default_factory=set[int])
    failed: Spans = ()
    newest: int = 0
    mark: int = 0
    beginning: int = 0

    def hold(self) -> None:
        """Let the mark stay where it is until a range covers what may have been missed."""
        self.held = True
        self.holds += 1

    def fail(self, message_id: int) -> None:
        """Note that a message has to be read again."""
        self.failed = _joined([*self.failed, (message_id, message_id)])

    def failed_gaps(self, channel_id: ChannelId) -> list[Gap]:
        """Return the ranges of what failed."""
        ends = [(MessageId(first - 1), MessageId(last + 1)) for first, last in self.failed]
        return [Gap(self.guild_id, channel_id, *each, RangeReason.FAILED) for each in ends]

    @property
    def reach(self) -> int:
        """How far nothing is open."""
        first_failed = [first for first, _ in self.failed]
        return min([self.newest, *(id_ - 1 for id_ in (*self.under_way, *first_failed))])


@dataclass(slots=True)
class Observation:
    """A look at one message; ``counts`` once it is known to stand in a mirrored channel."""

    counts: bool = False


@dataclass(frozen=True, slots=True)
class MissedPart:
    """What may have been missed of a held channel, as it was known at one moment.

    Attributes:
        begun: what ``HighWaterMarks.begin`` returned at that moment.
        after: the mark.
        until: the channel's newest message, 0 when it has none; None when that isn't known.
        reason: why it is to be read; None where nothing is, however much there may be.
    """

    channel_id: ChannelId
    begun: int
    after: MessageId
    until: MessageId | None
    reason: RangeReason | None

    def gap(self, guild_id: GuildId) -> Gap | None:
        """Return the range that is to be read, None when there is nothing to read."""
        if self.reason is None or (self.until is not None and self.until <= self.after):
            return None
        before = None if self.until is None else MessageId(self.until + 1)
        return Gap(guild_id, self.channel_id, self.after, before, self.reason)


def _joined(spans: Iterable[tuple[int, int]]) -> Spans:
    """Return spans as few: what an edit or a reaction brings up again may be years old."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and first - joined[-1][1] <= NEAR:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    while len(joined) > SPANS_MAX:
        at = min(range(len(joined) - 1), key=lambda n: joined[n + 1][0] - joined[n][1])
        joined[at : at + 2] = [(joined[at][0], joined[at + 1][1])]
    return tuple(joined)
