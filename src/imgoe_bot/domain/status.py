"""How work goes for one server: its queue, and what the image host did last."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from imgoe_bot.domain.card import Card, FailedItem
from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.domain.parking import Subject
from imgoe_bot.errors import ImgoeError


@dataclass(frozen=True, slots=True)
class Queue:
    """One server's jobs.

    Attributes:
        ready: jobs that wait for a worker, or for a later try.
        leased: jobs under way.
        dead: jobs that were given up.
        oldest_at: since when the oldest of those waiting or under way could be done; None when
            there is none.
    """

    ready: int = 0
    leased: int = 0
    dead: int = 0
    oldest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """What the image host did last.

    Attributes:
        kept_at: when the last copy was stored, None when there was none.
        failure: what the last job given up since then failed of, None when there was none.
    """

    kept_at: datetime | None = None
    failure: ImgoeError | None = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps files of one server from being kept.

    Attributes:
        subject: what they wait for; None: they were given up.
        error: why.
        since: when it began; of files given up, since when the oldest of them is due.
        files: how many.
    """

    subject: Subject | None
    error: ImgoeError
    since: datetime
    files: int


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to tell of a trouble of one server, in its language by Discord's code."""

    guild_id: GuildId
    user_id: UserId
    locale: str


class Outcome(StrEnum):
    """What has become of a message, as far as it is known."""

    UNKNOWN = "unknown"
    UNDER_WAY = "under-way"
    KEPT = "kept"
    DELETED = "deleted"
    WITHDRAWN = "withdrawn"
    GIVEN_UP = "given-up"
    ANSWERED_BEFORE = "answered-before"
    """There is an answer that was taken over, and no record of what was kept."""


@dataclass(frozen=True, slots=True)
class PostJobs:
    """The jobs of one post.

    Attributes:
        pending: files that are still to be uploaded.
        failures: what failed of those, and of others for good.
        answer: why the answer was given up, None when it was not.
    """

    pending: int = 0
    failures: tuple[FailedItem, ...] = ()
    answer: ImgoeError | None = None


@dataclass(frozen=True, slots=True)
class MessageStatus:
    """What is known of one message; see ``PostJobs`` for what failed."""

    outcome: Outcome = Outcome.UNKNOWN
    failures: tuple[FailedItem, ...] = ()
    answer: ImgoeError | None = None


def outcome_of(card: Card, jobs: PostJobs) -> Outcome:
    """Tell what has become of a message that there is a post of."""
    if jobs.pending:
        return Outcome.UNDER_WAY
    if card.has_copies:
        return Outcome.KEPT
    if card.uploads:
        return Outcome.DELETED
    if card.source_is_gone:
        return Outcome.WITHDRAWN
    if jobs.failures or jobs.answer is not None:
        return Outcome.GIVEN_UP
    return Outcome.ANSWERED_BEFORE if card.post.answered else Outcome.UNDER_WAY
