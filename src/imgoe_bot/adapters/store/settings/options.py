"""Option values by place, and their history."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.settings.guild_cache import GuildCache
from imgoe_bot.adapters.store.upsert import insert_new
from imgoe_bot.domain.guild import Change, GuildSettings
from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.errors import StaleWrite

Layers = Mapping[int, Mapping[str, str]]


class SqlOptionStore:
    """``ports.OptionStore`` in SQL.

    A guild's values are asked for with every message, so they are kept in memory.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cache: GuildCache[Layers] = GuildCache()

    async def layers(self, guild_id: GuildId) -> Layers:
        """Return the guild's stored texts by scope and option name."""
        return await self._cache.get(guild_id, self._read)

    async def _read(self, guild_id: GuildId) -> Layers:
        query = select(t.option_value).where(t.option_value.c.guild_id == guild_id)
        found: dict[int, dict[str, str]] = {}

        def unit(connection: Connection) -> Layers:
            for row in connection.execute(query):
                found.setdefault(row.scope_id, {})[row.name] = row.value
            return found

        return await self._database.read(unit)

    async def change(
        self,
        settings: GuildSettings,
        changes: Sequence[tuple[int, str, str | None]],
        *,
        actor_id: UserId,
        now: datetime,
    ) -> int:
        """Store texts, or remove them; see the port."""
        guild_id = settings.guild_id

        def unit(connection: Connection) -> int:
            _take_version(connection, settings)
            for scope_id, name, new in changes:
                old = _replace(connection, guild_id, scope_id, name, new)
                _note(connection, guild_id, Change(actor_id, now, scope_id, name, old, new))
            return settings.version + 1

        try:
            return await self._database.write(unit)
        finally:  # where its answer was lost, it may have been carried out
            self.drop(guild_id)

    def drop(self, guild_id: GuildId) -> None:
        """Forget what is in memory of a server."""
        self._cache.drop(guild_id)

    async def note(self, guild_id: GuildId, change: Change) -> None:
        """Add a line to the guild's history; see the port."""

        def unit(connection: Connection) -> None:
            _note(connection, guild_id, change)

        await self._database.write(unit)

    async def history(self, guild_id: GuildId, *, limit: int) -> tuple[Change, ...]:
        """Return the newest changes first."""
        query = (
            select(t.audit)
            .where(t.audit.c.guild_id == guild_id)
            .order_by(t.audit.c.at.desc(), t.audit.c.id.desc())
            .limit(limit)
        )

        def unit(connection: Connection) -> tuple[Change, ...]:
            rows = connection.execute(query)
            return tuple(
                Change(row.actor_id, row.at, row.scope_id, row.name, row.old, row.new)
                for row in rows
            )

        return await self._database.read(unit)


def _take_version(connection: Connection, settings: GuildSettings) -> None:
    """Make this change the guild's next version; raises StaleWrite when another was faster."""
    mine = t.guild.c.guild_id == settings.guild_id
    held = connection.execute(select(t.guild.c.version).where(mine)).scalar()
    if held is None and settings.version == 0:
        values = {"guild_id": settings.guild_id, "host_url": settings.host_url, "version": 1}
        if not insert_new(connection, t.guild, values):
            raise StaleWrite
        return
    changed = connection.execute(
        update(t.guild)
        .where(mine, t.guild.c.version == settings.version)
        .values(version=settings.version + 1)
    )
    if changed.rowcount != 1:
        raise StaleWrite


def _replace(
    connection: Connection, guild_id: GuildId, scope_id: int, name: str, new: str | None
) -> str | None:
    """Write or remove one text and return the one before."""
    place = (
        t.option_value.c.guild_id == guild_id,
        t.option_value.c.scope_id == scope_id,
        t.option_value.c.name == name,
    )
    old = connection.execute(select(t.option_value.c.value).where(*place)).scalar()
    connection.execute(delete(t.option_value).where(*place))
    if new is not None:
        connection.execute(
            insert(t.option_value).values(
                guild_id=guild_id, scope_id=scope_id, name=name, value=new
            )
        )
    return old


def _note(connection: Connection, guild_id: GuildId, change: Change) -> None:
    connection.execute(
        insert(t.audit).values(
            guild_id=guild_id,
            actor_id=change.actor_id,
            at=change.at,
            scope_id=change.scope_id,
            name=change.name,
            old=change.old,
            new=change.new,
        )
    )
