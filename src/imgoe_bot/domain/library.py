"""What people look for among the copies, who may see it, and what is counted."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from imgoe_bot import errors
from imgoe_bot.domain.duration import parse_duration
from imgoe_bot.domain.guild import MANAGE_GUILD, Actor, check_may_manage
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, UploadId, UserId
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import SettingsRejected

PAGE_SIZE = 5
COUNT_MAX = 1000
"""Entries are counted so far; with more it is only said that there are."""
LAST_PAGE = 9999
"""The number of the last page where nobody counts them; the one before has one less."""
MIDDLE_PAGE = 5000
"""From here on pages are numbered from the last one, where nobody counts them."""
SEARCH_MAX_CHARS = 27
TAG_MAX_CHARS = 32
"""With this much text, a whole query fits a custom id of Discord's (100 characters)."""


class OwnerFilter(StrEnum):
    """Whose copies are asked for."""

    MINE = "mine"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; what is empty or None is not looked at.

    Attributes:
        search: stands somewhere in the file's name, in any case.
        tag: one of the upload's tags, in any case.
        channel_id: where it was posted, or what that stands in: a thread's channel, a category.
        since: posted on this day (UTC) or later.
    """

    whose: OwnerFilter = OwnerFilter.MINE
    search: str = ""
    tag: str = ""
    channel_id: ChannelId | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose copies a query reaches: a person's, a server's, or a person's in a server.

    Attributes:
        user_id: None for everybody's.
        guild_id: None for every server's.
    """

    user_id: UserId | None
    guild_id: GuildId | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One copy, and where it was posted.

    Attributes:
        message_id: the source message; None for a slash command.
        nsfw: whether it was posted in an age-restricted channel.
    """

    upload: Upload
    channel_id: ChannelId
    message_id: MessageId | None = None
    nsfw: bool = False

    @property
    def hides_thumb(self) -> bool:
        """Whether a list must not show its picture."""
        return self.upload.spoiler or self.nsfw


@dataclass(frozen=True, slots=True)
class Page:
    """A few entries of many, newest first.

    Attributes:
        number: of this page, from 0; of pages that nobody counts see ``LAST_PAGE``.
        total: entries on all pages; beyond ``COUNT_MAX`` nobody knows how many more.
        has_newer: whether there is a page before this one.
        has_older: whether there is a page after this one.
    """

    entries: tuple[Entry, ...]
    number: int
    total: int
    has_newer: bool = False
    has_older: bool = False

    @property
    def is_counted(self) -> bool:
        """Whether it is known how many entries there are."""
        return self.total <= COUNT_MAX

    @property
    def count(self) -> int:
        """How many pages there are, as far as entries are counted; one when there is nothing."""
        return pages_of(min(self.total, COUNT_MAX))

    @property
    def number_from_end(self) -> int | None:
        """The number from the last page on (which is 0), None where it is one from the first."""
        return None if self.is_counted else number_from_end(self.number)


@dataclass(frozen=True, slots=True)
class ShownPage:
    """What somebody sees who asks for another page: where that one goes on.

    Attributes:
        number: of the page.
        newest: its first entry.
        oldest: its last entry.
    """

    number: int
    newest: UploadId
    oldest: UploadId


@dataclass(frozen=True, slots=True)
class Day:
    """What was stored on one day (UTC)."""

    day: date
    files: int = 0
    size_bytes: int = 0


class FailureKind(StrEnum):
    """What kept a file from being kept, as coarse as a person needs it."""

    FILE = "file"
    SOURCE = "source"
    HOST = "host"
    SETTINGS = "settings"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted since a day, copies deleted meanwhile included.

    Attributes:
        days: only those on which something was stored, in no order.
        channels: those with the most files first, and how many.
        failures: names of errors, and how often each was final.
    """

    days: tuple[Day, ...] = ()
    channels: tuple[tuple[ChannelId, int], ...] = ()
    failures: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Stats:
    """Some days' uploads.

    Attributes:
        days: every day of the period, oldest first; at least one.
        failures: the most frequent first.
    """

    whose: OwnerFilter
    days: tuple[Day, ...]
    channels: tuple[tuple[ChannelId, int], ...] = ()
    failures: tuple[tuple[FailureKind, int], ...] = ()

    @property
    def files(self) -> int:
        """Files on all days."""
        return sum(day.files for day in self.days)

    @property
    def size_bytes(self) -> int:
        """Bytes on all days."""
        return sum(day.size_bytes for day in self.days)


