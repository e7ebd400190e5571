"""What is under way, as far as a backfill stands back for it."""

from sqlalchemy import ColumnElement, Connection, Select, func, select, update

from imgoe_bot import errors
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.job_states import IS_DUE, NOT_DONE, state_is, step_is
from imgoe_bot.adapters.store.lanes import host_lane
from imgoe_bot.domain.history import BackfillId
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.job import State, Step
from imgoe_bot.errors import HostError
from imgoe_bot.services.ports.backfill import Load

_IS_OPEN = t.job.c.state.in_((State.READY.value, State.PARKED.value, State.LEASED.value))
IS_HELD = state_is(State.WAITING)
"""Of an upload: it is let go once there is room for it."""
_OF_HOSTS = [
    name
    for name in errors.__all__
    if isinstance(kind := getattr(errors, name), type) and issubclass(kind, HostError)
]
"""The errors of which a host is the cause, by their names."""


def read_load(connection: Connection, guild_id: GuildId) -> Load:
    """Return what is under way; see the port."""
    open_ = connection.execute(_files(_IS_OPEN, t.job.c.failing_since.is_(None))).scalar_one()
    held = connection.execute(_files(IS_HELD)).scalar_one()
    failing = connection.execute(_files(_IS_OPEN, t.job.c.error.in_(_OF_HOSTS))).scalar_one()
    live = select(t.job.c.id).join(t.post, t.post.c.id == t.job.c.post_id)
    live = live.where(IS_DUE, t.job.c.lane == host_lane(guild_id), t.post.c.backfill_id.is_(None))
    return Load(
        open_files=int(open_),
        held_files=int(held),
        host_fails=bool(failing),
        live_due=connection.execute(live.limit(1)).first() is not None,
    )


def _files(*where: ColumnElement[bool]) -> Select[int]:
    """Return the query that counts files of backfills that have not come to an end."""
    query = select(func.count()).join_from(t.job, t.post, t.post.c.id == t.job.c.post_id)
    return query.where(*_OF_BACKFILLS, *where)


_OF_BACKFILLS = (
    NOT_DONE,
    t.job.c.guild_id.in_(select(t.backfill.c.guild_id)),
    step_is(Step.UPLOAD),
    t.post.c.backfill_id.is_not(None),
)


def let_go(
    connection: Connection, *, of: BackfillId | None = None, most: int | None = None
) -> None:
    """Let files be uploaded that were held back: those of one backfill, or so many."""
    query = select(t.job.c.id).join(t.post, t.post.c.id == t.job.c.post_id)
    held = query.where(*_OF_BACKFILLS, IS_HELD).order_by(t.job.c.id).limit(most)
    if of is not None:
        held = held.where(t.post.c.backfill_id == of)
    let_go = update(t.job).where(t.job.c.id.in_(held.scalar_subquery()))
    connection.execute(let_go.values(state=State.READY.value))


def hold_back(connection: Connection, post_id: str, *, from_: int) -> None:
    """Hold back the files of a new post from a number on."""
    mine = (t.job.c.post_id == post_id, step_is(Step.UPLOAD), state_is(State.READY))
    rest = select(t.job.c.id).where(*mine).order_by(t.job.c.id).offset(from_)
    held = update(t.job).where(t.job.c.id.in_(rest.scalar_subquery()))
    connection.execute(held.values(state=State.WAITING.value))
