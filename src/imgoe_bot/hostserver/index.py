"""The index of uploads."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from imgoe_bot.hostserver.records import Upload
from imgoe_bot.hostserver.schema import upload_tags, uploads

_COLUMNS = [field.name for field in fields(Upload) if field.name != "tags"]
_SELECTED = [uploads.c.id, *(uploads.c[name] for name in _COLUMNS)]


def _upload(row: Row[*tuple[Any, ...]], tags: Sequence[str]) -> Upload:
    values = dict(zip(_COLUMNS, row[1:], strict=True))
    return Upload(**values, tags=tuple(tags))


async def _tags_of(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {upload_id: [] for upload_id in ids}
    query = select(upload_tags.c.upload_id, upload_tags.c.tag)
    ordered = query.where(upload_tags.c.upload_id.in_(ids)).order_by(upload_tags.c.position)
    for upload_id, tag in await connection.execute(ordered):
        found[upload_id].append(tag)
    return found


class UploadIndex:
    """What is known of every upload, on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, upload: Upload) -> None:
        """Add an upload and its tags in one transaction."""
        values = {name: getattr(upload, name) for name in _COLUMNS}
        async with self._engine.begin() as connection:
            added = insert(uploads).values(values).returning(uploads.c.id)
            upload_id = await connection.scalar(added)
            if upload.tags:
                rows = [
                    {"upload_id": upload_id, "tag": tag, "position": position}
                    for position, tag in enumerate(upload.tags)
                ]
                await connection.execute(insert(upload_tags), rows)

    async def find(self, public_id: str) -> Upload | None:
        """Return the upload with this public id."""
        query = select(*_SELECTED).where(uploads.c.public_id == public_id)
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            tags = await _tags_of(connection, [row.id])
        return _upload(row, tags[row.id])

    async def remove(self, public_id: str) -> bool:
        """Forget an upload; answers whether this call was the one that did."""
        async with self._engine.begin() as connection:
            gone = await connection.execute(delete(uploads).where(uploads.c.public_id == public_id))
        return gone.rowcount == 1

    async def count_view(self, public_id: str) -> None:
        """Add one to the views of an upload."""
        counted = update(uploads).where(uploads.c.public_id == public_id)
        async with self._engine.begin() as connection:
            await connection.execute(counted.values(views=uploads.c.views + 1))