def pages_of(total: int) -> int:
    """Return how many pages that many entries fill, at least one."""
    return max(1, -(-total // PAGE_SIZE))


def number_from_end(number: int) -> int | None:
    """Return how far a page that nobody counts is from the last one, None in the first half."""
    return LAST_PAGE - number if number >= MIDDLE_PAGE else None


def scope_of(actor: Actor, whose: OwnerFilter) -> Scope:
    """Return what the actor's query reaches; in direct messages, their copies of every server.

    Raises:
        NotAllowed: the server's copies, without the Manage Server permission. (Manage Messages is
            not asked for: a channel can grant that, and others' copies of other channels with it.)
    """
    if whose is OwnerFilter.SERVER:
        return Scope(user_id=None, guild_id=check_may_manage(actor))
    return Scope(user_id=actor.user_id, guild_id=actor.guild_id)


def may_see(actor: Actor, upload: Upload) -> bool:
    """Tell whether the actor may look at a copy in the library."""
    if actor.user_id == upload.uploader_id:
        return True
    return actor.guild_id == upload.guild_id and MANAGE_GUILD in actor.permissions


def usual_owner_filter(actor: Actor) -> OwnerFilter:
    """Return whose numbers somebody means who didn't say."""
    managing = actor.guild_id is not None and MANAGE_GUILD in actor.permissions
    return OwnerFilter.SERVER if managing else OwnerFilter.MINE


def parse_since(text: str, *, now: datetime) -> date:
    """Return the day that is meant by ``2026-05-31``, or by ``7d`` counted back from now.

    Raises:
        SettingsRejected: it is neither.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return _days_ago(text, now)


def _days_ago(text: str, now: datetime) -> date:
    try:
        return (now - parse_duration(text)).date()
    except (ValueError, OverflowError) as error:
        raise SettingsRejected(setting="since", problem="not-a-day") from error


def every_day(days: tuple[Day, ...], *, first: date, last: date) -> tuple[Day, ...]:
    """Return one entry for each day from first to last, empty ones where nothing was stored."""
    known = {each.day: each for each in days}
    dates = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(known.get(each, Day(each)) for each in dates)


_KINDS: tuple[tuple[type[errors.ImgoeError], FailureKind], ...] = (
    (errors.MediaRejected, FailureKind.FILE),
    (errors.SourceError, FailureKind.SOURCE),
    (errors.KeyMissing, FailureKind.SETTINGS),
    (errors.KeyRejected, FailureKind.SETTINGS),
    (errors.QuotaReached, FailureKind.SETTINGS),
    (errors.NotAllowed, FailureKind.SETTINGS),
    (errors.HostError, FailureKind.HOST),
)


def failure_kind_of(name: str) -> FailureKind:
    """Return the sort of an error by the name of its class."""
    kind = getattr(errors, name, None)
    if not isinstance(kind, type):
        return FailureKind.UNKNOWN
    return next((sort for base, sort in _KINDS if issubclass(kind, base)), FailureKind.UNKNOWN)


def failure_kinds_of(failures: tuple[tuple[str, int], ...]) -> tuple[tuple[FailureKind, int], ...]:
    """Add up failures by their sort, the most frequent first."""
    sums: dict[FailureKind, int] = {}
    for name, count in failures:
        sort = failure_kind_of(name)
        sums[sort] = sums.get(sort, 0) + count
    return tuple(sorted(sums.items(), key=lambda each: (-each[1], each[0])))
