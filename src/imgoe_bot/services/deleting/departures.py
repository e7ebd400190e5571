"""Use case: the bot is removed from a server; what is stored about it goes after a while."""

import asyncio
from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial

import structlog

from imgoe_bot.domain.ids import GuildId
from imgoe_bot.errors import ImgoeError
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.guilds import MembershipStore
from imgoe_bot.services.store_outage import StoreOutage

SWEEP_EVERY = timedelta(hours=1)

log = structlog.stdlib.get_logger(__name__)


class DepartureService:
    """Knows where the bot is, and forgets where it no longer is.

    Copies at the host stay, and so do people's own choices.
    """

    def __init__(
        self,
        memberships: MembershipStore,
        *,
        keep_for: timedelta,
        outage: StoreOutage,
        clock: Clock,
    ) -> None:
        self._memberships = memberships
        self._outage = outage
        self._keep_for = keep_for
        self._clock = clock

    async def reconcile(
        self, present: Collection[GuildId], *, is_ours: Callable[[GuildId], bool]
    ) -> None:
        """Compare the servers the bot is in with those it was in.

        Args:
            present: every server of this process, those in an outage too.
            is_ours: whether a server is one that this process would see.
        """
        await self._outage.outlast(lambda: self._compare(present, is_ours), at_any_rate=True)

    async def _compare(
        self, present: Collection[GuildId], is_ours: Callable[[GuildId], bool]
    ) -> None:
        here, known = frozenset(present), await self._memberships.known()
        new = [id_ for id_ in present if id_ not in known or known[id_] is not None]
        missed = [id_ for id_ in known if id_ not in here and is_ours(id_)]
        if new:
            await self._memberships.note_present(new)
        if missed:
            await self._memberships.note_gone(missed, at=self._clock.now())

    async def joined(self, guild_id: GuildId) -> None:
        """Note that the bot was added to a server; one it comes back to finds all as it was."""
        note = partial(self._memberships.note_present, [guild_id])
        await self._outage.outlast(note, at_any_rate=True)

    async def left(self, guild_id: GuildId) -> None:
        """Note that the bot was removed from a server."""
        note = partial(self._memberships.note_gone, [guild_id], at=self._clock.now())
        await self._outage.outlast(note, at_any_rate=True)

    async def sweep(self) -> None:
        """Forget the servers that were left long enough ago."""
        before = self._clock.now() - self._keep_for
        for guild_id in await self._memberships.forget_gone(before=before):
            log.info("a server was forgotten", guild=guild_id)

    async def run(self) -> None:
        """Sweep now and every hour, until cancelled."""
        while True:
            try:
                await self._outage.outlast(self.sweep, at_any_rate=True)
            except ImgoeError as error:
                log.error("servers can't be forgotten, trying again", error=repr(error))
            await asyncio.sleep(SWEEP_EVERY.total_seconds())
