"""Claims: asked for by the worker, or made in the very transaction that stores new work."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from imgoe_bot.adapters.store.claiming.reviving import has_due, revive
from imgoe_bot.adapters.store.claiming.taking import Taken, take
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.engine.finishing import finished
from imgoe_bot.adapters.store.engine.units import Got, Unit
from imgoe_bot.domain.claim_order import Round
from imgoe_bot.domain.job import Job
from imgoe_bot.services.ports.jobs import Lease, Offer, Worker


class Claims:
    """The one way to jobs, for this process's worker."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._worker: Worker | None = None
        self._round = Round()

    def attend(self, worker: Worker | None) -> None:
        """Give new work to a worker from now on; see the port."""
        self._worker = worker

    def wake(self) -> None:
        """Have the worker look: there may be something due."""
        if self._worker is not None:
            self._worker.wake()

    async def has_due(self, *, now: datetime) -> bool:
        """Tell whether there may be something to claim; see the port."""
        return await self._database.read(partial(has_due, now=now))

    async def claim(self, offer: Offer) -> tuple[Job, ...]:
        """Lease jobs that are due; see the port."""

        def unit(connection: Connection) -> Taken:
            revive(connection, offer.now, (*offer.hands.held, *offer.beside))
            return take(connection, offer, after=self._round)

        return self._taken(await self._database.write(unit))

    async def write(self, unit: Unit[Got]) -> Got:
        """Run a unit that may make jobs due, and let the worker take them in its transaction."""
        worker = self._worker
        if worker is None:
            return await self._database.write(unit)
        offer = worker.offer()
        if offer is not None:
            return await finished(self._write_and_take(unit, worker, offer))
        got = await self._database.write(unit)
        self.wake()
        return got

    async def _write_and_take(self, unit: Unit[Got], worker: Worker, offer: Offer) -> Got:
        def both(connection: Connection) -> tuple[Got, Taken]:
            return unit(connection), take(connection, offer, after=self._round)

        jobs: tuple[Job, ...] | None = None
        try:
            got, taken = await self._database.write(both)
            jobs = self._taken(taken)
        finally:
            worker.take_over(jobs)
        return got

    async def write_leased(
        self, unit: Callable[[Connection, Lease | None], tuple[Job, ...] | None]
    ) -> tuple[Job, ...] | None:
        """Run a unit that stores jobs which are the worker's from birth, and have it begin them.

        Without a worker the unit is given no lease, and its jobs are whoever's claims them.
        """
        return await finished(self._write_and_begin(unit, self._worker))

    async def _write_and_begin(
        self,
        unit: Callable[[Connection, Lease | None], tuple[Job, ...] | None],
        worker: Worker | None,
    ) -> tuple[Job, ...] | None:
        lease = worker.lease() if worker is not None else None
        jobs = await self._database.write(lambda connection: unit(connection, lease))
        if worker is not None:
            worker.begin(jobs or ())
        return jobs

    def _taken(self, taken: Taken) -> tuple[Job, ...]:
        self._round = taken.after
        return taken.jobs
