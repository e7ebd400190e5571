"""Jobs that can't be done now, through no fault of theirs, wait; whoever can act is told once."""

from datetime import timedelta

import structlog

from imgoe_bot.domain.job import Job
from imgoe_bot.domain.parking import Parking, Subject, next_probe, place_subject
from imgoe_bot.domain.post import Post
from imgoe_bot.errors import ImgoeError, NotAllowed
from imgoe_bot.services.mirroring.auto_pauses import AutoPauseService, InaccessibleChannel
from imgoe_bot.services.people.delivery import DeliveryService
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.jobs import JobStore, ObstacleStore
from imgoe_bot.services.store_outage import StoreOutage

log = structlog.stdlib.get_logger(__name__)


class ParkingService:
    """Parks jobs."""

    def __init__(
        self,
        jobs: JobStore,
        *,
        auto_pauses: AutoPauseService,
        obstacles: ObstacleStore,
        delivery: DeliveryService,
        outage: StoreOutage,
        clock: Clock,
        park_for: timedelta,
    ) -> None:
        """Take what it needs; ``park_for`` is how long a job waits at most."""
        self._jobs = jobs
        self._auto_pauses = auto_pauses
        self._obstacles = obstacles
        self._delivery = delivery
        self._outage = outage
        self._clock = clock
        self._park_for = park_for

    async def park_place(self, job: Job, post: Post, error: NotAllowed, *, deliver: bool) -> None:
        """Have a job wait for a permission; its channel rests, and its rule's maker is told.

        Args:
            job: the step.
            post: what it is of.
            error: what is missing.
            deliver: whether the post's delete links are sent meanwhile.

        Raises:
            StaleWrite: another worker has it.
        """
        lost = InaccessibleChannel(post.channel_ids, error.needs)
        await self._auto_pauses.pause(post.guild_id, [lost], locale=post.locale)
        place = place_subject(post.guild_id, post.channel_id)
        await self.park(job, place, error, deliver=deliver)

    async def park(
        self, job: Job, subject: Subject, error: ImgoeError, *, deliver: bool = False
    ) -> None:
        """Have a job wait for what it failed of.

        Args:
            job: the step.
            subject: what it waits for.
            error: why.
            deliver: whether its post's delete links are sent meanwhile.

        Raises:
            StaleWrite: another worker has it.
        """
        now = self._clock.now()
        probe_at = next_probe(error, subject, probes=0, now=now)
        parking = Parking(subject, error, since=now, probe_at=probe_at)
        until = (job.failing_since or now) + self._park_for
        lasts = await self._outage.keep(
            lambda: self._jobs.park(job, parking, until=until, deliver=deliver)
        )
        log.info("a job waits", job=job.id, subject=str(subject), error=repr(error))
        if lasts:
            log.error("jobs wait until somebody acts", subject=str(subject), error=repr(error))
            await self._tell(subject, error)

    async def _tell(self, subject: Subject, error: ImgoeError) -> None:
        """Write to whoever can mend it; what can't be told now stands in ``/status``."""
        try:
            for contact in await self._obstacles.whom_to_tell(subject):
                await self._delivery.tell_waiting(contact, error)
        except ImgoeError as problem:
            log.warning("nobody was told what jobs wait for", error=repr(problem))
