"""Work that outlives a process: stored before it is begun, leased while it is done."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from imgoe_bot.domain.direct_messages import DeliveryRequest
from imgoe_bot.domain.ids import AttachmentId, GuildId, JobId, PostId
from imgoe_bot.domain.options import MessagePart
from imgoe_bot.domain.owners import Owner, owner_of
from imgoe_bot.errors import HostBusy, HostError, ImgoeError

FIRST_DELAY = timedelta(seconds=2)
LONGEST_DELAY = timedelta(minutes=30)
LONGEST_UNCERTAIN_DELAY = timedelta(hours=6)
"""Where the host may have stored what it did not confirm: each try may leave a copy there."""
LONGEST_ASKED_DELAY = timedelta(days=1)
LONGEST_AFTER_DEATH = timedelta(minutes=2)
CARD_WAITS = timedelta(minutes=5)
"""How long a post's other files wait for one that fails, before they are shown without it."""
FIRST_REVIEW_AFTER = timedelta(seconds=30)
"""How long after an upload it is first asked whether its host shows it; its card stands by then."""


class Step(StrEnum):
    """What a job does for its post; each step is stored and repeated on its own."""

    UPLOAD = "upload"
    ANNOUNCE = "announce"
    DELIVER = "deliver"
    RETIRE = "retire"
    PREVIEW = "preview"
    REVIEW = "review"
    ERASE = "erase"
    REFRESH = "refresh"

    @property
    def asks_host(self) -> bool:
        """Whether it is the image host that such a step has to wait for."""
        return self in (Step.UPLOAD, Step.RETIRE, Step.REVIEW, Step.ERASE)


class State(StrEnum):
    """Where a job stands.

    WAITING is released by the last upload of its post; an upload of a backfill, once there is room.
    PARKED waits for its host, its key or its place; see ``parking``.
    """

    WAITING = "waiting"
    READY = "ready"
    PARKED = "parked"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Item:
    """The attachment a job is about; ``source`` says where in the message it stands."""

    attachment_id: AttachmentId
    position: int
    filename: str
    spoiler: bool = False
    source: MessagePart = MessagePart.ATTACHMENTS


@dataclass(frozen=True, slots=True)
class Sending:
    """A file on its way to its host: stored before the first byte leaves.

    Attributes:
        key: the ``Idempotency-Key``; the same for each try that sends the same bytes.
        host_url: where to; empty where an older version sent it, which did not note that.
        account: the fingerprint of the API key it is sent with: hosts bind ``key`` to its account.
        filename: as the host is told it.
        size_bytes: None where its source did not tell.
        at: when it began.
    """

    key: str
    host_url: str
    account: str
    filename: str
    size_bytes: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Parked:
    """What a job was parked for that is tried now: as the probe, or because its time is up.

    Attributes:
        subject: what it waits for, as ``parking.Subject`` writes it.
        until: when it is given up.
        error: why it waits.
    """

    subject: str
    until: datetime
    error: ImgoeError


