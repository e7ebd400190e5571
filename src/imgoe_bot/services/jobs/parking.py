"""Jobs that can't be done now, through no fault of theirs, wait; whoever can act is told once."""

from datetime import timedelta

import structlog

from imgoe_bot.domain.job import Job
from imgoe_bot.domain.parking import Parking, Subject, next_probe
from imgoe_bot.errors import ImgoeError
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.jobs import JobStore
from imgoe_bot.services.store_outage import StoreOutage

log = structlog.stdlib.get_logger(__name__)


class ParkingService:
    """Parks jobs."""

    def __init__(
        self, jobs: JobStore, *, outage: StoreOutage, clock: Clock, park_for: timedelta
    ) -> None:
        """Take what it needs; ``park_for`` is how long a job waits at most."""
        self._jobs = jobs
        self._outage = outage
        self._clock = clock
        self._park_for = park_for

    async def park(self, job: Job, subject: Subject, error: ImgoeError) -> None:
        """Have a job wait for what it failed of.

        Raises:
            StaleWrite: another worker has it.
        """
        now = self._clock.now()
        probe_at = next_probe(error, subject, probes=0, now=now)
        parking = Parking(subject, error, since=now, probe_at=probe_at)
        until = (job.failing_since or now) + self._park_for
        lasts = await self._outage.keep(lambda: self._jobs.park(job, parking, until=until))
        log.info("a job waits", job=job.id, subject=str(subject), error=repr(error))
        if lasts:
            log.error("jobs wait until somebody acts", subject=str(subject), error=repr(error))
