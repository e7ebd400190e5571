"""Conditions on a job that its partial indexes are used for: spelled out, for no bound value is."""

from sqlalchemy import ColumnElement, and_, literal_column, not_

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.domain.job import State, Step


def state_is(state: State) -> ColumnElement[bool]:
    """Say of a job that it stands so."""
    return t.job.c.state == literal_column(f"'{state.value}'")


def step_is(step: Step) -> ColumnElement[bool]:
    """Say of a job that it is such a step."""
    return t.job.c.step == literal_column(f"'{step.value}'")


NOT_DONE = t.job.c.state != literal_column(f"'{State.DONE.value}'")
IS_DEAD = and_(state_is(State.DEAD), NOT_DONE)
"""SQLite does not know by itself that the one follows from the other."""
IS_DUE = and_(state_is(State.READY), literal_column("due"))
IS_LATER = and_(state_is(State.READY), not_(literal_column("due")))
