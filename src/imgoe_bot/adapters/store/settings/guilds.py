"""Guild settings and keys: sealed, versioned, audited."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.upsert import insert_new
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.guild import ApiKey, GuildSettings
from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.errors import StaleWrite


class SqlGuildStore:
    """``ports.GuildStore`` in SQL."""

    def __init__(self, database: Database, *, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def find_settings(self, guild_id: GuildId) -> GuildSettings | None:
        """Return what the guild has set; see the port."""
        query = select(t.guild).where(t.guild.c.guild_id == guild_id)

        def unit(connection: Connection) -> GuildSettings | None:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            return GuildSettings(
                guild_id=guild_id,
                host_url=row.host_url,
                key_fingerprint=row.key_fingerprint,
                version=row.version,
            )

        return await self._database.read(unit)

    async def find_key(self, guild_id: GuildId) -> ApiKey | None:
        """Return the guild's key; see the port."""
        query = select(t.guild.c.host_url, t.guild.c.key_sealed).where(
            t.guild.c.guild_id == guild_id
        )

        def unit(connection: Connection) -> ApiKey | None:
            row = connection.execute(query).one_or_none()
            if row is None or row.key_sealed is None:
                return None
            return ApiKey(
                self._vault.open(row.key_sealed, bound_to=_bound_to(guild_id, row.host_url))
            )

        return await self._database.read(unit)

    async def save_key(
        self, settings: GuildSettings, key: ApiKey, *, actor_id: UserId, now: datetime
    ) -> GuildSettings:
        """Store host and key; see the port."""
        sealed = self._vault.seal(
            key.value, bound_to=_bound_to(settings.guild_id, settings.host_url)
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
            _write(connection, saved, sealed)
            connection.execute(
                insert(t.audit).values(
                    guild_id=saved.guild_id,
                    actor_id=actor_id,
                    at=now,
                    name="key",
                    old=_key_words(settings),
                    new=_key_words(saved),
                )
            )
            return saved

        return await self._database.write(unit)


def _key_words(settings: GuildSettings) -> str | None:
    """Say in the history which key it was, without saying the key."""
    if settings.key_fingerprint is None:
        return None
    return f"{settings.host_url} {settings.key_fingerprint}"


def _bound_to(guild_id: GuildId, host_url: str) -> str:
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
