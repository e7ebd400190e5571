"""The image host, and what each was sent."""

from datetime import datetime
from typing import Protocol

from imgoe_bot.domain.budget import Budget, Lane, LimitUse
from imgoe_bot.domain.guild import ApiKey
from imgoe_bot.domain.upload import DeleteLink, Details, Stored
from imgoe_bot.services.ports.media import MediaFile


class ImageHost(Protocol):
    """The image host."""

    async def upload(
        self, media: MediaFile, *, host_url: str, key: ApiKey, details: Details
    ) -> Stored:
        """Store the bytes. Not safe to repeat: each success makes another copy.

        Raises:
            HostError: whatever the host had against it.
            MediaRejected: the host can't take these bytes.
            SettingsRejected: the host lies where nobody may send us.
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
        self, host_url: str, budget: Budget, lane: Lane, *, now: datetime
    ) -> int | datetime:
        """Take a slot for one upload in every limit of the budget.

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
