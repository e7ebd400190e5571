"""Steps of a post that are asked for once more: at once, or after the one that is under way.

Jobs that concern the whole post have no place in a message: their column ``position`` counts how
often they were asked for anew. A worker that ends one finds there whether that happened meanwhile.
"""

from typing import Any

from sqlalchemy import ColumnElement, case, literal, update
from sqlalchemy.ext.asyncio import AsyncConnection

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.domain.job import Job, State, Step

ENDED = (State.DONE.value, State.DEAD.value)
LEASED_OR_ENDED = (State.LEASED.value, *ENDED)
AFRESH: dict[str, Any] = {
    "attempts": 0,
    "owner": None,
    "lease_until": None,
    "letter": None,
    "slots": "",
    **rows.error_values(None),
}
BEGINS: dict[Step, State] = {Step.ANNOUNCE: State.WAITING, Step.DELIVER: State.READY}
"""How a step that is asked for anew begins: an answer waits for the files that are new."""


async def ask_again(connection: AsyncConnection, post_id: str, step: Step) -> bool:
    """Have a step done once more; one that has not begun will find what is new by itself.

    Returns:
        False when the post has no such step.
    """
    mine = (t.job.c.post_id == post_id, t.job.c.step == step.value)
    counted = {"position": t.job.c.position + _one_if(t.job.c.state.in_(LEASED_OR_ENDED))}
    known = await connection.execute(update(t.job).where(*mine).values(**counted))
    await _begin(connection, *mine, t.job.c.state.in_(ENDED), step=step)
    return known.rowcount > 0


async def begin_again_if_asked(connection: AsyncConnection, job: Job) -> None:
    """Begin a step anew that has just ended, if it was asked for once more meanwhile."""
    if job.step in BEGINS:
        asked = t.job.c.position > job.round
        await _begin(connection, t.job.c.id == job.id, asked, step=job.step)


async def _begin(connection: AsyncConnection, *which: ColumnElement[bool], step: Step) -> None:
    values = AFRESH | {"state": BEGINS[step].value}
    await connection.execute(update(t.job).where(*which).values(**values))


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, literal(1)), else_=literal(0))
