"""Searching and counting the copies that exist."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection, and_, bindparam, func, select

from imgoe_bot.adapters.store import rows, search_index
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.catalogue.searching import (
    Places,
    has_more,
    is_filtered,
    places,
    reached,
)
from imgoe_bot.adapters.store.catalogue.tallies import busiest_channels, days_of
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.posts.shared_copies import UPLOAD
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.ids import ChannelId, UploadId
from imgoe_bot.domain.library import COUNT_MAX, Entry, Query, Scope, Tally
from imgoe_bot.errors import UploadNotFound

log = structlog.stdlib.get_logger(__name__)

ENTRY = UPLOAD.add_columns(
    t.post.c.channel_id.label("_channel"),
    t.post.c.message_id.label("_message"),
    t.post.c.nsfw.label("_nsfw"),
).join_from(t.upload, t.post, t.post.c.id == t.upload.c.post_id)
"""What ``entry_from`` reads."""


class SqlLibraryStore:
    """``LibraryStore`` and ``StatsStore`` in SQL."""

    def __init__(self, database: Database, *, vault: Vault, few: int = COUNT_MAX) -> None:
        """Take what it works with.

        Args:
            database: where.
            vault: opens delete links.
            few: up to so many uploads of a scope are read and not searched for in the index.
        """
        self._database = database
        self._vault = vault
        self._few = few
        self._is_indexed: bool | None = None

    async def count(self, scope: Scope, query: Query) -> int:
        """Return how many fit; see the port."""

        def unit(connection: Connection) -> int:
            found, _ = self._places(connection, scope, query)
            some = found.limit(COUNT_MAX + 1).subquery()
            return int(connection.execute(select(func.count()).select_from(some)).scalar_one())

        return await self._database.read(unit)

    async def find(
        self,
        scope: Scope,
        query: Query,
        *,
        limit: int,
        offset: int = 0,
        start: UploadId | None = None,
        oldest_first: bool = False,
    ) -> tuple[Entry, ...]:
        """Return those that fit; see the port."""

        def unit(connection: Connection) -> tuple[Entry, ...]:
            found, place = self._places(connection, scope, query)
            if start is not None:
                first = connection.execute(_PLACE_OF, {"id": start}).scalar()
                if first is None:
                    return ()
                found = found.where(place >= first if oldest_first else place <= first)
            ordered = found.order_by(place if oldest_first else place.desc())
            numbers = connection.execute(ordered.limit(limit).offset(offset)).scalars().all()
            return self._entries(connection, scope, numbers, oldest_first=oldest_first)

        return await self._database.read(unit)

    async def get(self, upload_id: UploadId) -> Entry:
        """Return one; see the port."""
        query = ENTRY.where(t.upload.c.id == upload_id, t.upload.c.place.is_not(None))

        def unit(connection: Connection) -> Entry:
            found = connection.execute(query).mappings().first()
            if found is None:
                raise UploadNotFound
            return entry_from(found, self._vault)

        return await self._database.read(unit)

    async def tally(self, scope: Scope, *, since: datetime, channels: int) -> Tally:
        """Count what was stored and what failed; see the port."""

        def unit(connection: Connection) -> Tally:
            return Tally(
                days=days_of(connection, scope, since=since),
                channels=busiest_channels(connection, scope, since=since, limit=channels),
                failures=_failures(connection, scope, since),
            )

        return await self._database.read(unit)

    def _places(self, connection: Connection, scope: Scope, query: Query) -> Places:
        is_indexed = (
            is_filtered(query)
            and self._has_index(connection)
            and has_more(
                connection, scope, than=self._few
            )  # few are read sooner than found in lists of millions
        )
        return places(scope, query, engine_name=connection.dialect.name, is_indexed=is_indexed)

    def _has_index(self, connection: Connection) -> bool:
        if self._is_indexed is None:
            self._is_indexed = search_index.has_index(connection)
            if not self._is_indexed:
                log.warning("no search index: this SQLite lacks FTS5, searches read every name")
        return self._is_indexed

    def _entries(
        self, connection: Connection, scope: Scope, numbers: Sequence[int], *, oldest_first: bool
    ) -> tuple[Entry, ...]:
        """Return the scope's uploads at these places, in their order.

        Another one's may have the same place: see ``PLACES_A_SECOND``.
        """
        entries: list[Entry] = []
        place = t.upload.c.place
        for start in range(0, len(numbers), ENTRIES_AT_ONCE):
            some = ENTRY.where(place.in_(numbers[start : start + ENTRIES_AT_ONCE]), *reached(scope))
            ordered = some.order_by(place if oldest_first else place.desc())
            found = connection.execute(ordered).mappings()
            entries.extend(entry_from(row, self._vault) for row in found)
        return tuple(entries)


ENTRIES_AT_ONCE = 500
"""Far below what either engine takes as parameters of one statement."""

_PLACE_OF = select(t.upload.c.place).where(t.upload.c.id == bindparam("id"))


def entry_from(row: rows.Columns, vault: Vault) -> Entry:
    """Return the entry of a row of ``ENTRY``."""
    return Entry(
        upload=rows.upload_from(row, vault),
        channel_id=ChannelId(row["_channel"]),
        message_id=row["_message"],
        nsfw=row["_nsfw"],
    )


def _failures(connection: Connection, scope: Scope, since: datetime) -> tuple[tuple[str, int], ...]:
    """Count the uploads that failed for good since then, by error."""
    counted = select(t.job.c.error, func.count()).where(t.FAILED_UPLOAD, t.job.c.run_at >= since)
    if scope.guild_id is not None:
        counted = counted.where(t.job.c.guild_id == scope.guild_id)
    if scope.user_id is not None:
        theirs = (t.post.c.author_id == scope.user_id, t.post.c.id == t.job.c.post_id)
        counted = counted.join_from(t.job, t.post, and_(*theirs))
    found = connection.execute(counted.group_by(t.job.c.error))
    return tuple((str(name), int(count)) for name, count in found)
