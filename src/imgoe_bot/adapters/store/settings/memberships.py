"""Which servers the bot is in, and the end of what is stored about those it left."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, delete, select, update

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.settings.change_notices import announce, forget
from imgoe_bot.adapters.store.upsert import upsert_all
from imgoe_bot.domain.ids import GuildId

IDS_AT_ONCE = 500
"""Far below what either engine takes as parameters of one statement."""

OF_A_GUILD = (
    t.job,
    t.orphan,
    t.upload,
    t.post,
    t.tally,
    t.mirror_rule,
    t.seen,
    t.history_range,
    t.backfill_tally,
    t.backfill,
    t.option_value,
    t.audit,
    t.guild,
    t.guild_stay,
)
"""What goes with a server, what refers to others first. People's choices stay: they are theirs."""


class SqlMembershipStore:
    """``ports.MembershipStore`` in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self) -> Mapping[GuildId, datetime | None]:
        """Return every server and since when the bot is gone from it; see the port."""

        def unit(connection: Connection) -> Mapping[GuildId, datetime | None]:
            rows = connection.execute(select(t.guild_stay))
            return {GuildId(guild_id): gone_at for guild_id, gone_at in rows}

        return await self._database.read(unit)

    async def note_present(self, guild_ids: Collection[GuildId]) -> None:
        """Note that the bot is in these servers; see the port."""
        rows = [{"guild_id": guild_id, "gone_at": None} for guild_id in guild_ids]

        def unit(connection: Connection) -> None:
            upsert_all(connection, t.guild_stay, key=("guild_id",), rows=rows)

        await self._database.write(unit)

    async def note_gone(self, guild_ids: Collection[GuildId], *, at: datetime) -> None:
        """Note since when the bot is not in these servers any more; see the port."""
        rows = [{"guild_id": guild_id, "gone_at": at} for guild_id in guild_ids]
        still_here = t.guild_stay.c.gone_at.is_(None)

        def unit(connection: Connection) -> None:
            upsert_all(connection, t.guild_stay, key=("guild_id",), rows=rows, where=still_here)

        await self._database.write(unit)

    async def forget_gone(self, *, before: datetime) -> tuple[GuildId, ...]:
        """Erase everything about servers that were left before a time; see the port."""
        ids = await self._database.write(partial(_forget_gone, before=before))
        forget(self._database, ids)
        if ids:
            await self._database.scrub()
        return ids


def _forget_gone(connection: Connection, *, before: datetime) -> tuple[GuildId, ...]:
    gone = select(t.guild_stay.c.guild_id).where(t.guild_stay.c.gone_at < before)
    ids = tuple(GuildId(id_) for id_ in connection.execute(gone).scalars())
    announce(connection, ids)
    for some in _batched(ids):
        for table in OF_A_GUILD:
            connection.execute(delete(table).where(table.c.guild_id.in_(some)))
        taken = update(t.host_slot).where(t.host_slot.c.guild_id.in_(some))
        connection.execute(taken.values(guild_id=None))  # their host still counts them
        for guild_id in some:
            named = t.note.c.name.contains(str(guild_id))
            connection.execute(delete(t.note).where(named))
    return ids


def _batched(guild_ids: Collection[GuildId]) -> Iterable[list[GuildId]]:
    ids = list(guild_ids)
    return (ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE))
