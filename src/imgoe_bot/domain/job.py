"""Work that outlives a process: stored before it is begun, leased while it is done."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from imgoe_bot.domain.ids import AttachmentId, JobId, PostId
from imgoe_bot.domain.options import From
from imgoe_bot.errors import HostBusy, ImgoeError

FIRST_DELAY = timedelta(seconds=2)
LONGEST_DELAY = timedelta(minutes=30)
LONGEST_ASKED_DELAY = timedelta(days=1)
FIRST_LOOK_AFTER = timedelta(seconds=30)
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


class State(StrEnum):
    """Where a job stands. WAITING is released by the last upload of its post."""

    WAITING = "waiting"
    READY = "ready"
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
    source: From = From.ATTACHMENTS


@dataclass(frozen=True, slots=True)
class Job:
    """One leased step of work.

    Attributes:
        item: the attachment to upload, or whose copy to look for; None for the steps that concern
            the whole post.
        attempts: how often it was begun, this time included.
        owner: whose lease it is; a write under another owner's lease is refused.
        round: how often a step of the whole post was asked for anew, because the post grew.
    """

    id: JobId
    post_id: PostId
    step: Step
    attempts: int
    owner: str
    item: Item | None = None
    round: int = 0

    @property
    def is_repeated(self) -> bool:
        """Whether an earlier try may have done it, or a part of it, already."""
        return self.attempts > 1 or self.round > 0

    @property
    def nonce(self) -> str:
        """The same for every try, so that Discord posts one message only.

        Source: DISCORD.md section 2; a nonce has 25 characters at most.
        """
        return f"{self.post_id}-{self.step}"


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again at this time."""

    at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No further try."""


def after_failure(
    error: ImgoeError, *, attempts: int, max_attempts: int, now: datetime
) -> Retry | GiveUp:
    """Decide what becomes of a job that failed for the ``attempts``-th time.

    Waits double from 2 s to 30 minutes; a host that names its own wait is given it, up to a day.
    """
    if not error.retryable or attempts >= max_attempts:
        return GiveUp()
    doubled = FIRST_DELAY * 2 ** min(attempts - 1, 10)
    delay = min(doubled, LONGEST_DELAY)
    if isinstance(error, HostBusy) and error.retry_after_s is not None:
        longest_s = LONGEST_ASKED_DELAY.total_seconds()
        delay = max(delay, timedelta(seconds=min(longest_s, error.retry_after_s)))
    return Retry(at=now + delay)