@dataclass(frozen=True, slots=True)
class Job:
    """One leased step of work.

    Attributes:
        item: the attachment to upload, or whose copy to look for; None for the steps that concern
            the whole post.
        guild_id: whose post it is.
        host_url: the image host that the guild has set; empty for the process's own.
        attempts: how often it was begun, this time included.
        owner: whose lease it is; a write under another owner's lease is refused.
        round: how often a step of the whole post was asked for anew, because the post grew.
        failures: tries that failed one after the other; one that was killed is none.
        failing_since: when the first of them did; None when none has.
        sending: an earlier try had begun to send the file, and nobody knows what became of it.
        parked: what it was parked for; None when it was not.
        leads_digest: its direct message was decided on before, and others may go with it.
        is_scheduled: its direct message was let go when it was ordered, a moment ago, while
            Discord took them.
    """

    id: JobId
    post_id: PostId
    guild_id: GuildId
    step: Step
    attempts: int
    owner: str
    item: Item | None = None
    round: int = 0
    host_url: str = ""
    failures: int = 0
    failing_since: datetime | None = None
    sending: Sending | None = None
    parked: Parked | None = None
    leads_digest: bool = False
    is_scheduled: bool = False

    @property
    def is_repeated(self) -> bool:
        """Whether an earlier try may have done it, or a part of it, already."""
        return self.attempts > 1 or self.round > 0

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether it has waited for its host, its key or its place for too long."""
        return self.parked is not None and self.parked.until <= now

    @property
    def nonce(self) -> str:
        """The same for every try, so that Discord posts one message only.

        Source: DISCORD.md section 2; a nonce has 25 characters at most.
        """
        return f"{self.post_id}-{self.step}"


@dataclass(frozen=True, slots=True)
class FollowUps:
    """What follows an answer to a post.

    Attributes:
        deliver: whether delete links are to be sent.
        request: lets their direct message go at once, if it may; None leaves that to its job.
        is_first: whether the post was never answered before, so that nothing was ordered yet.
        has_reviews: whether a copy may wait for its host's approval.
        preview_at: when to look whether the answer shows its thumbs; None when it does.
        retire_at: when to deal with a source message that was taken back while the answer was
            under way; None leaves it alone.
    """

    deliver: bool = False
    request: DeliveryRequest | None = None
    is_first: bool = False
    has_reviews: bool = True
    preview_at: datetime | None = None
    retire_at: datetime | None = None


NO_FOLLOW_UPS = FollowUps()


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again at ``at``; it has failed since ``since``."""

    at: datetime
    since: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No further try."""


def after_failure(
    error: ImgoeError,
    *,
    step: Step,
    failures: int,
    since: datetime | None,
    patience: timedelta,
    now: datetime,
) -> Retry | GiveUp:
    """Decide what becomes of a job that failed.

    Waits double from 2 s to 30 minutes, to 6 hours where each try may leave a copy at the host; a
    host that names its own wait is given it, up to a day.

    Args:
        error: why it failed this time.
        step: what failed: no upload is given up for what is its host's or its server's affair, also
            where it can't wait together with others any more.
        failures: how often it failed before; tries that were cut short are none.
        since: when it first failed; None when that is now.
        patience: how long after that it is tried again.
        now: the time of day.
    """
    since = since or now
    is_of_others = step is Step.UPLOAD and owner_of(error) in (Owner.HOST, Owner.SERVER)
    if not (error.retryable or is_of_others) or now - since >= patience:
        return GiveUp()
    longest = LONGEST_UNCERTAIN_DELAY if may_have_stored(error) else LONGEST_DELAY
    delay = doubled(failures + 1, longest=longest)
    if isinstance(error, HostBusy) and error.retry_after_s is not None:
        longest_s = LONGEST_ASKED_DELAY.total_seconds()
        delay = max(delay, timedelta(seconds=min(longest_s, error.retry_after_s)))
    return Retry(now + delay, since)


def may_have_stored(error: ImgoeError) -> bool:
    """Tell whether an upload that failed so may be at its host all the same."""
    return isinstance(error, HostError) and error.may_be_stored


def doubled(failures: int, *, longest: timedelta = LONGEST_DELAY) -> timedelta:
    """Return the wait after so many failures: 2 s after the first, 30 minutes at most."""
    doublings = min(failures - 1, 20)
    return min(FIRST_DELAY * (1 << doublings), longest)


def after_death(deaths: int, *, chance: float) -> timedelta:
    """Return the wait after a try that ended together with its process, three minutes at most.

    None after the first. A job that ends its process each time would take along those done beside
    it, so their waits grow apart; it may as well be one of those, so none grows long.

    Args:
        deaths: how many of its tries ended so.
        chance: between 0 and 1.
    """
    if deaths <= 1:
        return timedelta(0)
    return doubled(deaths - 1, longest=LONGEST_AFTER_DEATH) * (0.5 + chance)
