"""The index of uploads."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    or_,
    select,
    update,
)

from imgoe_bot.hostserver.faults import Fault
from imgoe_bot.hostserver.index.database import Database
from imgoe_bot.hostserver.index.records import Upload
from imgoe_bot.hostserver.index.schema import upload_tags, uploads
from imgoe_bot.hostserver.index.upload_rows import (
    IS_FINISHED,
    NOT_EXPIRED,
    SELECTED,
    UNFINISHED_S,
    find_sent,
    with_tags,
)
from imgoe_bot.hostserver.names import is_id

_FIND = select(*SELECTED).where(
    uploads.c.public_id == bindparam("public_id"), IS_FINISHED, NOT_EXPIRED
)
_COUNT_VIEW = (
    update(uploads)
    .where(uploads.c.public_id == bindparam("viewed_id"))
    .values(views=uploads.c.views + 1)
)


@dataclass(frozen=True, slots=True)
class UploadFilter:
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


def _conditions(wanted: UploadFilter) -> list[ColumnElement[bool]]:
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


def _page(connection: Connection, ordered: Select[*tuple[Any, ...]], limit: int) -> Page:
    rows = connection.execute(ordered.limit(limit + 1)).all()
    shown = rows[:limit]
    following = shown[-1][0] if len(rows) > len(shown) else None
    return Page(tuple(with_tags(connection, shown)), following)


class UploadIndex:
    """What is known of every upload, on SQLite or PostgreSQL.

    An upload whose files are on their way, or whose time has come, counts as none here;
    ``UploadLifecycle`` is for those who store and remove.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def find(self, public_id: str) -> Upload | None:
        """Return the upload with this public id."""
        if not is_id(public_id):
            return None
        values = {"public_id": public_id, "now_s": int(self._clock())}

        def read(connection: Connection) -> list[Upload]:
            return with_tags(connection, connection.execute(_FIND, values).all())

        found = await self._database.run(read)
        return found[0] if found else None

    async def find_sent(self, key_id: int, sent_md5: str) -> Upload | None:
        """Return the newest upload of these bytes with this key, even one on its way."""
        now_s = int(self._clock())
        return await self._database.run(
            lambda connection: find_sent(connection, key_id, sent_md5, now_s)
        )

    async def list_page(self, wanted: UploadFilter) -> Page:
        """Return uploads, newest first."""
        query = select(*SELECTED).where(*_conditions(wanted), IS_FINISHED, NOT_EXPIRED)
        ordered = query.order_by(uploads.c.id.desc()).params(now_s=int(self._clock()))
        return await self._database.run(lambda connection: _page(connection, ordered, wanted.limit))

    async def count_waiting(self) -> int:
        """Return how many uploads wait for approval."""
        query = select(func.count()).where(
            uploads.c.is_approved.is_(False), IS_FINISHED, NOT_EXPIRED
        )
        counted = query.params(now_s=int(self._clock()))
        return await self._database.run(lambda connection: connection.execute(counted).scalar_one())

    async def list_overdue(self, *, after: int = 0, limit: int = 100) -> Page:
        """Return uploads to remove, oldest first: their time has come, or nobody finished them."""
        now_s = int(self._clock())
        dead = uploads.c.begun_at <= now_s - UNFINISHED_S
        overdue = or_(uploads.c.expires_at <= now_s, dead)
        query = select(*SELECTED).where(overdue, uploads.c.id > after).order_by(uploads.c.id)
        return await self._database.run(lambda connection: _page(connection, query, limit))

    async def count_view(self, public_id: str) -> None:
        """Add one to the views of an upload, if the index takes it: nobody's page hangs on that."""
        values = {"viewed_id": public_id}
        with suppress(Fault):
            await self._database.run(lambda connection: connection.execute(_COUNT_VIEW, values))
