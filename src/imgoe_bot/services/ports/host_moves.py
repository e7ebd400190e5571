"""What is stored of an image host that moved, as a port."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from imgoe_bot.domain.host_move import HostMove, MoveCounts
from imgoe_bot.domain.ids import GuildId, PostId


class HostMoveStore(Protocol):
    """Moves stored addresses in short transactions, each of which may be the last.

    What was moved is not moved again: whoever is ended halfway begins anew.
    """

    async def known_hosts(self) -> tuple[str, ...]:
        """Return the base addresses of all hosts that something is stored of, in order."""
        ...

    async def look_at_servers(
        self, move: HostMove, after: GuildId
    ) -> tuple[MoveCounts, GuildId | None]:
        """Count what ``move_servers`` would move; returns and raises alike."""
        ...

    async def move_servers(
        self, move: HostMove, after: GuildId, *, now: datetime
    ) -> tuple[MoveCounts, GuildId | None]:
        """Move the host setting of the servers that follow, with a line in the history of each.

        Their keys are sealed anew, and their jobs and the host's budget wait for the new place.
        Other processes on PostgreSQL are told.

        Returns:
            What was moved, and the last server that was looked at; None when none followed.

        Raises:
            ConfigError: a key does not open with the secret key; nothing of this page is moved.
        """
        ...

    async def look_at_uploads(
        self, move: HostMove, after: PostId
    ) -> tuple[MoveCounts, PostId | None]:
        """Count what ``move_uploads`` would move; returns and raises alike."""
        ...

    async def move_uploads(
        self, move: HostMove, after: PostId, *, cards_at: Callable[[GuildId], datetime]
    ) -> tuple[MoveCounts, PostId | None]:
        """Move the addresses of copies of the posts that follow, delete links included.

        Args:
            move: from where to where.
            after: the last post that was looked at; empty begins.
            cards_at: when the next card of a server is to be shown anew; asked more often than
                there are cards if the transaction has to be repeated.

        Returns:
            What was moved, and the last post that was looked at; None when none followed.

        Raises:
            ConfigError: a delete link does not open with the secret key; nothing of this page is
                moved.
        """
        ...
