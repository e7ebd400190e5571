"""Backfills: what a moderator asked to be kept of what was posted long ago.

A backfill is ranges of history (``history``), one a channel, and what is to be done with what lies
in them. Everything about it is stored, so that it goes on after a restart.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from imgoe_bot.domain.history import BackfillId, Gap, RangeReason
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, UserId
from imgoe_bot.domain.options import Kind
from imgoe_bot.domain.post import MessageLocation

MESSAGES_AT_ONCE = 100_000
"""After so many messages a backfill waits until it is resumed; then as many more are read."""
FILES_AT_ONCE = 2
"""Files of backfills that are uploaded at once: what is posted now finds a hand free."""
LONGEST_IDLE = timedelta(minutes=1)
"""Longer than this between two pages it rather waited than worked."""


class Cards(StrEnum):
    """Whether what a backfill keeps is answered."""

    ANSWER = "answer"
    """As the option ``answer`` says where the message stands."""
    SILENT = "silent"
    """Not at all."""


class BackfillState(StrEnum):
    """How far a backfill is."""

    LISTING = "listing"
    """Its channels are still to be found."""
    READING = "reading"
    """Its ranges are open, or files of it are still to be kept."""
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def is_ended(self) -> bool:
        """Whether nothing more is read for it."""
        return self in (BackfillState.DONE, BackfillState.CANCELLED)


class WaitReason(StrEnum):
    """Why a backfill does not go on now."""

    PAUSED = "paused"
    """A moderator paused it."""
    LARGE = "large"
    """It has read ``MESSAGES_AT_ONCE`` since it was begun, or resumed."""
    KEY = "key"
    """The server has no key for its host."""
    QUOTA = "quota"
    """The server has used up what it allows a day."""
    HOST = "host"
    """The image host is away, or refuses the server's key."""
    BUSY = "busy"
    """What is posted now goes first, and has used up half of what the host is sent."""
    ACCESS = "access"
    """None of the channels that are left can be read; it ends once they can, or by ``cancel``."""
    AWAY = "away"
    """Discord does not have the server, or the bot is not in it."""

    @property
    def needs_resume(self) -> bool:
        """Whether only ``resume`` ends it; everything else ends by itself."""
        return self in (WaitReason.PAUSED, WaitReason.LARGE)


@dataclass(frozen=True, slots=True)
class Counts:
    """What a backfill has done so far.

    Attributes:
        messages: looked at.
        found: files to keep, or that a dry run would; ``size_bytes`` as far as Discord says it.
        kept: files that have a copy, as of its end once it has ended.
        failed: files that could not be kept; the rest of ``found`` is under way.
    """

    messages: int = 0
    found: int = 0
    size_bytes: int = 0
    kept: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Backfill:
    """A backfill as it is stored.

    Attributes:
        place_id: as in the request; so is what has the same name there.
        asked_by: 0 once that person was erased, or for the operator.
        after: what comes after this message is looked at, as ``before``: both are always known.
        waits: why it does not go on now; None while it does, or has ended.
        channels: how many ranges it began with; None while it is LISTING.
        unread: how much of them is left, from ``channels`` down to 0: the sum of their parts.
            What was left of one that was cancelled stays.
        read_to: so many messages are looked at before it waits for ``resume``.
        active: how long it has worked, without its waits.
        message: where its progress is shown; None where it isn't, or shows its end already.
        ended_at: None while it goes on.
    """

    id: BackfillId
    guild_id: GuildId
    place_id: ChannelId
    asked_by: UserId
    asked_at: datetime
    after: MessageId
    before: MessageId
    parent_ids: tuple[ChannelId, ...] = ()
    kinds: frozenset[Kind] = frozenset(Kind)
    dry_run: bool = False
    cards: Cards = Cards.SILENT
    summary: bool = False
    expected: int | None = None
    locale: str = "en-US"
    state: BackfillState = BackfillState.LISTING
    waits: WaitReason | None = None
    channels: int | None = None
    unread: float = 0.0
    read_to: int = MESSAGES_AT_ONCE
    counts: Counts = Counts()
    active: timedelta = timedelta(0)
    message: MessageLocation | None = None
    ended_at: datetime | None = None

    @property
    def is_server_wide(self) -> bool:
        """Whether it is about the whole server."""
        return int(self.place_id) == int(self.guild_id)

    @property
    def line(self) -> tuple[ChannelId, ...]:
        """The place and all it stands in, the server last."""
        return (self.place_id, *self.parent_ids, ChannelId(self.guild_id))


@dataclass(frozen=True, slots=True)
class Tally:
    """What a backfill found of one person's files of one kind."""

    user_id: UserId
    kind: Kind
    files: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a backfill is, as people are shown it.

    Attributes:
        fraction: between 0 and 1; by how much of its channels' time was read.
        messages_per_minute: while it works; None before anything can be said.
        left: how long it will still work; None before anything can be said, and at its end.
    """

    fraction: float
    messages_per_minute: float | None = None
    left: timedelta | None = None


def progress_of(backfill: Backfill) -> Progress:
    """Return how far a backfill is."""
    if backfill.state is BackfillState.DONE:
        return Progress(1.0, _rate(backfill))
    if not backfill.channels:
        return Progress(0.0)
    fraction = min(1.0, max(0.0, 1.0 - backfill.unread / backfill.channels))
    ended = backfill.state.is_ended or not fraction
    return Progress(
        fraction,
        _rate(backfill),
        None if ended else backfill.active * ((1.0 - fraction) / fraction),
    )


def _rate(backfill: Backfill) -> float | None:
    minutes = backfill.active / timedelta(minutes=1)
    return backfill.counts.messages / minutes if minutes and backfill.counts.messages else None


def gap_in(backfill: Backfill, channel_id: ChannelId) -> Gap | None:
    """Return what a backfill reads of a channel; None where the channel is younger than that.

    No message is older than its channel; a forum post's first one has the same id.
    """
    after = max(backfill.after, MessageId(channel_id - 1))
    if backfill.before <= after + 1:
        return None
    return Gap(
        backfill.guild_id,
        channel_id,
        after,
        backfill.before,
        RangeReason.BACKFILL,
        backfill.id,
    )


def fits(files: int, *, open_files: int) -> bool:
    """Tell whether a message with so many files may be kept now, beside those that are open.

    One with more than ``FILES_AT_ONCE`` goes where nothing else does.
    """
    return not open_files or open_files + files <= FILES_AT_ONCE


def resumed(backfill: Backfill) -> Backfill:
    """Return a backfill as it goes on at a moderator's word."""
    read_to = max(backfill.read_to, backfill.counts.messages + MESSAGES_AT_ONCE)
    return replace(backfill, waits=None, read_to=read_to)
