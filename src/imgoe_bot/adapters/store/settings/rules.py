"""Mirror rules."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, select, update

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.engine.units import Unit, changes_rows
from imgoe_bot.adapters.store.settings.change_notices import announce, drop_on_change, forget
from imgoe_bot.adapters.store.settings.guild_cache import GuildCache
from imgoe_bot.adapters.store.upsert import insert_new
from imgoe_bot.domain.ids import ChannelId, GuildId
from imgoe_bot.domain.rules import MirrorRule


class SqlRuleStore:
    """``ports.RuleStore`` in SQL.

    A guild's rules are asked for with every message, so they are kept in memory. Once all were
    read, a guild that is not in memory has none, unless it changed since.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cache: GuildCache[tuple[MirrorRule, ...]] = GuildCache()
        self._has_all = False
        self._dropped: set[GuildId] = set()
        drop_on_change(self, database)

    async def add(self, rule: MirrorRule) -> bool:
        """Store a rule; see the port."""
        return await self._change(
            rule.guild_id, lambda connection: insert_new(connection, t.mirror_rule, _values(rule))
        )

    async def remove(self, guild_id: GuildId, channel_id: ChannelId) -> bool:
        """Remove a channel's rule; see the port."""
        removed = delete(t.mirror_rule).where(*_of_channel(guild_id, channel_id))
        return await self._change(guild_id, changes_rows(removed))

    async def pause(self, guild_id: GuildId, channel_id: ChannelId, *, paused: bool) -> bool:
        """Let a channel's rule rest or work; see the port."""
        mine = update(t.mirror_rule).where(*_of_channel(guild_id, channel_id))
        return await self._change(guild_id, changes_rows(mine.values(paused=paused, lacks=None)))

    async def auto_pause(self, guild_id: GuildId, channel_id: ChannelId, *, lacks: str) -> bool:
        """Let a channel's rule rest for want of a permission; see the port."""
        working = (*_of_channel(guild_id, channel_id), t.mirror_rule.c.paused.is_(False))
        resting = update(t.mirror_rule).where(*working).values(paused=True, lacks=lacks)
        return await self._change(guild_id, changes_rows(resting))

    async def end_auto_pause(self, rule: MirrorRule, *, remove: bool) -> bool:
        """Let a rule work again that rests for want of a permission; see the port."""
        table = t.mirror_rule
        resting = (table.c.id == rule.id, table.c.paused.is_(True), table.c.lacks.is_not(None))
        awake = update(table).where(*resting).values(paused=False, lacks=None)
        return await self._change(
            rule.guild_id, changes_rows(delete(table).where(*resting) if remove else awake)
        )

    async def _change(self, guild_id: GuildId, unit: Unit[bool]) -> bool:
        """Run a unit that changes a guild's rules, and forget what is in memory of them."""

        def announced(connection: Connection) -> bool:
            announce(connection, [guild_id])
            return unit(connection)

        try:
            return await self._database.write(announced)
        finally:  # where its answer was lost, it may have been carried out
            forget(self._database, [guild_id])

    async def of_guild(self, guild_id: GuildId) -> tuple[MirrorRule, ...]:
        """Return the guild's rules, oldest first."""
        known = self.known_of_guild(guild_id)
        return await self._cache.get(guild_id, self._read) if known is None else known

    def known_of_guild(self, guild_id: GuildId) -> tuple[MirrorRule, ...] | None:
        """Return the guild's rules if they are in memory; see the port."""
        known = self._cache.find(guild_id)
        has_none = known is None and self._has_all and guild_id not in self._dropped
        return () if has_none else known

    def drop(self, guild_id: GuildId) -> None:
        """Forget what is in memory of a server."""
        self._cache.drop(guild_id)
        self._dropped.add(guild_id)

    def drop_all(self) -> None:
        """Forget what is in memory of all servers."""
        self._cache.drop_all()
        self._has_all = False

    async def _read(self, guild_id: GuildId) -> tuple[MirrorRule, ...]:
        query = select(t.mirror_rule).where(t.mirror_rule.c.guild_id == guild_id)

        def unit(connection: Connection) -> tuple[MirrorRule, ...]:
            rows = connection.execute(query.order_by(t.mirror_rule.c.created_at))
            return tuple(_rule(row) for row in rows.mappings())

        return await self._database.read(unit)

    async def all(self) -> tuple[MirrorRule, ...]:
        """Return every rule, and keep them in memory."""
        before = self._cache.changes
        rules = await self._read_all()
        if self._cache.replace_all(_by_guild(rules), read_at=before):
            self._has_all = True
            self._dropped.clear()
        return rules

    async def _read_all(self) -> tuple[MirrorRule, ...]:
        query = select(t.mirror_rule).order_by(t.mirror_rule.c.created_at)

        def unit(connection: Connection) -> tuple[MirrorRule, ...]:
            rows = connection.execute(query).mappings().all()
            return tuple(map(_rule, rows))

        return await self._database.read(unit)


def _of_channel(guild_id: GuildId, channel_id: ChannelId) -> tuple[ColumnElement[bool], ...]:
    """The condition for a channel's rule."""
    return (t.mirror_rule.c.guild_id == guild_id, t.mirror_rule.c.channel_id == channel_id)


def _by_guild(rules: Iterable[MirrorRule]) -> dict[GuildId, tuple[MirrorRule, ...]]:
    found: dict[GuildId, tuple[MirrorRule, ...]] = {}
    for rule in rules:
        found[rule.guild_id] = (*found.get(rule.guild_id, ()), rule)
    return found


def _values(rule: MirrorRule) -> dict[str, object]:
    return {
        "id": rule.id,
        "guild_id": rule.guild_id,
        "channel_id": rule.channel_id,
        "created_by": rule.created_by,
        "created_at": rule.created_at,
        "paused": rule.paused,
        "lacks": rule.lacks,
        "begins_at": rule.begins_at,
    }


def _rule(row: RowMapping) -> MirrorRule:
    return MirrorRule(**row)  # the table's columns are the rule's fields
