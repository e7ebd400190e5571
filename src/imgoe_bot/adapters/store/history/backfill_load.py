"""What is under way, as far as a backfill stands back for it."""

from sqlalchemy import ColumnElement, Connection, Select, func, select

from imgoe_bot import errors
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.history_tables import UNFINISHED
from imgoe_bot.adapters.store.job_states import IS_DUE, NOT_DONE, step_is
from imgoe_bot.adapters.store.lanes import host_lane
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.job import State, Step
from imgoe_bot.errors import HostError
from imgoe_bot.services.ports.backfill import Load

_UNFINISHED = (State.READY.value, State.LEASED.value)
_OF_HOSTS = [
    name
    for name in errors.__all__
    if isinstance(kind := getattr(errors, name), type) and issubclass(kind, HostError)
]
"""The errors of which a host is the cause, by their names."""


def read_load(connection: Connection, guild_id: GuildId) -> Load:
    """Return what is under way; see the port."""
    open_files = connection.execute(_open_files(t.job.c.failing_since.is_(None))).scalar_one()
    failing = connection.execute(_open_files(t.job.c.error.in_(_OF_HOSTS))).scalar_one()
    live = select(t.job.c.id).join(t.post, t.post.c.id == t.job.c.post_id)
    live = live.where(IS_DUE, t.job.c.lane == host_lane(guild_id), t.post.c.backfill_id.is_(None))
    return Load(
        open_files=int(open_files),
        host_fails=bool(failing),
        live_due=connection.execute(live.limit(1)).first() is not None,
    )


def _open_files(*where: ColumnElement[bool]) -> Select[int]:
    """Return the query that counts the files of backfills that are still to be uploaded."""
    servers = select(t.backfill.c.guild_id).where(UNFINISHED)
    query = select(func.count()).join_from(t.job, t.post, t.post.c.id == t.job.c.post_id)
    return query.where(
        NOT_DONE,
        t.job.c.guild_id.in_(servers),
        t.job.c.state.in_(_UNFINISHED),
        step_is(Step.UPLOAD),
        t.post.c.backfill_id.is_not(None),
        *where,
    )
