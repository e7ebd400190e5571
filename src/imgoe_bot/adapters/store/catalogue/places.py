"""The place of an upload in the library: what is found there has one, newest first from the top.

It tells when the upload was stored, and is its number in the search index. An upload that is
deleted, or that is being erased, has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    bindparam,
    case,
    func,
    insert,
    select,
    update,
)

from imgoe_bot.adapters.store import rows, search_index
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.catalogue.tallies import count_stored
from imgoe_bot.adapters.store.engine.advisory_locks import take_advisory_lock
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.ids import ChannelId
from imgoe_bot.domain.job import Step
from imgoe_bot.domain.upload import Upload

PLACES_A_SECOND = 1 << 14
"""So near to each other that the search index, which stores distances, stays small.

What is stored beyond that in one second shares the last place.
"""

_SECOND = timedelta(seconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

UNLISTED: dict[str, Any] = {"place": None, "folded_name": None, "marks": None}
"""The columns of an upload that is not in the library any more."""


@dataclass(frozen=True, slots=True)
class PostPlace:
    """Where a post was made: its channel, and what that stands in."""

    channel_id: ChannelId
    parent_ids: tuple[ChannelId, ...] = ()


PLACE_OF_POST = select(t.post.c.channel_id, t.post.c.parent_ids)


def place_of_post(row: rows.Columns) -> PostPlace:
    """Return the place of a row of ``PLACE_OF_POST``."""
    return PostPlace(ChannelId(row["channel_id"]), rows.parents_from(row))


def first_place(moment: datetime) -> int:
    """Return the lowest place of what was stored at a time."""
    return (moment - _EPOCH) // _SECOND * PLACES_A_SECOND


def _free_place() -> ColumnElement[Any]:
    """Return the place after the highest one that is taken in the upload's second."""
    lowest = bindparam("lowest_place", type_=BigInteger)
    last = lowest + (PLACES_A_SECOND - 1)
    other = t.upload.alias("neighbour")
    taken = select(func.max(other.c.place)).where(other.c.place.between(lowest, last - 1))
    erasing = select(t.job.c.id).where(
        t.job.c.post_id == bindparam("of_post"), t.job.c.step == Step.ERASE.value
    )
    free = func.coalesce(taken.scalar_subquery() + 1, lowest)
    return case((erasing.exists(), None), else_=free)


_INSERT = insert(t.upload).values(place=_free_place())


def store_uploads(
    connection: Connection,
    uploads: Sequence[Upload],
    place: PostPlace,
    *,
    vault: Vault,
) -> None:
    """Store uploads of one post, and count them.

    Two transactions at once would find the same place free.

    Args:
        connection: in a transaction.
        uploads: one at least.
        place: where that was made.
        vault: seals delete links.
    """
    values = [rows.upload_values(upload, vault) | _found_by(upload, place) for upload in uploads]
    take_advisory_lock(connection, "places")
    connection.execute(_INSERT, values)
    count_stored(connection, uploads, channel_id=place.channel_id)


def _found_by(upload: Upload, place: PostPlace) -> dict[str, Any]:
    marks = search_index.marks_of(
        guild_id=upload.guild_id,
        uploader_id=upload.uploader_id,
        channel_ids=(place.channel_id, *place.parent_ids),
        tags=upload.tags,
    )
    return {
        "folded_name": search_index.folded(upload.filename),
        "marks": marks,
        "lowest_place": first_place(upload.created_at),
        "of_post": upload.post_id,
    }


def being_erased() -> ColumnElement[bool]:
    """Say of a post that there is a job to erase it."""
    erasing = select(t.job.c.id).where(
        t.job.c.post_id == t.post.c.id, t.job.c.step == Step.ERASE.value
    )
    return erasing.exists()


def unlist(connection: Connection, *which: ColumnElement[bool]) -> None:
    """Take uploads out of the library."""
    connection.execute(
        update(t.upload).where(*which, t.upload.c.place.is_not(None)).values(**UNLISTED)
    )
