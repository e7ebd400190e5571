"""Rows of uploads, read and written within a transaction of whoever calls."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select, update

from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.index.database import advisory_lock
from imgoe_bot.hostserver.index.records import Upload
from imgoe_bot.hostserver.index.schema import idempotency_keys, upload_tags, uploads, users

UNFINISHED_S = 3_600  # storing one file never takes an hour: whoever began it is dead
_COLUMNS = [field.name for field in fields(Upload) if field.name != "tags"]
SELECTED = [uploads.c.id, *(uploads.c[name] for name in _COLUMNS)]
# Built once: making a statement of forty columns costs more than running it.
_ADD = insert(uploads)
_ADD_TAGGED = _ADD.returning(uploads.c.id)
IS_FINISHED = uploads.c.begun_at.is_(None)
NOT_EXPIRED = or_(uploads.c.expires_at.is_(None), uploads.c.expires_at > bindparam("now_s"))
_FIND_SENT = (
    select(*SELECTED)
    .where(uploads.c.key_id == bindparam("key_id"), uploads.c.sent_md5 == bindparam("sent_md5"))
    .where(NOT_EXPIRED, or_(IS_FINISHED, uploads.c.begun_at > bindparam("dead_s")))
    .order_by(uploads.c.id.desc())
    .limit(1)
)
_FREE_KEY = delete(idempotency_keys).where(idempotency_keys.c.public_id == bindparam("freed_id"))
_USE_QUOTA = (
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


class Duplicate(Exception):
    """These bytes were uploaded with this key before; ``upload`` is what they became."""

    def __init__(self, upload: Upload) -> None:
        super().__init__(upload.public_id)
        self.upload = upload


def _upload(row: Row[*tuple[Any, ...]], tags: Sequence[str]) -> Upload:
    values = dict(zip(_COLUMNS, row[1:], strict=True))
    return Upload(**values, tags=tuple(tags))


def with_tags(connection: Connection, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Upload]:
    """Return the uploads of selected rows, in their order."""
    tags: dict[int, list[str]] = {row[0]: [] for row in rows}
    query = select(upload_tags.c.upload_id, upload_tags.c.tag)
    ordered = query.where(upload_tags.c.upload_id.in_(tags)).order_by(upload_tags.c.position)
    for upload_id, tag in connection.execute(ordered):
        tags[upload_id].append(tag)
    return [_upload(row, tags[row[0]]) for row in rows]


def _use_quota(connection: Connection, upload: Upload) -> None:
    """Count an upload's bytes against its user's quota, in the same transaction as its row."""
    values = {"user_id": upload.user_id, "size_bytes": upload.stored_bytes}
    if connection.execute(_USE_QUOTA, values).rowcount == 0:
        raise Fault(Reason.OVER_QUOTA)


def find_sent(connection: Connection, key_id: int, sent_md5: str, now_s: int) -> Upload | None:
    """Return the newest upload of these bytes with this key, even one on its way."""
    values = {"key_id": key_id, "sent_md5": sent_md5, "now_s": now_s}
    rows = connection.execute(_FIND_SENT, values | {"dead_s": now_s - UNFINISHED_S}).all()
    return next(iter(with_tags(connection, rows)), None)


def check_new(connection: Connection, upload: Upload, now_s: int) -> None:
    """Check that its key has not sent these bytes before, nor sends them at this moment.

    Raises:
        Duplicate: it has.
    """
    if upload.key_id is None:
        return
    advisory_lock(connection, int(upload.sent_md5[:15], 16) ^ upload.key_id)
    earlier = find_sent(connection, upload.key_id, upload.sent_md5, now_s)
    if earlier is not None:
        raise Duplicate(earlier)


def add(connection: Connection, upload: Upload) -> None:
    """Add an upload with its tags and its share of the quota.

    Raises:
        Fault: its user has no quota left for it.
    """
    if upload.user_id is not None:
        _use_quota(connection, upload)
    values = {name: getattr(upload, name) for name in _COLUMNS}
    if not upload.tags:
        connection.execute(_ADD, values)
        return
    upload_id = connection.execute(_ADD_TAGGED, values).scalar_one()
    rows = [
        {"upload_id": upload_id, "tag": tag, "position": position}
        for position, tag in enumerate(upload.tags)
    ]
    connection.execute(insert(upload_tags), rows)


def remove(connection: Connection, upload: Upload) -> bool:
    """Remove an upload and free its quota; answers whether it was there.

    One that was never finished frees its Idempotency-Key too; any other's goes on saying so.
    """
    if upload.begun_at is not None:
        connection.execute(_FREE_KEY, {"freed_id": upload.public_id})
    gone = connection.execute(delete(uploads).where(uploads.c.public_id == upload.public_id))
    if gone.rowcount and upload.user_id is not None:
        after = users.c.used_bytes - upload.stored_bytes
        freed = update(users).where(users.c.id == upload.user_id).values(used_bytes=after)
        connection.execute(freed)
    return gone.rowcount == 1
