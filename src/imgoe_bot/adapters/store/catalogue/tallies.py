"""Uploads counted by day as they are stored, so that statistics need not count them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, select, tuple_

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.upsert import add_all
from imgoe_bot.domain.ids import ChannelId, UserId
from imgoe_bot.domain.library import Day, Scope
from imgoe_bot.domain.upload import Upload

ALL = 0
"""In the place of a user or a channel: all of them."""

_FIRST_DAY = date(1970, 1, 1)
_KEY = ("guild_id", "user_id", "day", "channel_id")

Key = tuple[int, int, int, int]


@dataclass(slots=True)
class _Sum:
    files: int = 0
    size_bytes: int = 0


def day_number(moment: datetime) -> int:
    """Return the day (UTC) of a time, counted since 1970."""
    return (moment.astimezone(UTC).date() - _FIRST_DAY).days


def count_stored(
    connection: Connection, uploads: Iterable[Upload], *, channel_id: ChannelId
) -> None:
    """Count uploads in the transaction that stores them, in one statement.

    Args:
        connection: in a transaction.
        uploads: of one post.
        channel_id: where that was posted.
    """
    sums: dict[Key, _Sum] = {}
    for upload in uploads:
        day, size_bytes = day_number(upload.created_at), upload.stored.size_bytes
        place = (upload.guild_id, upload.uploader_id, day, channel_id)
        _add(sums, place, files=1, size_bytes=size_bytes)
    _store(connection, sums)


def uncount_post(connection: Connection, post_id: str) -> None:
    """Take a post's uploads out of what was counted, before they are erased."""
    columns = (t.upload.c.uploader_id, t.upload.c.guild_id, t.upload.c.created_at)
    stored = (
        select(*columns, t.post.c.channel_id, t.upload.c.size_bytes)
        .join_from(t.upload, t.post)
        .where(t.upload.c.post_id == post_id)
    )
    sums: dict[Key, _Sum] = {}
    for user_id, guild_id, created_at, channel_id, size_bytes in connection.execute(stored):
        place = (guild_id, user_id, day_number(created_at), channel_id)
        _add(sums, place, files=-1, size_bytes=-size_bytes)
    _store(connection, sums)
    if sums:
        key = tuple_(*(t.tally.c[name] for name in _KEY))
        connection.execute(delete(t.tally).where(key.in_(list(sums)), t.tally.c.files <= 0))


def _add(sums: dict[Key, _Sum], place: Key, *, files: int, size_bytes: int) -> None:
    guild_id, user_id, day, channel_id = place
    for user in (ALL, user_id):
        for channel in (ALL, channel_id):
            counted = sums.setdefault((guild_id, user, day, channel), _Sum())
            counted.files += files
            counted.size_bytes += size_bytes


def _store(connection: Connection, sums: dict[Key, _Sum]) -> None:
    """Add sums to those that stand there, always in the same order, so that nobody deadlocks."""
    rows: list[dict[str, Any]] = [
        dict(zip(_KEY, key, strict=True))
        | {"files": counted.files, "size_bytes": counted.size_bytes}
        for key, counted in sorted(sums.items())
    ]
    add_all(connection, t.tally, key=_KEY, rows=rows)


def days_of(connection: Connection, scope: Scope, *, since: datetime) -> tuple[Day, ...]:
    """Return what was stored on each day on which something was."""
    columns = (t.tally.c.day, func.sum(t.tally.c.files), func.sum(t.tally.c.size_bytes))
    counted = (
        select(*columns)
        .where(*_reached(scope, since), t.tally.c.channel_id == ALL)
        .group_by(t.tally.c.day)
    )
    return tuple(
        Day(_FIRST_DAY + timedelta(days=day), int(files), int(size_bytes))
        for day, files, size_bytes in connection.execute(counted)
    )


def busiest_channels(
    connection: Connection, scope: Scope, *, since: datetime, limit: int
) -> tuple[tuple[ChannelId, int], ...]:
    """Return the channels with the most files first."""
    files = func.sum(t.tally.c.files)
    counted = (
        select(t.tally.c.channel_id, files)
        .where(*_reached(scope, since), t.tally.c.channel_id != ALL)
        .group_by(t.tally.c.channel_id)
        .order_by(files.desc(), t.tally.c.channel_id)
        .limit(limit)
    )
    found = connection.execute(counted)
    return tuple((ChannelId(channel_id), int(number)) for channel_id, number in found)


def _reached(scope: Scope, since: datetime) -> list[ColumnElement[bool]]:
    user_id = UserId(ALL) if scope.user_id is None else scope.user_id
    reached = [t.tally.c.user_id == user_id, t.tally.c.day >= day_number(since)]
    if scope.guild_id is not None:
        return [*reached, t.tally.c.guild_id == scope.guild_id]
    return [*reached, t.ONE_PERSON]  # has an index
