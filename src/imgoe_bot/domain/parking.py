"""What can't be done now, through nobody's file: it waits for its host, its key or its place.

Whatever waits for the same subject waits together, and uses up no tries. From time to time one of
them, the probe, is tried: one that gets through lets all the others go.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from imgoe_bot.domain.claim_order import lane_of
from imgoe_bot.domain.ids import ChannelId, GuildId
from imgoe_bot.domain.job import Job, Step
from imgoe_bot.domain.owners import Owner, owner_of
from imgoe_bot.errors import HostBusy, HostError, ImgoeError, NotAllowed

FIRST_PROBE = timedelta(seconds=2)
LONGEST_ASKED = timedelta(days=1)
"""A host that asks for a longer wait is asked again after this one."""
TOLD_AFTER = timedelta(minutes=5)
"""How long a trouble lasts before somebody is told: many pass by themselves."""
PROBE_TIMEOUT = timedelta(minutes=10)
"""When another probe is chosen, should the one before have vanished."""


class SubjectKind(StrEnum):
    """What jobs wait for."""

    HOST = "host"
    KEY = "key"
    PLACE = "place"

    @property
    def longest_wait(self) -> timedelta:
        """The longest wait between two probes: whoever changes a key or a permission says so."""
        return timedelta(minutes=1) if self is SubjectKind.HOST else timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Subject:
    """What jobs wait for.

    Attributes:
        name: a host's lane, a server, or a server and a channel of it; unique within its kind.
    """

    kind: SubjectKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @classmethod
    def read(cls, text: str) -> "Subject":
        """Return what ``str`` wrote."""
        kind, _, name = text.partition(" ")
        return cls(SubjectKind(kind), name)


@dataclass(frozen=True, slots=True)
class Parking:
    """A subject that jobs wait for.

    Attributes:
        error: why.
        since: when it began.
        probe_at: when the next of them is tried.
    """

    subject: Subject
    error: ImgoeError
    since: datetime
    probe_at: datetime


def host_subject(lane: str) -> Subject:
    """Return what the jobs of a lane wait for while their host takes nothing."""
    return Subject(SubjectKind.HOST, lane)


def key_subject(guild_id: GuildId) -> Subject:
    """Return what a server's uploads wait for while its key is refused, or it has none."""
    return Subject(SubjectKind.KEY, str(guild_id))


def place_subject(guild_id: GuildId, channel_id: ChannelId) -> Subject:
    """Return what answers wait for while the bot may not write in a channel."""
    return Subject(SubjectKind.PLACE, f"{guild_id} {channel_id}")


def subject_of(error: ImgoeError, job: Job) -> Subject | None:
    """Return what an upload that failed so has to wait for; None where it is its own affair.

    What failed before, and fails again although its subject was found well in between, waits for
    itself alone: one file that its host chokes on keeps back no other.
    """
    is_own = job.failing_since is not None and job.parked is None
    if is_own or job.step is not Step.UPLOAD:
        return None
    match owner_of(error):
        case Owner.HOST:
            return host_subject(lane_of(job.step, job.host_url))
        case Owner.SERVER:
            return key_subject(job.guild_id)
        case _:
            return None


def is_well(subject: Subject, failure: ImgoeError | None) -> bool:
    """Tell whether an outcome of the probe shows that nobody has to wait for its subject any more.

    A probe that failed before it asked the host, or of something else that is away, tells nothing.

    Args:
        subject: what it waited for.
        failure: what it failed of, which is no trouble of this subject; None when it got through.
    """
    if failure is None:
        return True
    match subject.kind:
        case SubjectKind.PLACE:
            return not isinstance(failure, NotAllowed)
        case SubjectKind.HOST | SubjectKind.KEY:
            return isinstance(failure, HostError) and owner_of(failure) is not Owner.HOST


def next_probe(error: ImgoeError, subject: Subject, *, probes: int, now: datetime) -> datetime:
    """Return when to look whether it is over: after 2 s, then twice as long each time.

    A host that names its own wait is given it, a day at most.

    Args:
        error: what the last try met.
        subject: what is waited for.
        probes: how many have failed.
        now: the time of day.
    """
    wait = min(FIRST_PROBE * (1 << min(probes, 20)), subject.kind.longest_wait)
    if isinstance(error, HostBusy) and error.retry_after_s is not None:
        asked_s = min(error.retry_after_s, LONGEST_ASKED.total_seconds())
        wait = max(wait, timedelta(seconds=asked_s))
    return now + wait
