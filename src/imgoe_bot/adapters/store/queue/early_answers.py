"""Posts that are answered before all their files have come to an end: some wait for too long."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, Select, select, update

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.job_states import state_is
from imgoe_bot.domain.ids import PostId
from imgoe_bot.domain.job import CARD_WAITS, Job, State, Step
from imgoe_bot.domain.parking import Parking

_COPIES = select(t.upload.c.id).where(t.upload.c.post_id == t.job.c.post_id)
_UNANSWERED = select(t.post.c.id).where(
    t.post.c.id == t.job.c.post_id, t.post.c.answered.is_(False)
)


def release_early(connection: Connection, posts: Collection[PostId] | Select[str]) -> None:
    """Let posts be answered with the copies there are; what comes later is added to their cards."""
    answers = update(t.job).where(
        t.job.c.post_id.in_(posts),
        t.job.c.step == Step.ANNOUNCE.value,
        t.job.c.state == State.WAITING.value,
        _UNANSWERED.exists(),
        _COPIES.exists(),
    )
    connection.execute(answers.values(state=State.READY.value))


def show_what_waits(connection: Connection, parking: Parking, job: Job) -> None:
    """Answer the posts of which a file has been parked for too long.

    Args:
        connection: in a transaction.
        parking: what they wait for, as of now.
        job: the one that has just failed of it.
    """
    since = select(t.parking.c.since).where(t.parking.c.subject == str(parking.subject))
    if parking.since - connection.execute(since).scalar_one() < CARD_WAITS:
        return
    release_early(connection, select(t.job.c.post_id).where(_waits_for(parking)))
    release_early(connection, [job.post_id])


def _waits_for(parking: Parking) -> ColumnElement[bool]:
    return (t.job.c.parked_on == str(parking.subject)) & state_is(State.PARKED)
