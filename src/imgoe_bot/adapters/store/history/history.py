"""Marks, and the ranges of history that are still to be read."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, select, update

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.claiming.claims import Claims
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.engine.units import changes_rows
from imgoe_bot.adapters.store.history.claiming import claim_range
from imgoe_bot.adapters.store.history.opening import move_marks, open_ranges
from imgoe_bot.adapters.store.history.range_rows import gap_from, leased
from imgoe_bot.adapters.store.history_tables import MISSED_DUE
from imgoe_bot.adapters.store.posts.new_posts import extend_known
from imgoe_bot.adapters.store.posts.taking_over import add_new
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.history import (
    Gap,
    HistoryRange,
    Mark,
    OpenRange,
    ParkReason,
)
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.errors import StaleWrite
from imgoe_bot.services.ports.history import NewPost, Progress, Shards

_FREE = {"owner": None, "lease_until": None}
r = t.history_range.c


class SqlHistoryStore:
    """``ports.HistoryStore`` in SQL."""

    def __init__(self, database: Database, *, vault: Vault, claims: Claims) -> None:
        self._database = database
        self._vault = vault
        self._claims = claims

    async def marks(self, guild_id: GuildId) -> Mapping[ChannelId, MessageId]:
        """Return the mark of each of a server's channels that has one; see the port."""
        query = select(t.seen.c.guild_id, t.seen.c.channel_id, t.seen.c.message_id)
        found = await self._read_marks(query.where(t.seen.c.guild_id == guild_id))
        return found.get(guild_id, {})

    async def all_marks(self) -> Mapping[GuildId, Mapping[ChannelId, MessageId]]:
        """Return the same of every server; see the port."""
        return await self._read_marks(
            select(t.seen.c.guild_id, t.seen.c.channel_id, t.seen.c.message_id)
        )

    async def _read_marks(
        self, query: Select[Any, Any, Any]
    ) -> Mapping[GuildId, Mapping[ChannelId, MessageId]]:
        def unit(connection: Connection) -> Mapping[GuildId, Mapping[ChannelId, MessageId]]:
            found: dict[GuildId, dict[ChannelId, MessageId]] = {}
            for guild_id, channel_id, message_id in connection.execute(query):
                of_guild = found.setdefault(GuildId(guild_id), {})
                of_guild[ChannelId(channel_id)] = MessageId(message_id)
            return found

        return await self._database.read(unit)

    async def note(self, marks: Sequence[Mark], gaps: Sequence[Gap], *, at: datetime) -> None:
        """Move marks forward, and open ranges; see the port."""

        def unit(connection: Connection) -> None:
            open_ranges(connection, gaps, at=at)
            move_marks(connection, marks)

        await self._database.write(unit)

    async def has_due(self, *, now: datetime) -> bool:
        """Tell whether there may be a range to claim; see the port."""
        query = select(r.id).where(MISSED_DUE, r.run_at <= now).limit(1)

        def unit(connection: Connection) -> bool:
            return connection.execute(query).first() is not None

        return await self._database.read(unit)

    async def claim(
        self, *, owner: str, now: datetime, lease: timedelta, shards: Shards
    ) -> HistoryRange | None:
        """Lease the range that has waited longest; see the port."""
        claim = partial(claim_range, owner=owner, now=now, until=now + lease, shards=shards)
        return await self._database.write(claim)

    async def store_page(
        self, range_: HistoryRange, posts: Sequence[NewPost], progress: Progress
    ) -> None:
        """Store what a page holds, and how far the range was read with it; see the port."""

        def unit(connection: Connection) -> None:
            _advance(connection, range_, progress)
            for new in posts:
                if not add_new(connection, new, vault=self._vault):
                    extend_known(connection, new.post, new.items)

        await self._claims.write(unit)

    async def put_off(self, range_: HistoryRange, *, until: datetime) -> None:
        """Give a range back whose reading failed; see the port."""
        await self._give_back(range_, {"run_at": until, "attempts": range_.attempts + 1})

    async def park(
        self, range_: HistoryRange, reason: ParkReason, *, before: MessageId | None = None
    ) -> None:
        """Let a range wait for what no time cures; see the port."""
        end = {} if before is None or range_.gap.before is not None else {"before": before}
        await self._give_back(range_, {"parked": reason.value, **end})

    async def _give_back(self, range_: HistoryRange, values: dict[str, Any]) -> None:
        mine = update(t.history_range).where(*leased(range_)).values(**values, **_FREE)
        await self._database.write(changes_rows(mine))

    async def unpark(
        self, guild_id: GuildId, reasons: Collection[ParkReason], *, at: datetime
    ) -> bool:
        """Make a server's ranges due that wait for this; see the port."""
        waiting = (r.guild_id == guild_id, r.parked.in_([each.value for each in reasons]))
        due = update(t.history_range).where(*waiting, r.backfill_id.is_(None))
        return await self._database.write(
            changes_rows(due.values(parked=None, attempts=0, run_at=at))
        )

    async def end_at(self, guild_id: GuildId, ends: Mapping[ChannelId, MessageId]) -> None:
        """Let ranges without an end have one; see the port."""
        endless = (r.guild_id == guild_id, r.before.is_(None), r.backfill_id.is_(None))
        query = select(r.id, r.channel_id).where(*endless, r.channel_id.in_(list(ends)))

        def unit(connection: Connection) -> None:
            for id_, channel_id in connection.execute(query.with_for_update()).all():
                ended = update(t.history_range).where(r.id == id_)
                connection.execute(ended.values(before=ends[channel_id]))

        await self._database.write(unit)

    async def drop(self, range_: HistoryRange) -> None:
        """Forget a range; see the port."""
        await self._database.write(changes_rows(delete(t.history_range).where(*leased(range_))))

    async def extend(self, owner: str, *, until: datetime) -> None:
        """Renew every lease of this owner; see the port."""
        mine = update(t.history_range).where(r.owner == owner).values(lease_until=until)
        await self._database.write(changes_rows(mine))

    async def release(self, owner: str) -> None:
        """Give back every lease of this owner; see the port."""
        mine = update(t.history_range).where(r.owner == owner).values(**_FREE)
        await self._database.write(changes_rows(mine))

    async def open_ranges(self, guild_id: GuildId) -> tuple[OpenRange, ...]:
        """Return a server's open ranges; see the port."""
        open_ = (r.guild_id == guild_id, r.backfill_id.is_(None))
        query = select(t.history_range).where(*open_).order_by(r.channel_id, r.after)

        def unit(connection: Connection) -> tuple[OpenRange, ...]:
            return tuple(map(_open_range, connection.execute(query).mappings()))

        return await self._database.read(unit)

    async def parked(self) -> frozenset[GuildId]:
        """Return the servers that have parked ranges; see the port."""
        query = select(r.guild_id).where(r.parked.is_not(None), r.backfill_id.is_(None)).distinct()

        def unit(connection: Connection) -> frozenset[GuildId]:
            return frozenset(GuildId(id_) for id_ in connection.execute(query).scalars())

        return await self._database.read(unit)


def _advance(connection: Connection, range_: HistoryRange, progress: Progress) -> None:
    """Move a range's beginning, and end it unless it was lengthened meanwhile.

    Raises:
        StaleWrite: another reader has it.
    """
    mine, gap = leased(range_), range_.gap
    if progress.ended and gap.before is None:
        move_marks(connection, [Mark(gap.guild_id, gap.channel_id, progress.after)])
    same_end = r.before.is_not_distinct_from(gap.before)
    ended = delete(t.history_range).where(*mine, same_end)
    if progress.ended and connection.execute(ended).rowcount:
        return
    values = {"after": progress.after, "attempts": 0, "run_at": progress.at, **_FREE}
    if not connection.execute(update(t.history_range).where(*mine).values(**values)).rowcount:
        raise StaleWrite


def _open_range(row: RowMapping) -> OpenRange:
    return OpenRange(
        left=gap_from(row),
        start=row["start"],
        parked=ParkReason(row["parked"]) if row["parked"] else None,
        retry_at=row["run_at"] if row["attempts"] else None,
    )
