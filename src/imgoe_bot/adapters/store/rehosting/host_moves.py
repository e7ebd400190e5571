"""Moving what is stored of a host, page by page: each transaction is short, and may be the last."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, select

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.rehosting import servers, uploads
from imgoe_bot.adapters.store.rehosting.unfinished import move_unfinished
from imgoe_bot.adapters.store.settings.change_notices import forget
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.host_move import HostMove, MoveCounts
from imgoe_bot.domain.ids import GuildId, PostId

PAGE = 200
"""Posts or servers a transaction."""


class SqlHostMoveStore:
    """``ports.HostMoveStore`` in SQL."""

    def __init__(self, database: Database, *, vault: Vault, page: int = PAGE) -> None:
        self._database = database
        self._vault = vault
        self._page = page

    async def known_hosts(self) -> tuple[str, ...]:
        """Return what hosts something is stored of; see the port."""
        of_uploads = select(t.upload.c.host_url).group_by(t.upload.c.host_url)
        of_servers = select(t.guild.c.host_url).group_by(t.guild.c.host_url)

        def unit(connection: Connection) -> tuple[str, ...]:
            found = {*connection.execute(of_uploads.union(of_servers)).scalars()}
            return tuple(sorted(found - {""}))

        return await self._database.read(unit)

    async def look_at_servers(
        self, move: HostMove, after: GuildId
    ) -> tuple[MoveCounts, GuildId | None]:
        """Count the servers that would be moved; see the port."""

        def unit(connection: Connection) -> tuple[MoveCounts, GuildId | None]:
            found = servers.servers_after(connection, after, limit=self._page, locked=False)
            moved = servers.moved_servers(found, move, vault=self._vault)
            return MoveCounts(servers=len(moved)), GuildId(found[-1].guild_id) if found else None

        return await self._database.read(unit)

    async def move_servers(
        self, move: HostMove, after: GuildId, *, now: datetime
    ) -> tuple[MoveCounts, GuildId | None]:
        """Move servers' settings; see the port."""
        changed: list[GuildId] = []

        def unit(connection: Connection) -> tuple[MoveCounts, GuildId | None]:
            found = servers.servers_after(connection, after, limit=self._page, locked=True)
            moved = servers.moved_servers(found, move, vault=self._vault)
            changed[:] = [each.after.guild_id for each in moved]
            servers.write_servers(connection, moved, now=now)
            if not found:
                move_unfinished(connection, move)
            return MoveCounts(servers=len(moved)), GuildId(found[-1].guild_id) if found else None

        try:
            return await self._database.write(unit)
        finally:  # where its answer was lost, it may have been carried out
            forget(self._database, changed)

    async def look_at_uploads(
        self, move: HostMove, after: PostId
    ) -> tuple[MoveCounts, PostId | None]:
        """Count the copies that would be moved; see the port."""

        def unit(connection: Connection) -> tuple[MoveCounts, PostId | None]:
            posts = uploads.posts_after(connection, after, limit=self._page)
            moved = uploads.find_moved(connection, move, posts, vault=self._vault, locked=False)
            cards = uploads.cards_of(connection, moved)
            return uploads.counts_of(moved, cards), posts[-1] if posts else None

        return await self._database.read(unit)

    async def move_uploads(
        self, move: HostMove, after: PostId, *, cards_at: Callable[[GuildId], datetime]
    ) -> tuple[MoveCounts, PostId | None]:
        """Move copies, and have their cards shown anew; see the port."""

        def unit(connection: Connection) -> tuple[MoveCounts, PostId | None]:
            posts = uploads.posts_after(connection, after, limit=self._page)
            moved = uploads.find_moved(connection, move, posts, vault=self._vault, locked=True)
            cards = uploads.cards_of(connection, moved)
            uploads.write_moved(connection, moved)
            uploads.order_refresh(connection, cards, cards_at)
            return uploads.counts_of(moved, cards), posts[-1] if posts else None

        return await self._database.write(unit)
