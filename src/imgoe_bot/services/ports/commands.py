"""Commands that are stored until they are answered, and how their answers are given."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from imgoe_bot.domain.card import Card, PostedCard
from imgoe_bot.domain.command import Command
from imgoe_bot.domain.ids import PostId
from imgoe_bot.domain.job import Item, Job
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.quota import QuotaUse
from imgoe_bot.domain.upload_options import Remark
from imgoe_bot.errors import HostError, ImgoeError


class CommandStore(Protocol):
    """What people asked for by a command and wait for."""

    async def add(self, post: Post, items: Sequence[Item], command: Command) -> bool:
        """Store a command, its post and its jobs, which are this process's worker's from birth.

        An answered post of the same message of which no copy is left gives way. Safe to repeat.

        Args:
            post: not answered yet.
            items: its files.
            command: with a source for each.

        Returns:
            False when the guild has another post of this message; then nothing is stored.
        """
        ...

    async def find(self, post_id: PostId) -> Command | None:
        """Return the command that a post is, None once nothing of it is needed any more."""
        ...

    async def settle(self, post_id: PostId) -> None:
        """Erase links to files that were kept and, with the last of them, the command."""
        ...

    async def discard(self, job: Job) -> None:
        """Erase the post of this job with all that hangs on it: nothing of it was kept.

        Raises:
            StaleWrite: another worker has the job.
        """
        ...

    async def forget_old(self, *, now: datetime) -> None:
        """Erase what was not kept and is no longer there for another try, once it is answered."""
        ...


class CommandAnswerer(Protocol):
    """Answers commands through their tokens; once these are gone, in the channel or in private.

    Each method raises SourceUnreachable when Discord did not answer; each may be repeated.
    """

    async def answer(
        self, command: Command, card: Card, *, nonce: str, repeated: bool
    ) -> PostedCard | None:
        """Put the card in the place of what is shown as an answer so far.

        Args:
            command: how to answer.
            card: what to show.
            nonce: the same for each try.
            repeated: an earlier try may have posted it.

        Returns:
            Where it stands; None where nobody but its person sees it, or it can't be changed.
        """
        ...

    async def remark(
        self,
        command: Command,
        card: Card,
        *,
        remarks: tuple[Remark, ...],
        near: tuple[QuotaUse, ...],
    ) -> None:
        """Tell the person, privately, what they have to know besides; nothing is said of nothing.

        Of a post made with their own key that is how to delete its copies.
        """
        ...

    async def refuse(self, command: Command, post: Post, error: ImgoeError) -> None:
        """Tell the person, privately, why nothing was kept; nobody else sees an answer."""
        ...

    async def tell_waiting(self, command: Command, post: Post, error: HostError | None) -> None:
        """Say in the place of the answer what is waited for; None: for others' files."""
        ...
