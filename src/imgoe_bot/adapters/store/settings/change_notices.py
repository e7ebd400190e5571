"""What servers have set, kept in memory until it is changed, in this process or in another."""

from collections.abc import Iterable
from typing import Protocol

from sqlalchemy import Connection

from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.engine.notices import notify
from imgoe_bot.domain.ids import GuildId

CHANNEL = "imgoe_settings"


class CachingStore(Protocol):
    """A store that keeps servers' rows in memory."""

    def drop(self, guild_id: GuildId) -> None:
        """Forget what is in memory of a server."""
        ...

    def drop_all(self) -> None:
        """Forget what is in memory of all servers."""
        ...


def drop_on_change(store: CachingStore, database: Database) -> None:
    """Have a store forget a server whenever something it has set is changed."""

    def callback(payload: str | None) -> None:
        if payload is None:
            store.drop_all()
        else:
            store.drop(GuildId(int(payload)))

    database.notices.subscribe(CHANNEL, callback)


def announce(connection: Connection, guild_ids: Iterable[GuildId]) -> None:
    """Have other processes forget what they know of servers, in the unit that changes it."""
    for guild_id in guild_ids:
        notify(connection, CHANNEL, str(guild_id))


def forget(database: Database, guild_ids: Iterable[GuildId]) -> None:
    """Have this process forget it; also where a unit's answer was lost."""
    for guild_id in guild_ids:
        database.notices.tell(CHANNEL, str(guild_id))
