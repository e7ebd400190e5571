"""Use case: an image host moved, and everything stored of it is to lead to its new place."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from imgoe_bot.domain.host_move import CardTimes, HostMove, MoveCounts
from imgoe_bot.domain.ids import GuildId, PostId
from imgoe_bot.errors import SettingsRejected
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.host_moves import HostMoveStore
from imgoe_bot.services.settings.guild_settings import check_host_url

Key = TypeVar("Key")
Tell = Callable[[MoveCounts], None]


def move_between(old: str, new: str) -> HostMove:
    """Return the move between two base addresses, as the operator writes them.

    Raises:
        SettingsRejected: one is no address of a host, or both are one place.
    """
    move = HostMove(check_host_url(old), check_host_url(new))
    if move.leads_nowhere:
        raise SettingsRejected(setting="host", problem="same-place")
    return move


class HostMoveService:
    """Moves what is stored of hosts; may be ended at any moment, and begun anew."""

    def __init__(self, store: HostMoveStore, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def look(self, move: HostMove, *, tell: Tell) -> MoveCounts:
        """Count what ``carry_out`` would move; nothing is changed.

        Args, Raises: as there.
        """
        counts = await _walk(partial(self._store.look_at_servers, move), GuildId(0), MoveCounts())
        return await _walk(partial(self._store.look_at_uploads, move), PostId(""), counts, tell)

    async def carry_out(self, move: HostMove, *, tell: Tell) -> MoveCounts:
        """Move everything: settings first, so that what is posted meanwhile goes to the new place.

        Args:
            move: from where to where.
            tell: is handed what was moved so far, every now and then.

        Raises:
            ConfigError: the secret key does not open what is stored.
            StoreError: the database did not do it; what was moved so far stays so.
        """
        now = self._clock.now()
        servers = partial(self._store.move_servers, move, now=now)
        counts = await _walk(servers, GuildId(0), MoveCounts())
        uploads = partial(self._store.move_uploads, move, cards_at=CardTimes(now).take)
        return await _walk(uploads, PostId(""), counts, tell)


async def _walk(
    step: Callable[[Key], Awaitable[tuple[MoveCounts, Key | None]]],
    after: Key,
    counts: MoveCounts,
    tell: Tell = lambda _: None,
) -> MoveCounts:
    """Take one page after the other until none follows."""
    following: Key | None = after
    while following is not None:
        more, following = await step(following)
        counts = counts.plus(more)
        tell(counts)
    return counts
