"""The end of backfills: nothing left to read, nothing under way; then people are told, once."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, exists, false, func, select, update

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.history.backfill_rows import failed_query, kept_query
from imgoe_bot.adapters.store.job_states import NOT_DONE
from imgoe_bot.adapters.store.lanes import insert_new_job
from imgoe_bot.adapters.store.posts.post_jobs import job_values
from imgoe_bot.domain.backfill import BackfillState
from imgoe_bot.domain.job import State, Step

b = t.backfill.c
_OPEN = (State.WAITING.value, State.READY.value, State.LEASED.value)
_STEPS = (Step.UPLOAD.value, Step.ANNOUNCE.value)


def _open_jobs() -> Select[tuple[int]]:
    """Return the query for what is still to be done for a backfill's posts."""
    return select(t.job.c.id).where(
        NOT_DONE,
        t.job.c.guild_id == b.guild_id,
        t.job.c.state.in_(_OPEN),
        t.job.c.step.in_(_STEPS),
        t.post.c.id == t.job.c.post_id,
        t.post.c.backfill_id == b.id,
    )


def finish_backfills(connection: Connection, *, now: datetime) -> bool:
    """End the backfills of which nothing is left to do; True where people are written to."""
    is_over = (
        b.state == BackfillState.READING.value,
        ~exists().where(t.history_range.c.backfill_id == b.id),
        ~_open_jobs().correlate(t.backfill).exists(),
    )
    ended = update(t.backfill).where(*is_over)
    values = {
        "state": BackfillState.DONE.value,
        "waits": None,
        "kept": kept_query().scalar_subquery(),
        "failed": failed_query().scalar_subquery(),
        "ended_at": now,
    }
    over = connection.execute(ended.values(**values).returning(t.backfill)).mappings().all()
    return _order_summaries(connection, [each for each in over if each["summary"]], now)


def _order_summaries(connection: Connection, over: Iterable[RowMapping], now: datetime) -> bool:
    """Order a direct message for each person something was kept of: by a post of theirs."""
    ordered = False
    for backfill in over:
        newest = _newest_posts(backfill).subquery()
        query = select(t.post).where(t.post.c.id == newest.c.id)
        for row in connection.execute(query).mappings().all():
            job = job_values(rows.post_from(row), Step.DELIVER, State.READY)
            insert_new_job(connection, job | {"run_at": now})
            ordered = True
    return ordered


def _newest_posts(backfill: RowMapping) -> Select[Any]:
    """Return the query for one post of each person with a copy that this backfill made."""
    copies = exists().where(
        t.upload.c.post_id == t.post.c.id,
        t.upload.c.created_at >= backfill["asked_at"],
        t.upload.c.deleted_at.is_(None),
    )
    mine = (t.post.c.backfill_id == backfill["id"], t.post.c.by_bot == false(), copies)
    return select(func.max(t.post.c.id).label("id")).where(*mine).group_by(t.post.c.author_id)
