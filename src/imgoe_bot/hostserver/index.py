"""The index of uploads."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from imgoe_bot.hostserver.database import Database
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.names import is_id
from imgoe_bot.hostserver.records import Upload
from imgoe_bot.hostserver.schema import upload_tags, uploads, users

_COLUMNS = [field.name for field in fields(Upload) if field.name != "tags"]
_SELECTED = [uploads.c.id, *(uploads.c[name] for name in _COLUMNS)]
# Built once: making a statement of forty columns costs more than running it.
_ADD = insert(uploads).returning(uploads.c.id)
_FIND = select(*_SELECTED).where(uploads.c.public_id == bindparam("public_id"))
_TAKE_ROOM = (
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .where(
        or_(
            users.c.quota_bytes.is_(None),
            users.c.used_bytes + bindparam("size_bytes") <= users.c.quota_bytes,
        )
    )
    .values(used_bytes=users.c.used_bytes + bindparam("size_bytes"))
)
_COUNT_VIEW = (
    update(uploads)
    .where(uploads.c.public_id == bindparam("viewed_id"))
    .values(views=uploads.c.views + 1)
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which uploads a list shows; None of an attribute leaves it open.

    Attributes:
        before: continue after the upload with this number, as ``Page.following`` said.
    """

    user_id: int | None = None
    album_id: int | None = None
    tag: str | None = None
    is_approved: bool | None = None
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, newest first; ``following`` is None at its end."""

    uploads: tuple[Upload, ...]
    following: int | None


def _upload(row: Row[*tuple[Any, ...]], tags: Sequence[str]) -> Upload:
    values = dict(zip(_COLUMNS, row[1:], strict=True))
    return Upload(**values, tags=tuple(tags))


def _with_tags(connection: Connection, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Upload]:
    tags: dict[int, list[str]] = {row[0]: [] for row in rows}
    query = select(upload_tags.c.upload_id, upload_tags.c.tag)
    ordered = query.where(upload_tags.c.upload_id.in_(tags)).order_by(upload_tags.c.position)
    for upload_id, tag in connection.execute(ordered):
        tags[upload_id].append(tag)
    return [_upload(row, tags[row[0]]) for row in rows]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    equal = {
        uploads.c.user_id: wanted.user_id,
        uploads.c.album_id: wanted.album_id,
        uploads.c.is_approved: wanted.is_approved,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if wanted.before is not None:
        conditions.append(uploads.c.id < wanted.before)
    if wanted.tag is not None:
        tagged = select(upload_tags.c.upload_id).where(upload_tags.c.tag == wanted.tag)
        conditions.append(uploads.c.id.in_(tagged))
    return conditions


def _take_room(connection: Connection, upload: Upload) -> None:
    """Count an upload's bytes against its user's quota, in the same transaction as its row."""
    values = {"user_id": upload.user_id, "size_bytes": upload.stored_bytes}
    if connection.execute(_TAKE_ROOM, values).rowcount == 0:
        raise Fault(Reason.OVER_QUOTA)


def _add(connection: Connection, upload: Upload) -> None:
    if upload.user_id is not None:
        _take_room(connection, upload)
    values = {name: getattr(upload, name) for name in _COLUMNS}
    upload_id = connection.execute(_ADD, values).scalar_one()
    rows = [
        {"upload_id": upload_id, "tag": tag, "position": position}
        for position, tag in enumerate(upload.tags)
    ]
    if rows:
        connection.execute(insert(upload_tags), rows)


def _remove(connection: Connection, upload: Upload) -> bool:
    gone = connection.execute(delete(uploads).where(uploads.c.public_id == upload.public_id))
    if gone.rowcount and upload.user_id is not None:
        after = users.c.used_bytes - upload.stored_bytes
        freed = update(users).where(users.c.id == upload.user_id).values(used_bytes=after)
        connection.execute(freed)
    return gone.rowcount == 1


class UploadIndex:
    """What is known of every upload, on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, upload: Upload) -> None:
        """Add an upload with its tags and its share of the quota in one transaction.

        Raises:
            Fault: its user has no room for it.
        """
        await self._database.run(lambda connection: _add(connection, upload))

    async def find(self, public_id: str) -> Upload | None:
        """Return the upload with this public id."""
        if not is_id(public_id):
            return None

        def read(connection: Connection) -> list[Upload]:
            rows = connection.execute(_FIND, {"public_id": public_id}).all()
            return _with_tags(connection, rows)

        found = await self._database.run(read)
        return found[0] if found else None

    async def find_sent(self, key_id: int, sent_md5: str) -> Upload | None:
        """Return the newest upload of these bytes with this key."""
        sent = (uploads.c.key_id == key_id, uploads.c.sent_md5 == sent_md5)
        query = select(*_SELECTED).where(*sent).order_by(uploads.c.id.desc()).limit(1)

        def read(connection: Connection) -> list[Upload]:
            return _with_tags(connection, connection.execute(query).all())

        found = await self._database.run(read)
        return found[0] if found else None

    async def list_page(self, wanted: Wanted) -> Page:
        """Return uploads, newest first."""
        query = select(*_SELECTED).where(*_conditions(wanted))
        ordered = query.order_by(uploads.c.id.desc()).limit(wanted.limit + 1)

        def read(connection: Connection) -> Page:
            rows = connection.execute(ordered).all()
            shown = rows[: wanted.limit]
            following = shown[-1][0] if len(rows) > len(shown) else None
            return Page(tuple(_with_tags(connection, shown)), following)

        return await self._database.run(read)

    async def count_waiting(self) -> int:
        """Return how many uploads wait for approval."""
        counted = select(func.count()).where(uploads.c.is_approved.is_(False))

        def read(connection: Connection) -> int:
            return connection.execute(counted).scalar_one()

        return await self._database.run(read)

    async def list_expired(self, now_s: float, *, limit: int = 100) -> list[Upload]:
        """Return uploads whose time has come, the longest overdue first."""
        query = select(*_SELECTED).where(uploads.c.expires_at <= int(now_s))
        ordered = query.order_by(uploads.c.expires_at).limit(limit)

        def read(connection: Connection) -> list[Upload]:
            return _with_tags(connection, connection.execute(ordered).all())

        return await self._database.run(read)

    async def remove(self, upload: Upload) -> bool:
        """Forget an upload and free its room; answers whether this call was the one that did."""
        return await self._database.run(lambda connection: _remove(connection, upload))

    async def approve(self, public_id: str, *, name: str) -> None:
        """Note that an upload is public now, under this name."""
        found = update(uploads).where(uploads.c.public_id == public_id)
        approved = found.values(is_approved=True, name=name)
        await self._database.run(lambda connection: connection.execute(approved))

    async def count_view(self, public_id: str) -> None:
        """Add one to the views of an upload."""
        values = {"viewed_id": public_id}
        await self._database.run(lambda connection: connection.execute(_COUNT_VIEW, values))
