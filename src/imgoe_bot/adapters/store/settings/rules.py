"""Mirror rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, RowMapping, delete, insert, literal_column, select, update
from sqlalchemy.exc import IntegrityError

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.engine.shielding import shielded
from imgoe_bot.adapters.store.settings.guild_cache import GuildCache
from imgoe_bot.adapters.store.upsert import upsert_all
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.services.ports.mirroring import Mark


@shielded
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

    async def add(self, rule: MirrorRule) -> bool:
        """Store a rule; see the port."""
        added = await self._insert(rule)
        self.drop(rule.guild_id)
        return added

    async def _insert(self, rule: MirrorRule) -> bool:
        known = select(t.mirror_rule.c.id).where(*_of_channel(rule.guild_id, rule.channel_id))
        async with self._database.write() as connection:
            if (await connection.execute(known)).first():
                return False
            try:
                async with connection.begin_nested():
                    await connection.execute(insert(t.mirror_rule).values(**_values(rule)))
            except IntegrityError:  # another process was faster
                return False
        return True

    async def remove(self, guild_id: GuildId, channel_id: ChannelId) -> bool:
        """Remove a channel's rule; see the port."""
        async with self._database.write() as connection:
            removed = await connection.execute(
                delete(t.mirror_rule).where(*_of_channel(guild_id, channel_id))
            )
        self.drop(guild_id)
        return removed.rowcount > 0

    async def pause(self, guild_id: GuildId, channel_id: ChannelId, *, paused: bool) -> bool:
        """Let a channel's rule rest or work; see the port."""
        async with self._database.write() as connection:
            changed = await connection.execute(
                update(t.mirror_rule)
                .where(*_of_channel(guild_id, channel_id))
                .values(paused=paused, lacks=None)
            )
        self.drop(guild_id)
        return changed.rowcount > 0

    async def auto_pause(self, guild_id: GuildId, channel_id: ChannelId, *, lacks: str) -> bool:
        """Let a channel's rule rest for want of a permission; see the port."""
        async with self._database.write() as connection:
            changed = await connection.execute(
                update(t.mirror_rule)
                .where(
                    *_of_channel(guild_id, channel_id),
                    t.mirror_rule.c.paused.is_(False),
                )
                .values(paused=True, lacks=lacks)
            )
        self.drop(guild_id)
        return changed.rowcount > 0

    async def end_auto_pause(self, rule: MirrorRule, *, remove: bool) -> bool:
        """Let a rule work again that rests for want of a permission; see the port."""
        table = t.mirror_rule
        resting = (table.c.id == rule.id, table.c.paused.is_(True), table.c.lacks.is_not(None))
        awake = update(table).where(*resting).values(paused=False, lacks=None)
        async with self._database.write() as connection:
            changed = await connection.execute(delete(table).where(*resting) if remove else awake)
        self.drop(rule.guild_id)
        return changed.rowcount > 0

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

    async def _read(self, guild_id: GuildId) -> tuple[MirrorRule, ...]:
        query = select(t.mirror_rule).where(t.mirror_rule.c.guild_id == guild_id)
        async with self._database.read() as connection:
            rows = await connection.execute(query.order_by(t.mirror_rule.c.created_at))
        return tuple(_rule(row) for row in rows.mappings())

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
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return tuple(map(_rule, rows))

    async def mark_seen(self, marks: Sequence[Mark]) -> None:
        """Move channels' high-water marks forward, never back; see the port."""
        in_order = sorted(marks, key=lambda mark: mark.channel_id)  # two processes lock alike
        rows = [asdict(mark) for mark in in_order]
        forward = t.seen.c.message_id < literal_column("excluded.message_id")
        async with self._database.write() as connection:
            await upsert_all(connection, t.seen, key="channel_id", rows=rows, where=forward)

    async def seen(self, guild_id: GuildId) -> Mapping[ChannelId, MessageId]:
        """Return the newest message looked at in each channel where one was."""
        query = select(t.seen.c.channel_id, t.seen.c.message_id)
        async with self._database.read() as connection:
            rows = await connection.execute(query.where(t.seen.c.guild_id == guild_id))
        return {ChannelId(channel_id): MessageId(message_id) for channel_id, message_id in rows}


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
    }


def _rule(row: RowMapping) -> MirrorRule:
    return MirrorRule(**row)  # the table's columns are the rule's fields
