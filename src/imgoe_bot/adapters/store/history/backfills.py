"""Backfills: begun, shown, changed; ``backfill_reading`` has what is read for them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    delete,
    insert,
    literal,
    select,
    update,
)

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.claiming.claims import Claims
from imgoe_bot.adapters.store.engine.advisory_locks import take_advisory_lock
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.history.backfill_ends import finish_backfills
from imgoe_bot.adapters.store.history.backfill_load import let_go, read_load
from imgoe_bot.adapters.store.history.backfill_reading import (
    claim_range,
    drop_range,
    put_off_range,
    queue_again,
    store_page,
)
from imgoe_bot.adapters.store.history.backfill_rows import (
    BACKFILL,
    backfill_from,
    changed_values,
    kept_query,
    new_values,
    read_all,
)
from imgoe_bot.adapters.store.history.opening import gap_values
from imgoe_bot.adapters.store.history_tables import SHOWN, UNFINISHED
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.backfill import Backfill, BackfillState, Tally
from imgoe_bot.domain.history import BackfillId, Gap, HistoryRange, ParkReason
from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.domain.options import Kind
from imgoe_bot.errors import BackfillNotFound
from imgoe_bot.services.ports.backfill import BackfillPage, Load
from imgoe_bot.services.ports.history import Shards

b = t.backfill.c


class SqlBackfillStore:
    """``ports.BackfillStore`` in SQL."""

    def __init__(self, database: Database, *, vault: Vault, claims: Claims) -> None:
        self._database = database
        self._vault = vault
        self._claims = claims

    async def add(
        self, guild_id: GuildId, build: Callable[[Sequence[Backfill]], Backfill]
    ) -> Backfill:
        """Store a backfill, and return it with its id; see the port."""
        others = BACKFILL.where(UNFINISHED, b.guild_id == guild_id)

        def unit(connection: Connection) -> Backfill:
            take_advisory_lock(connection, f"backfills {guild_id}")
            values = new_values(build(read_all(connection, others)))
            added = connection.execute(insert(t.backfill).values(**values).returning(b.id))
            return _get(connection, BackfillId(added.scalar_one()))

        return await self._database.write(unit)

    async def find(self, backfill_id: BackfillId) -> Backfill | None:
        """Return a backfill, None when there is none."""
        found = await self._read(BACKFILL.where(_is_numbered(backfill_id)))
        return found[0] if found else None

    async def of_guild(self, guild_id: GuildId, *, most: int) -> tuple[Backfill, ...]:
        """Return a server's backfills; see the port."""
        mine = BACKFILL.where(b.guild_id == guild_id)
        ended = b.ended_at.is_not(None)
        return await self._read(mine.order_by(ended, b.id.desc()).limit(most))

    async def unfinished(self) -> tuple[Backfill, ...]:
        """Return every server's backfills that have not ended, oldest first."""
        return await self._read(BACKFILL.where(UNFINISHED).order_by(b.id))

    async def shown(self) -> tuple[Backfill, ...]:
        """Return those whose progress is shown somewhere."""
        return await self._read(BACKFILL.where(SHOWN).order_by(b.id))

    async def _read(self, query: Select[tuple[object, ...]]) -> tuple[Backfill, ...]:
        return await self._database.read(partial(read_all, query=query))

    async def change(
        self, backfill_id: BackfillId, change: Callable[[Backfill], Backfill]
    ) -> Backfill:
        """Replace a backfill by what ``change`` makes of it; see the port."""

        def unit(connection: Connection) -> Backfill:
            _lock(connection, backfill_id)
            changed = change(_get(connection, backfill_id))
            mine = update(t.backfill).where(b.id == backfill_id)
            connection.execute(mine.values(**changed_values(changed)))
            if changed.state.is_ended:
                connection.execute(mine.values(unread=changed.unread))
                ranges = delete(t.history_range)
                connection.execute(ranges.where(t.history_range.c.backfill_id == backfill_id))
                let_go(connection, of=backfill_id)
            return _get(connection, backfill_id)

        return await self._database.write(unit)

    async def open(self, backfill_id: BackfillId, gaps: Sequence[Gap], *, at: datetime) -> None:
        """Open the ranges of a backfill that is LISTING; see the port."""
        listing = (b.id == backfill_id, b.state == BackfillState.LISTING.value)
        opened = update(t.backfill).where(*listing)
        values = {"state": BackfillState.READING.value, "channels": len(gaps), "read_at": at}
        rows = [gap_values(gap, at=at) for gap in gaps]

        def unit(connection: Connection) -> None:
            if connection.execute(opened.values(**values)).rowcount and rows:
                connection.execute(insert(t.history_range), rows)

        await self._database.write(unit)

    async def claim(self, *, owner: str, now: datetime, shards: Shards) -> HistoryRange | None:
        """Give a reader the range that has waited longest; see the port."""
        return await self._database.write(partial(claim_range, owner=owner, now=now, shards=shards))

    async def store_page(self, range_: HistoryRange, page: BackfillPage) -> HistoryRange | None:
        """Store what comes next in a range, and how far it was read; see the port."""
        return await self._claims.write(
            partial(store_page, range_=range_, page=page, vault=self._vault)
        )

    async def put_off(
        self, range_: HistoryRange, *, until: datetime, waits_for: ParkReason | None
    ) -> None:
        """Give a range back until a later time; see the port."""
        await self._database.write(
            partial(put_off_range, range_=range_, until=until, waits_for=waits_for)
        )

    async def queue_again(self, range_: HistoryRange, *, at: datetime) -> None:
        """Give a range back behind all others; see the port."""
        await self._database.write(partial(queue_again, range_=range_, at=at))

    async def drop(self, range_: HistoryRange) -> None:
        """Forget a range: its channel is gone."""
        await self._database.write(partial(drop_range, range_=range_))

    async def tallies(self, backfill_id: BackfillId) -> tuple[Tally, ...]:
        """Return what was found, by person and kind; most files first."""
        c = t.backfill_tally.c
        query = select(c.user_id, c.kind, c.files, c.size_bytes).where(c.backfill_id == backfill_id)

        def unit(connection: Connection) -> tuple[Tally, ...]:
            found = connection.execute(query.order_by(c.files.desc(), c.user_id, c.kind))
            return tuple(Tally(UserId(who), Kind(kind), *sums) for who, kind, *sums in found)

        return await self._database.read(unit)

    async def kept_of(self, backfill_id: BackfillId, user_id: UserId) -> int:
        """Count the copies a backfill made of one person's files that are still there."""
        live = (t.post.c.author_id == user_id, t.upload.c.deleted_at.is_(None))
        kept = select(kept_query(*live).scalar_subquery()).where(b.id == backfill_id)

        def unit(connection: Connection) -> int:
            return int(connection.execute(kept).scalar() or 0)

        return await self._database.read(unit)

    async def load(self, guild_id: GuildId) -> Load:
        """Return what is under way; see the port."""
        return await self._database.read(partial(read_load, guild_id=guild_id))

    async def let_go(self, files: int) -> None:
        """Let so many files be uploaded that were held back."""
        await self._claims.write(partial(let_go, most=files))

    async def finish(self, *, now: datetime) -> None:
        """End the backfills of which nothing is left to do; see the port."""
        if await self._claims.write(partial(finish_backfills, now=now)):
            self._claims.wake()


def _get(connection: Connection, backfill_id: BackfillId) -> Backfill:
    found = connection.execute(BACKFILL.where(_is_numbered(backfill_id))).mappings().first()
    if found is None:
        raise BackfillNotFound(backfill=backfill_id)
    return backfill_from(found)


def _lock(connection: Connection, backfill_id: BackfillId) -> None:
    connection.execute(select(b.id).where(_is_numbered(backfill_id)).with_for_update())


def _is_numbered(backfill_id: BackfillId) -> ColumnElement[bool]:
    """Say that it has this number: people type greater ones than PostgreSQL's INTEGER holds."""
    return b.id == literal(backfill_id, BigInteger)
