"""Likely orphans: copies that nobody can delete but a host's own people."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.job_states import IS_DEAD, state_is
from imgoe_bot.domain.job import State
from imgoe_bot.domain.orphans import KnownOrphan, LeftUndone, Orphan

_FIELDS = (
    "host_url",
    "guild_id",
    "post_id",
    "attachment_id",
    "filename",
    "size_bytes",
    "sent_at",
    "probable_url",
)


def insert_orphan(connection: Connection, orphan: Orphan) -> None:
    """Note a likely orphan, in a transaction."""
    connection.execute(insert(t.orphan).values(**asdict(orphan)))


class SqlOrphanStore:
    """Likely orphans, as the operator looks at them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self, *, host_url: str | None = None, guild_id: int | None = None
    ) -> tuple[KnownOrphan, ...]:
        """Return likely orphans, the oldest first; None leaves host or server open."""
        query = select(t.orphan).order_by(t.orphan.c.id)
        if host_url is not None:
            query = query.where(t.orphan.c.host_url == host_url)
        if guild_id is not None:
            query = query.where(t.orphan.c.guild_id == guild_id)

        def unit(connection: Connection) -> tuple[KnownOrphan, ...]:
            found = connection.execute(query).mappings()
            return tuple(
                KnownOrphan(row["id"], Orphan(**{name: row[name] for name in _FIELDS}))
                for row in found
            )

        return await self._database.read(unit)

    async def forget(self, ids: Sequence[int]) -> int:
        """Forget likely orphans that somebody has dealt with; return how many."""
        gone = delete(t.orphan).where(t.orphan.c.id.in_(ids))
        return await self._database.write(lambda connection: connection.execute(gone).rowcount)

    async def left_undone(self, *, since: datetime) -> LeftUndone:
        """Count what waits, what was given up since then, and likely orphans."""
        jobs = select(func.count()).select_from(t.job)
        parked = jobs.where(state_is(State.PARKED))
        dead = jobs.where(IS_DEAD, t.job.c.run_at >= since)
        orphans = select(func.count()).select_from(t.orphan)

        def unit(connection: Connection) -> LeftUndone:
            return LeftUndone(
                *(connection.execute(query).scalar_one() for query in (parked, dead, orphans))
            )

        return await self._database.read(unit)
