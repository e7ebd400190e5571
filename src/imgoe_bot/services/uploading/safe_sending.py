"""A file is uploaded once: its sending is stored before it begins, and looked for where it ended.

Where a process dies, a connection breaks or an answer makes no sense, nobody knows whether the host
has the file. A host that knows ``Idempotency-Key`` is asked. Of any other one the copy that may be
there is noted for the operator, and other bytes of the same file are sent: it may refuse the same.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from imgoe_bot.domain.guild import ApiKey
from imgoe_bot.domain.ids import new_id
from imgoe_bot.domain.job import Job, Sending, may_have_stored
from imgoe_bot.domain.orphans import Orphan, likely_orphan
from imgoe_bot.domain.owners import CONFLICT
from imgoe_bot.domain.upload import Details, Stored
from imgoe_bot.errors import HostBusy, ImgoeError
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.image_host import ImageHost, SentState
from imgoe_bot.services.ports.jobs import JobStore
from imgoe_bot.services.ports.media import MediaFile
from imgoe_bot.services.store_outage import StoreOutage

REFUSED_FOR = timedelta(days=1)
"""How long hosts remember what they refuse as a duplicate. Source: API.md section 2, codes 101."""
UNDER_WAY_WAIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Account:
    """Where files go, and whose they are there."""

    host_url: str
    key: ApiKey


@dataclass(frozen=True, slots=True)
class SendingPlan:
    """How a file is sent, after what is known of earlier tries.

    Attributes:
        stored: an earlier try has arrived; nothing is to be sent.
        key: the ``Idempotency-Key``.
        is_unique: whether other bytes have to be sent than before.
        orphan: what an earlier try may have left.
    """

    key: str
    stored: Stored | None = None
    is_unique: bool = False
    orphan: Orphan | None = None


class SafeSending:
    """Sends the files of jobs."""

    def __init__(
        self, jobs: JobStore, *, host: ImageHost, outage: StoreOutage, clock: Clock
    ) -> None:
        self._host = host
        self._jobs = jobs
        self._outage = outage
        self._clock = clock

    async def plan(self, job: Job, account: Account) -> SendingPlan:
        """Find out what became of an earlier try.

        Raises:
            HostError: the host can't be asked now, or still works on it.
        """
        fresh, earlier = SendingPlan(new_id()), job.sending
        if earlier is None:
            return fresh
        if not earlier.host_url:  # an older version sent it
            earlier = replace(earlier, host_url=account.host_url)
        orphan = likely_orphan(job, earlier)
        if earlier.host_url != account.host_url:
            return replace(fresh, orphan=orphan)
        if earlier.account not in ("", account.key.fingerprint):
            return replace(fresh, orphan=orphan, is_unique=True)
        return await self._recalled(earlier, account, fresh, orphan)

    async def _recalled(
        self, earlier: Sending, account: Account, fresh: SendingPlan, orphan: Orphan
    ) -> SendingPlan:
        found = await self._host.recall(earlier.key, host_url=account.host_url, key=account.key)
        match found.state:
            case SentState.STORED:
                return replace(fresh, stored=found.stored)
            case SentState.NOT_STORED:
                return replace(fresh, key=earlier.key)
            case SentState.UNDER_WAY:
                raise HostBusy(
                    host=account.host_url, status=CONFLICT, retry_after_s=UNDER_WAY_WAIT_S
                )
            case SentState.DELETED:
                return fresh
            case SentState.UNKNOWN:
                return replace(fresh, is_unique=True, orphan=orphan)

    async def send(
        self, job: Job, media: MediaFile, plan: SendingPlan, *, account: Account, details: Details
    ) -> Stored:
        """Store that a file is about to be sent, and send it.

        Raises:
            StaleWrite: another worker has the job; nothing was sent.
            ImgoeError: as ``ImageHost.upload`` does.
        """
        sending = Sending(
            key=plan.key,
            host_url=account.host_url,
            account=account.key.fingerprint,
            filename=media.filename,
            size_bytes=media.size_bytes,
            at=self._clock.now(),
        )
        await self._jobs.note_sending(job, sending, orphan=plan.orphan)
        try:
            return await self._host.upload(
                media,
                host_url=account.host_url,
                key=account.key,
                details=details,
                idempotency_key=plan.key,
                is_unique=plan.is_unique,
            )
        except ImgoeError as error:
            is_under_way = isinstance(error, HostBusy) and error.status == CONFLICT
            if not (may_have_stored(error) or is_under_way):
                await self._outage.keep(lambda: self._jobs.note_sending(job, None))
            raise

    async def may_be_ours(self, job: Job, account: Account) -> bool:
        """Tell whether what a host calls a duplicate may be a copy whose answer never came."""
        since = self._clock.now() - REFUSED_FOR
        return await self._jobs.has_lost_answers(job, host_url=account.host_url, since=since)
