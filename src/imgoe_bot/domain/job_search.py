"""Jobs as the operator looks for them, and what is told of each."""

from dataclasses import dataclass
from datetime import datetime

from imgoe_bot.domain.ids import ChannelId, GuildId, JobId, MessageId, PostId
from imgoe_bot.domain.job import Sending, State, Step
from imgoe_bot.errors import ImgoeError


@dataclass(frozen=True, slots=True)
class JobSearch:
    """Which jobs are meant; None leaves a thing open.

    Attributes:
        ids: these alone; empty: all.
        host: a host's address, or ``default`` for the process's own.
        error: an error's name.
        state: None: all but those that are done.
        before: ordered, or last put off, before then.
    """

    ids: tuple[int, ...] = ()
    guild_id: int | None = None
    host: str | None = None
    error: str | None = None
    state: State | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundJob:
    """What is told of a job; no link and no key.

    Attributes:
        lane: its host's address, ``default`` for the process's own, empty where it asks none.
        run_at: when it was ordered, or is due.
        failing_since: when it first failed.
        parked_on: what it waits for; empty: nothing.
        sending: what is on its way to its host.
    """

    id: JobId
    post_id: PostId
    guild_id: GuildId
    channel_id: ChannelId
    message_id: MessageId | None
    step: Step
    state: State
    filename: str
    lane: str
    run_at: datetime
    attempts: int
    failures: int
    failing_since: datetime | None
    parked_on: str
    parked_until: datetime | None
    lease_until: datetime | None
    error: ImgoeError | None
    sending: Sending | None
