"""Albums and categories."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from imgoe_bot.hostserver.index.database import Database
from imgoe_bot.hostserver.index.records import Album
from imgoe_bot.hostserver.index.schema import albums, categories, uploads
from imgoe_bot.hostserver.index.upload_rows import IS_FINISHED, NOT_EXPIRED
from imgoe_bot.hostserver.names import is_id, new_id

_ALBUM = [
    albums.c[name]
    for name in ("id", "public_id", "user_id", "name", "description", "is_private", "created_at")
]


class AlbumIndex:
    """Albums and categories that uploads can be put in, on SQLite or PostgreSQL."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def create_album(
        self, user_id: int, name: str, *, description: str | None, is_private: bool
    ) -> Album:
        """Return a new, empty album."""
        row: dict[str, Any] = {
            "public_id": new_id(),
            "user_id": user_id,
            "name": name,
            "description": description,
            "is_private": is_private,
            "created_at": int(self._clock()),
        }
        added = insert(albums).values(row).returning(albums.c.id)
        album_id: int = await self._database.run(
            lambda connection: connection.execute(added).scalar_one()
        )
        return Album(album_id, **row)

    async def find_album(self, public_id: str) -> Album | None:
        """Return the album with this public id."""
        found = await self._albums(albums.c.public_id == public_id) if is_id(public_id) else []
        return found[0] if found else None

    async def list_albums(self, user_id: int | None = None) -> list[Album]:
        """Return a user's albums, or everybody's, newest first."""
        return await self._albums(*(() if user_id is None else (albums.c.user_id == user_id,)))

    async def _albums(self, *conditions: ColumnElement[bool]) -> list[Album]:
        query = select(*_ALBUM).where(*conditions).order_by(albums.c.id.desc())

        def read(connection: Connection) -> list[Album]:
            return [Album(*row) for row in connection.execute(query)]

        return await self._database.run(read)

    async def count_uploads(self) -> dict[int, int]:
        """Return how many uploads lie in each album that has any, by the album's number."""
        query = select(uploads.c.album_id, func.count()).where(
            uploads.c.album_id.is_not(None), IS_FINISHED, NOT_EXPIRED
        )
        grouped = query.group_by(uploads.c.album_id).params(now_s=int(self._clock()))

        def read(connection: Connection) -> dict[int, int]:
            return {row[0]: row[1] for row in connection.execute(grouped)}

        return await self._database.run(read)

    async def add_category(self, name: str) -> bool:
        """Add a category; answers False where there is one of this name."""
        added = insert(categories).values(name=name)
        try:
            await self._database.run(lambda connection: connection.execute(added))
        except IntegrityError:
            return False
        return True

    async def list_categories(self) -> dict[int, str]:
        """Return the names of all categories by their number."""
        query = select(categories.c.id, categories.c.name).order_by(categories.c.name)

        def read(connection: Connection) -> dict[int, str]:
            return {row[0]: row[1] for row in connection.execute(query)}

        return await self._database.run(read)
