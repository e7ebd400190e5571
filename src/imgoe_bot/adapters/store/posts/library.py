"""Searching and counting the copies that exist."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    func,
    or_,
    select,
    true,
    type_coerce,
)

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.posts.shared_copies import UPLOAD
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.ids import ChannelId, UploadId
from imgoe_bot.domain.job import State, Step
from imgoe_bot.domain.library import Day, Entry, Query, Scope, Tally
from imgoe_bot.errors import UploadNotFound

_DAY_US = timedelta(days=1) // timedelta(microseconds=1)
_FIRST_DAY = date(1970, 1, 1)

ENTRY = UPLOAD.add_columns(
    t.post.c.channel_id.label("_channel"),
    t.post.c.message_id.label("_message"),
    t.post.c.nsfw.label("_nsfw"),
).join_from(t.upload, t.post, t.post.c.id == t.upload.c.post_id)
"""What ``entry_from`` reads."""


class SqlLibraryStore:
    """``LibraryStore`` and ``StatsStore`` in SQL."""

    def __init__(self, database: Database, *, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def count(self, scope: Scope, query: Query) -> int:
        """Return how many fit."""
        counted = (
            select(func.count())
            .select_from(t.upload)
            .join(t.post, t.post.c.id == t.upload.c.post_id)
            .where(*_reached(scope), *_fits(query), *_EXISTS)
        )

        def unit(connection: Connection) -> int:
            return int(connection.execute(counted).scalar_one())

        return await self._database.read(unit)

    async def find(
        self, scope: Scope, query: Query, *, limit: int, offset: int = 0
    ) -> tuple[Entry, ...]:
        """Return those that fit, newest first."""
        found = (
            ENTRY.where(*_reached(scope), *_fits(query), *_EXISTS)
            .order_by(t.upload.c.created_at.desc(), t.upload.c.position, t.upload.c.id)
            .limit(limit)
            .offset(offset)
        )
        return await self._entries(found)

    async def get(self, upload_id: UploadId) -> Entry:
        """Return one; see the port."""
        found = await self._entries(ENTRY.where(t.upload.c.id == upload_id, *_EXISTS))
        if not found:
            raise UploadNotFound
        return found[0]

    async def tally(self, scope: Scope, *, since: datetime, channels: int) -> Tally:
        """Count what was stored and what failed; see the port."""
        mine = (*_reached(scope), t.upload.c.created_at >= since)

        def unit(connection: Connection) -> Tally:
            return Tally(
                days=_days(connection, mine),
                channels=_channels(connection, mine, channels),
                failures=_failures(connection, scope, since),
            )

        return await self._database.read(unit)

    async def _entries(self, query: Select[Any]) -> tuple[Entry, ...]:
        def unit(connection: Connection) -> tuple[Entry, ...]:
            found = connection.execute(query).mappings().all()
            return tuple(entry_from(row, self._vault) for row in found)

        return await self._database.read(unit)


def entry_from(row: rows.Columns, vault: Vault) -> Entry:
    """Return the entry of a row of ``ENTRY``."""
    return Entry(
        upload=rows.upload_from(row, vault),
        channel_id=ChannelId(row["_channel"]),
        message_id=row["_message"],
        nsfw=row["_nsfw"],
    )


def being_erased() -> ColumnElement[bool]:
    """Say of a post that there is a job to erase it."""
    erasing = select(t.job.c.id).where(
        t.job.c.post_id == t.post.c.id, t.job.c.step == Step.ERASE.value
    )
    return erasing.exists()


_EXISTS = (t.upload.c.deleted_at.is_(None), ~being_erased())

Conditions = tuple[ColumnElement[bool], ...]


def _reached(scope: Scope) -> Conditions:
    user_id, guild_id = scope.user_id, scope.guild_id
    return (
        true() if user_id is None else t.upload.c.uploader_id == user_id,
        true() if guild_id is None else t.upload.c.guild_id == guild_id,
    )


def _fits(query: Query) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.search:
        conditions.append(t.upload.c.filename.icontains(query.search, autoescape=True))
    if query.tag:
        listed = "," + t.upload.c.tags + ","
        conditions.append(listed.icontains(f",{query.tag},", autoescape=True))
    if query.channel_id is not None:
        parents = "," + t.post.c.parent_ids + ","
        below = parents.contains(f",{query.channel_id},")
        conditions.append(or_(t.post.c.channel_id == query.channel_id, below))
    if query.since is not None:
        midnight = datetime.combine(query.since, time(), UTC)
        conditions.append(t.upload.c.created_at >= midnight)
    return conditions


def _days(connection: Connection, mine: Conditions) -> tuple[Day, ...]:
    day = type_coerce(t.upload.c.created_at, BigInteger) // _DAY_US
    counted = select(day, func.count(), func.sum(t.upload.c.size_bytes)).where(*mine).group_by(day)
    found = connection.execute(counted)
    return tuple(
        Day(_FIRST_DAY + timedelta(days=int(number)), int(files), int(size))
        for number, files, size in found
    )


def _channels(
    connection: Connection, mine: Conditions, limit: int
) -> tuple[tuple[ChannelId, int], ...]:
    counted = (
        select(t.post.c.channel_id, func.count())
        .join(t.upload, t.upload.c.post_id == t.post.c.id)
        .where(*mine)
        .group_by(t.post.c.channel_id)
        .order_by(func.count().desc(), t.post.c.channel_id)
        .limit(limit)
    )
    found = connection.execute(counted)
    return tuple((ChannelId(channel_id), int(files)) for channel_id, files in found)


def _failures(connection: Connection, scope: Scope, since: datetime) -> tuple[tuple[str, int], ...]:
    conditions = [
        t.job.c.step == Step.UPLOAD.value,
        t.job.c.state == State.DEAD.value,
        t.post.c.created_at >= since,
    ]
    if scope.user_id is not None:
        conditions.append(t.post.c.author_id == scope.user_id)
    if scope.guild_id is not None:
        conditions.append(t.post.c.guild_id == scope.guild_id)
    counted = (
        select(t.job.c.error, func.count())
        .join(t.post, t.post.c.id == t.job.c.post_id)
        .where(*conditions)
        .group_by(t.job.c.error)
    )
    found = connection.execute(counted)
    return tuple((str(name), int(count)) for name, count in found)
