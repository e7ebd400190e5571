"""Servers that have set a host that moved: their setting, their key, and what waits for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.claiming.parked import unpark_server
from imgoe_bot.adapters.store.lanes import move_to_host
from imgoe_bot.adapters.store.settings.change_notices import announce
from imgoe_bot.adapters.store.settings.guilds import key_bound_to, key_words
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.guild import GuildSettings
from imgoe_bot.domain.host_move import HostMove
from imgoe_bot.domain.ids import GuildId

OPERATOR = 0
"""Who has changed it, by the history: nobody of the server."""


@dataclass(frozen=True, slots=True)
class MovedServer:
    """A server's settings before and after."""

    before: GuildSettings
    after: GuildSettings
    sealed: bytes | None


def servers_after(
    connection: Connection, after: int, *, limit: int, locked: bool
) -> Sequence[Row[tuple[object, ...]]]:
    """Return the servers that follow, by their ids."""
    query = select(t.guild).where(t.guild.c.guild_id > after).order_by(t.guild.c.guild_id)
    query = query.limit(limit)
    return connection.execute(query.with_for_update() if locked else query).all()


def moved_servers(
    found: Sequence[Row[tuple[object, ...]]], move: HostMove, *, vault: Vault
) -> list[MovedServer]:
    """Return those of them whose host moves.

    Raises:
        ConfigError: a key does not open with the secret key.
    """
    return [_moved(row, new, vault) for row in found if (new := move.moved_host(row.host_url))]


def _moved(row: Row[tuple[object, ...]], host_url: str, vault: Vault) -> MovedServer:
    guild_id = GuildId(row.guild_id)
    before = GuildSettings(guild_id, row.host_url, row.key_fingerprint, row.version)
    after = replace(before, host_url=host_url, version=before.version + 1)
    sealed = row.key_sealed
    if sealed is not None:
        key = vault.open(sealed, bound_to=key_bound_to(guild_id, before.host_url))
        sealed = vault.seal(key, bound_to=key_bound_to(guild_id, host_url))
    return MovedServer(before, after, sealed)


def write_servers(connection: Connection, moved: Sequence[MovedServer], *, now: datetime) -> None:
    """Write the settings, a line each in the history, and let what waits do so for the new host."""
    announce(connection, [each.after.guild_id for each in moved])
    for each in moved:
        values = {"host_url": each.after.host_url, "version": each.after.version}
        mine = t.guild.c.guild_id == each.after.guild_id
        connection.execute(update(t.guild).where(mine).values(**values, key_sealed=each.sealed))
        move_to_host(connection, each.after)
        unpark_server(connection, each.after.guild_id)
        connection.execute(
            insert(t.audit).values(
                guild_id=each.after.guild_id,
                actor_id=OPERATOR,
                at=now,
                name="key",
                old=key_words(each.before) or each.before.host_url,
                new=key_words(each.after) or each.after.host_url,
            )
        )
