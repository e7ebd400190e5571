"""Guild settings and keys: sealed, versioned, audited."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.claiming.parked import unpark_server
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.lanes import move_to_host
from imgoe_bot.adapters.store.settings.change_notices import announce, drop_on_change, forget
from imgoe_bot.adapters.store.settings.guild_cache import GuildCache
from imgoe_bot.adapters.store.upsert import insert_new
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.guild import ApiKey, GuildSettings
from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.errors import StaleWrite


class SqlGuildStore:
    """``ports.GuildStore`` in SQL.

    Host and key are asked for with every upload, so they are kept in memory.
    """

    def __init__(self, database: Database, *, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._cache: GuildCache[_Known] = GuildCache()
        drop_on_change(self, database)

    def drop(self, guild_id: GuildId) -> None:
        """Forget what is in memory of a server."""
        self._cache.drop(guild_id)

    def drop_all(self) -> None:
        """Forget what is in memory of all servers."""
        self._cache.drop_all()

    async def find_settings(self, guild_id: GuildId) -> GuildSettings | None:
        """Return what the guild has set; see the port."""
        return (await self._cache.get(guild_id, self._read)).settings

    async def find_key(self, guild_id: GuildId) -> ApiKey | None:
        """Return the guild's key; see the port."""
        known = await self._cache.get(guild_id, self._read)
        if known.settings is None or known.sealed is None:
            return None
        bound_to = key_bound_to(guild_id, known.settings.host_url)
        return ApiKey(self._vault.open(known.sealed, bound_to=bound_to))

    async def _read(self, guild_id: GuildId) -> "_Known":
        query = select(t.guild).where(t.guild.c.guild_id == guild_id)

        def unit(connection: Connection) -> _Known:
            row = connection.execute(query).one_or_none()
            if row is None:
                return _Known(None, None)
            settings = GuildSettings(
                guild_id=guild_id,
                host_url=row.host_url,
                key_fingerprint=row.key_fingerprint,
                version=row.version,
            )
            return _Known(settings, row.key_sealed)

        return await self._database.read(unit)

    async def save_key(
        self, settings: GuildSettings, key: ApiKey, *, actor_id: UserId, now: datetime
    ) -> GuildSettings:
        """Store host and key; see the port."""
        sealed = self._vault.seal(
            key.value, bound_to=key_bound_to(settings.guild_id, settings.host_url)
        )
        return await self._save(settings, key.fingerprint, sealed, actor_id=actor_id, now=now)

    async def remove_key(
        self, settings: GuildSettings, *, actor_id: UserId, now: datetime
    ) -> GuildSettings:
        """Forget the key; see the port."""
        return await self._save(settings, None, None, actor_id=actor_id, now=now)

    async def _save(
        self,
        settings: GuildSettings,
        fingerprint: str | None,
        sealed: bytes | None,
        *,
        actor_id: UserId,
        now: datetime,
    ) -> GuildSettings:
        saved = replace(settings, key_fingerprint=fingerprint, version=settings.version + 1)

        def unit(connection: Connection) -> GuildSettings:
            announce(connection, [saved.guild_id])
            _write(connection, saved, sealed)
            move_to_host(connection, saved)
            unpark_server(connection, saved.guild_id)
            connection.execute(
                insert(t.audit).values(
                    guild_id=saved.guild_id,
                    actor_id=actor_id,
                    at=now,
                    name="key",
                    old=key_words(settings),
                    new=key_words(saved),
                )
            )
            return saved

        try:
            return await self._database.write(unit)
        finally:  # where its answer was lost, it may have been carried out
            forget(self._database, [saved.guild_id])


@dataclass(frozen=True, slots=True)
class _Known:
    """A guild's row; the key stays sealed in memory, and nothing is set where there is no row."""

    settings: GuildSettings | None
    sealed: bytes | None = field(repr=False)


def key_words(settings: GuildSettings) -> str | None:
    """Say in the history which key it was, without saying the key."""
    if settings.key_fingerprint is None:
        return None
    return f"{settings.host_url} {settings.key_fingerprint}"


def key_bound_to(guild_id: GuildId, host_url: str) -> str:
    """Return what a server's key is sealed with: it opens for this server and this host only."""
    return f"guild {guild_id} host {host_url}"


def _write(connection: Connection, saved: GuildSettings, sealed: bytes | None) -> None:
    values = {
        "host_url": saved.host_url,
        "key_sealed": sealed,
        "key_fingerprint": saved.key_fingerprint,
        "version": saved.version,
    }
    held = select(t.guild.c.version).where(t.guild.c.guild_id == saved.guild_id)
    version = connection.execute(held).scalar()
    if version is None and saved.version == 1:
        if not insert_new(connection, t.guild, {"guild_id": saved.guild_id, **values}):
            raise StaleWrite
        return
    changed = connection.execute(
        update(t.guild)
        .where(t.guild.c.guild_id == saved.guild_id, t.guild.c.version == saved.version - 1)
        .values(**values)
    )
    if changed.rowcount != 1:
        raise StaleWrite
