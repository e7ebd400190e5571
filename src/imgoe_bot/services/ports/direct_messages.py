"""Direct messages that are to go, for every process."""

from datetime import datetime
from typing import Protocol

from imgoe_bot.domain.direct_messages import Breaker, DeliveryRequest, Verdict
from imgoe_bot.domain.ids import PostId, UserId
from imgoe_bot.domain.job import Job
from imgoe_bot.errors import ImgoeError


class DirectMessageStore(Protocol):
    """Direct messages, for every process. A write under a lost lease raises StaleWrite."""

    async def posts_of(self, job: Job) -> tuple[PostId, ...]:
        """Return the posts whose links the leased job's message holds, its own first."""
        ...

    async def schedule(self, job: Job, request: DeliveryRequest) -> Verdict:
        """Decide whether a job's message goes now, later or in another's, and store that.

        After ``PutOff`` and ``JoinDigest`` the job is no longer leased, and the try does not count.
        After ``SendNow`` further messages to the person are collected for the window, and where
        direct messages had been stopped, no other one goes until this one has an end.
        """
        ...

    async def admit(self, request: DeliveryRequest) -> bool:
        """Take a slot for a short note, if it may go at once; nothing is put off or collected."""
        ...

    async def put_back(self, job: Job, *, at: datetime) -> None:
        """Put a message off; the try does not count, and its slots are given back."""
        ...

    async def finish_sent(self, job: Job, to: UserId, *, at: datetime) -> None:
        """Note that a message was sent, end the jobs of all its posts, and let others go again."""
        ...

    async def finish_refused(self, job: Job) -> None:
        """End a message's jobs because its person takes none; others go again all the same."""
        ...

    async def finish(self, job: Job, failure: ImgoeError | None) -> None:
        """Store the outcome of a message that was not sent, for the jobs of all its posts."""
        ...

    async def halt(self, breaker: Breaker) -> None:
        """Stop all direct messages."""
        ...

    async def breaker(self) -> Breaker:
        """Return whether Discord takes direct messages."""
        ...
