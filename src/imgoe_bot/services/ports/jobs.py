"""The queue, and what can be seen of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from imgoe_bot.domain.claim_order import Hands
from imgoe_bot.domain.ids import AttachmentId, ChannelId, GuildId, PostId, UserId
from imgoe_bot.domain.job import NO_FOLLOW_UPS, FollowUps, Job, Sending
from imgoe_bot.domain.orphans import Orphan
from imgoe_bot.domain.parking import Parking, Subject
from imgoe_bot.domain.post import MessageLocation
from imgoe_bot.domain.status import Contact, Health, Obstacle, PostJobs, Queue
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import ImgoeError


@dataclass(frozen=True, slots=True)
class Lease:
    """Whose jobs are that are leased from birth, and until when."""

    owner: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """What a worker would take.

    Attributes:
        owner: whose leases they become.
        now: the time of day.
        lease: how long they last.
        hands: how many jobs at most, beside what the owner works on.
        beside: what the owner works on besides, for people who wait: with no hand of these.
        park_for: how long jobs wait at most for what takes none of them now.
    """

    owner: str
    now: datetime
    lease: timedelta
    hands: Hands
    beside: Sequence[Job] = ()
    park_for: timedelta = timedelta(days=7)


class Worker(Protocol):
    """Whoever does the jobs: is given those that it has hands for as soon as they are stored."""

    def offer(self) -> Offer | None:
        """Return what it would take now, and what ``take_over`` is called with next.

        None while it has no hand free, or its last offer was not answered yet.
        """
        ...

    def take_over(self, jobs: Sequence[Job] | None) -> None:
        """Do these, the answer to the offer; None: nobody has looked what there is."""
        ...

    def lease(self) -> Lease:
        """Return the lease of jobs that ``begin`` is called with next."""
        ...

    def begin(self, jobs: Sequence[Job]) -> None:
        """Do these beside the others, leased already: a person waits for them."""
        ...

    def wake(self) -> None:
        """Notice that there may be something to do."""
        ...


class JobStore(Protocol):
    """The queue. A write under a lost lease raises StaleWrite and changes nothing."""

    def attend(self, worker: Worker | None) -> None:
        """Give new work to a worker in the transaction that stores it; None: to nobody."""
        ...

    async def has_due(self, *, now: datetime) -> bool:
        """Tell whether there may be something to claim; one cheap read."""
        ...

    async def claim(self, offer: Offer) -> tuple[Job, ...]:
        """Lease jobs that are due or whose lease ran out, taking guilds in turn.

        One whose lease ran out more than once is put off instead, each time for longer.
        """
        ...

    async def extend(
        self, jobs: Sequence[Job], *, owner: str, now: datetime, lease: timedelta
    ) -> None:
        """Renew the leases of these jobs, as far as they are still this owner's."""
        ...

    async def finish_upload(
        self,
        job: Job,
        upload: Upload | None,
        failure: ImgoeError | None,
        *,
        goes_on: bool = False,
    ) -> Job | None:
        """Store an upload step's outcome; the post's last one releases its answer.

        Returns:
            The answer's job under the same lease, if it is released and its worker ``goes_on``.
        """
        ...

    async def finish_announce(
        self,
        job: Job,
        card: MessageLocation | None,
        *,
        failure: ImgoeError | None = None,
        follow_ups: FollowUps = NO_FOLLOW_UPS,
    ) -> Job | None:
        """Store where the answer stands and, in the same transaction, the next steps.

        One of them is a review of each upload that its host has to approve first: ordered any
        earlier, it could be done before the answer that it changes is known.

        Args:
            job: the step that is done.
            card: the answer, None where there is none.
            failure: why there is no answer.
            follow_ups: the next steps.

        Returns:
            The direct message's job under the same lease, where it was asked for and the worker
            has to go on with it; one that goes later, or in another's, is stored as such.
        """
        ...

    async def finish(self, job: Job, failure: ImgoeError | None) -> None:
        """Store the outcome of a step that nothing follows."""
        ...

    async def retry(
        self, job: Job, failure: ImgoeError | None, *, at: datetime, since: datetime | None = None
    ) -> None:
        """Put a job back until a later time; without a failure there is more to do then.

        Where that is long after an upload's first failure, its post is answered with the copies
        there are; what comes later is added to its card.

        Args:
            job: the step.
            failure: why it was not done.
            at: when to try again.
            since: when it first failed.
        """
        ...

    async def note_sending(
        self, job: Job, sending: Sending | None, *, orphan: Orphan | None = None
    ) -> None:
        """Note that a file is about to leave, before its first byte does; or that none arrived.

        Args:
            job: its job.
            sending: what is sent; None: the host surely has nothing of it.
            orphan: what an earlier try may have left at a host that can't tell.
        """
        ...

    async def has_lost_answers(self, job: Job, *, host_url: str, since: datetime) -> bool:
        """Tell whether a host may have copies of ours that it never confirmed.

        Args:
            job: an upload there; what it has sent itself counts only if that was before this try.
            host_url: which host.
            since: what was sent before does not count.
        """
        ...

    async def park(
        self, job: Job, parking: Parking, *, until: datetime, deliver: bool = False
    ) -> bool:
        """Have a job wait for its host, its key or its place; that was no failure of its own.

        Args:
            job: the step.
            parking: what it waits for, as if nothing did yet.
            until: when it is given up.
            deliver: whether the delete links of its post, which has no answer yet, are sent now.

        Returns:
            Whether that lasts, and somebody is to be told of it: once, of all that wait for it.
        """
        ...

    async def unpark(self, subject: Subject) -> None:
        """Let go whatever waits for this; safe to repeat."""
        ...

    async def try_again(self, post_id: PostId, *, files: Collection[AttachmentId]) -> int:
        """Have files tried once more that were given up or are parked, and the card shown anew.

        Safe to repeat: of two who ask at once, the second finds nothing to do.

        Args:
            post_id: the post.
            files: which of its attachments; none stands for all.

        Returns:
            How many are tried now.
        """
        ...

    async def try_server_again(
        self, guild_id: GuildId, *, channel_id: ChannelId | None = None, of_key: bool = False
    ) -> int:
        """Have a server's files tried once more that were given up or are parked.

        What is parked is asked for at once. Of the others those are left alone that another try
        can't bring. Safe to repeat.

        Args:
            guild_id: whose.
            channel_id: only what was posted there, or in what stands in it.
            of_key: only what was given up for want of a key that its host accepts.

        Returns:
            How many are tried now.
        """
        ...

    async def put_off(self, job: Job, *, at: datetime) -> None:
        """Put a job back until a later time as if it had not been begun."""
        ...

    async def release(self, owner: str) -> None:
        """Give back every lease of this owner, on a clean stop."""
        ...


class ObstacleStore(Protocol):
    """What keeps files from being kept."""

    async def of_server(self, guild_id: GuildId, *, now: datetime) -> tuple[Obstacle, ...]:
        """Return what a server's files wait for; and, by error, what was given up of late."""
        ...

    async def whom_to_tell(self, subject: Subject) -> tuple[Contact, ...]:
        """Return whoever can mend it, a person a server; nobody where it is the operator's."""
        ...


class StatusStore(Protocol):
    """What a moderator may see of the work for one server."""

    async def queue(self, guild_id: GuildId) -> Queue:
        """Count the server's jobs, but for previews and reviews.

        Nobody waits for the former; the latter wait for somebody at the host, maybe for weeks: that
        is no work left undone.
        """
        ...

    async def health(self, guild_id: GuildId) -> Health:
        """Return what the image host did last for the server."""
        ...

    async def dms_closed_until(self, user_id: UserId) -> datetime | None:
        """Return until when a person is sent no direct messages, None when they are."""
        ...

    async def jobs_of(self, post_id: PostId) -> PostJobs:
        """Return what is left to do of a post, and what failed."""
        ...
