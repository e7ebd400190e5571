"""How much each image host may still be sent, by all servers and processes together."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime

from imgoe_bot.domain.budget import Budget, Lane, LimitUse
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.errors import BudgetSpent, ImgoeError
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.image_host import BudgetStore
from imgoe_bot.services.store_outage import StoreOutage


class HostBudgets:
    """Keeps uploads below the hosts' flood limits; people go before mirrors."""

    def __init__(
        self, store: BudgetStore, *, budget: Budget, outage: StoreOutage, clock: Clock
    ) -> None:
        """Take the budget that holds for every host; an empty one limits nothing."""
        self._store = store
        self._outage = outage
        self._budget = budget
        self._clock = clock

    @asynccontextmanager
    async def slot(self, host_url: str, lane: Lane, *, guild_id: GuildId) -> AsyncGenerator[None]:
        """Hold a slot for the upload in the block; one that fails gives it back.

        Raises:
            BudgetSpent: there is none now.
        """
        if not self._budget:
            yield
            return
        slot = await self._take(host_url, lane, guild_id)
        try:
            yield
        except ImgoeError:  # a host counts what it stored
            await self._outage.keep(lambda: self._store.give_back(slot))
            raise

    async def _take(self, host_url: str, lane: Lane, guild_id: GuildId) -> int:
        now = self._clock.now()
        taken = await self._store.take(host_url, self._budget, lane, guild_id=guild_id, now=now)
        if isinstance(taken, datetime):
            raise BudgetSpent(host=host_url, retry_after_s=(taken - now).total_seconds())
        return taken

    async def used(self, host_url: str) -> tuple[LimitUse, ...]:
        """Return how much of each limit is used up; empty where nothing is limited."""
        if not self._budget:
            return ()
        return await self._store.used(host_url, self._budget, now=self._clock.now())
