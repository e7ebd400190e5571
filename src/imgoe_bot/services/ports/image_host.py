"""The image host, and what each was sent."""

import enum
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from imgoe_bot.domain.budget import Budget, Lane, LimitUse
from imgoe_bot.domain.guild import ApiKey
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.upload import DeleteLink, Details, Stored
from imgoe_bot.services.ports.media import MediaFile


class SentState(Enum):
    """What became of an upload; UNKNOWN is what hosts say that don't know ``Idempotency-Key``."""

    STORED = enum.auto()
    NOT_STORED = enum.auto()
    UNDER_WAY = enum.auto()
    DELETED = enum.auto()
    UNKNOWN = enum.auto()


@dataclass(frozen=True, slots=True)
class Recall:
    """What a host tells of an earlier upload.

    Attributes:
        stored: the copy; None unless it is STORED.
    """

    state: SentState
    stored: Stored | None = None


class ImageHost(Protocol):
    """The image host."""

    async def upload(
        self,
        media: MediaFile,
        *,
        host_url: str,
        key: ApiKey,
        details: Details,
        idempotency_key: str | None = None,
        is_unique: bool = False,
    ) -> Stored:
        """Store the bytes. Not safe to repeat, unless the host knows ``Idempotency-Key``.

        Args:
            media: the bytes.
            host_url: where to.
            key: whose.
            details: what is said of them.
            idempotency_key: the same for each try that sends the same.
            is_unique: whether to send other bytes of the same file than ever before, as far as its
                format has a place for that.

        Raises:
            HostError: whatever the host had against it.
            MediaRejected: the host can't take these bytes.
            SettingsRejected: the host lies where nobody may send us.
        """
        ...

    async def recall(self, idempotency_key: str, *, host_url: str, key: ApiKey) -> Recall:
        """Ask what became of an upload; safe to repeat.

        Raises:
            HostError: the host does not answer.
            SettingsRejected: as ``upload``.
        """
        ...

    async def delete(self, link: DeleteLink, *, host_url: str) -> bool:
        """Delete one upload; safe to repeat.

        Returns:
            True when this call deleted it, False when it was gone already.

        Raises:
            HostError: the host did not delete it.
            SettingsRejected: as ``upload``.
        """
        ...

    async def find_published(self, stored: Stored, *, host_url: str) -> Stored | None:
        """Look whether an upload that had to be approved is shown by now; safe to repeat.

        Returns:
            The same upload with the addresses of its files, as far as the host tells them; None
            while nobody can see it.

        Raises:
            HostError: the host does not tell.
            SourceBlocked: the upload's page is not at the host.
        """
        ...


class KeyChecker(Protocol):
    """Tells whether a host takes a key, before anybody relies on it."""

    async def check_key(self, *, host_url: str, key: ApiKey) -> None:
        """Try the key; what that leaves on the host is deleted again. Safe to repeat.

        Raises:
            KeyRejected: the host does not accept the key.
            HostError: the host could not be asked: unreachable, broken, busy or no such host.
            SettingsRejected: the host lies where nobody may send us.
        """
        ...


class BudgetStore(Protocol):
    """What each image host was sent."""

    async def take(
        self, host_url: str, budget: Budget, lane: Lane, *, guild_id: GuildId, now: datetime
    ) -> int | datetime:
        """Take a slot for one upload in every limit of the budget.

        While another server waits for the host, one gets half of each limit at most.

        Returns:
            The slot; or, where there is none for this lane, when there is one.
        """
        ...

    async def give_back(self, slot: int) -> None:
        """Give back the slot of an upload that came to nothing; safe to repeat."""
        ...

    async def used(self, host_url: str, budget: Budget, *, now: datetime) -> tuple[LimitUse, ...]:
        """Return how much of each limit is used up, in their order."""
        ...
