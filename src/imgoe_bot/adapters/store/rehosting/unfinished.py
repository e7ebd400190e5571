"""What else names a host: its budget, files on their way to it, and copies it may have kept."""

from dataclasses import replace

from sqlalchemy import Connection, bindparam, select, update

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.job_states import NOT_DONE
from imgoe_bot.adapters.store.rows import sending_from, sending_value
from imgoe_bot.domain.host_move import HostMove


def move_unfinished(connection: Connection, move: HostMove) -> None:
    """Have it name the new place, so that a lost answer is looked for where it is by now."""
    _move_budget(connection, move)
    _move_sendings(connection, move)
    _move_orphans(connection, move)


def _move_budget(connection: Connection, move: HostMove) -> None:
    for host_url in connection.execute(select(t.host_slot.c.host_url).distinct()).scalars().all():
        new = move.moved_host(host_url)
        if new is not None:
            mine = t.host_slot.c.host_url == host_url
            connection.execute(update(t.host_slot).where(mine).values(host_url=new))


def _move_sendings(connection: Connection, move: HostMove) -> None:
    query = select(t.job.c.id, t.job.c.sending).where(NOT_DONE, t.job.c.sending.is_not(None))
    for job_id, text in connection.execute(query.with_for_update()).all():
        sending = sending_from(text)
        new = move.moved_host(sending.host_url) if sending else None
        if sending is not None and new is not None:
            values = {"sending": sending_value(replace(sending, host_url=new))}
            connection.execute(update(t.job).where(t.job.c.id == job_id).values(**values))


def _move_orphans(connection: Connection, move: HostMove) -> None:
    query = select(t.orphan.c.id, t.orphan.c.host_url, t.orphan.c.probable_url)
    moved = [
        {"of": row.id, "host": new, "at": move.moved_of(row.host_url, row.probable_url)}
        for row in connection.execute(query)
        if (new := move.moved_host(row.host_url)) is not None
    ]
    if moved:
        mine = update(t.orphan).where(t.orphan.c.id == bindparam("of"))
        written = mine.values(host_url=bindparam("host"), probable_url=bindparam("at"))
        connection.execute(written, moved)
