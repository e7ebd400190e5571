"""Claiming: jobs that are due become a worker's, so that no server, host or job keeps others back.

Only what is due is looked at here; ``reviving`` says what becomes so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, select, update

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.claiming.due_jobs import find_due
from imgoe_bot.adapters.store.claiming.parked import set_aside
from imgoe_bot.adapters.store.job_states import IS_DUE
from imgoe_bot.domain.claim_order import DueJob, Round, choose, come_round
from imgoe_bot.domain.ids import JobId
from imgoe_bot.domain.job import Job, State
from imgoe_bot.services.ports.jobs import Offer

TRIES = 20
"""How often to look once more when other workers were faster; each time at what is left."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a worker was given, and how far it has come round with it."""

    jobs: tuple[Job, ...]
    after: Round


def take(connection: Connection, offer: Offer, *, after: Round) -> Taken:
    """Lease jobs that are due, in a transaction.

    What another worker takes at the same moment is stepped over and not waited for.

    Args:
        connection: in a transaction.
        offer: what the worker would take.
        after: how far it has come round.
    """
    set_aside(connection, now=offer.now, park_for=offer.park_for)
    jobs: tuple[Job, ...] = ()
    round_, lost = after, list[JobId]()
    for _ in range(TRIES):
        hands = replace(
            offer.hands,
            held=(*offer.hands.held, *jobs),
            free=offer.hands.free - len(jobs),
        )
        due = find_due(connection, hands, round_, but=lost)
        chosen = choose(due.jobs, hands, round_=round_)
        if not chosen:
            break
        round_ = come_round(round_, chosen, due=due.jobs, first=due.first)
        leased = _lease(connection, chosen, offer)
        jobs += leased
        if len(leased) == len(chosen):
            break
        lost += {job.id for job in chosen} - {job.id for job in leased}
    return Taken(jobs, round_)


_LEASE = (
    update(t.job)
    .where(
        t.job.c.id.in_(
            select(t.job.c.id)
            .where(t.job.c.id.in_(bindparam("chosen", expanding=True)), IS_DUE)
            .with_for_update(skip_locked=True)
        )
    )
    .values(
        state=State.LEASED.value,
        owner=bindparam("worker"),
        lease_until=bindparam("until"),
        attempts=t.job.c.attempts + 1,
        admitted=False,
    )
    .returning(t.job)
)


def _lease(connection: Connection, chosen: Sequence[DueJob], offer: Offer) -> tuple[Job, ...]:
    """Lease what was chosen, as far as nobody else has it meanwhile."""
    values = {
        "chosen": [job.id for job in chosen],
        "worker": offer.owner,
        "until": offer.now + offer.lease,
    }
    leased = connection.execute(_LEASE, values).mappings()
    found = {row["id"]: rows.job_from(row) for row in leased}
    return tuple(found[job.id] for job in chosen if job.id in found)
