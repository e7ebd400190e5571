"""Albums and categories."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from imgoe_bot.hostserver.names import is_id, new_id
from imgoe_bot.hostserver.records import Album
from imgoe_bot.hostserver.schema import albums, categories, uploads

_ALBUM = [
    albums.c[name]
    for name in ("id", "public_id", "user_id", "name", "description", "is_private", "created_at")
]


class Shelves:
    """Where uploads can be put, on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine, *, clock: Callable[[], float]) -> None:
        self._engine = engine
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
        async with self._engine.begin() as connection:
            album_id = (await connection.execute(added)).scalar_one()
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
        async with self._engine.connect() as connection:
            return [Album(*row) for row in await connection.execute(query)]

    async def count_uploads(self) -> dict[int, int]:
        """Return how many uploads lie in each album that has any, by the album's number."""
        query = select(uploads.c.album_id, func.count()).where(uploads.c.album_id.is_not(None))
        async with self._engine.connect() as connection:
            rows = await connection.execute(query.group_by(uploads.c.album_id))
            return {row[0]: row[1] for row in rows}

    async def add_category(self, name: str) -> bool:
        """Add a category; answers False where there is one of this name."""
        try:
            async with self._engine.begin() as connection:
                await connection.execute(insert(categories).values(name=name))
        except IntegrityError:
            return False
        return True

    async def list_categories(self) -> dict[int, str]:
        """Return the names of all categories by their number."""
        query = select(categories.c.id, categories.c.name).order_by(categories.c.name)
        async with self._engine.connect() as connection:
            return {row[0]: row[1] for row in await connection.execute(query)}
