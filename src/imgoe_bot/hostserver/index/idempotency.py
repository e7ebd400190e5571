"""Which upload a request with an ``Idempotency-Key`` became.

A key is noted in the transaction that notes its upload, and freed in the one that undoes it, so of
two requests with one key at the same instant one becomes an upload, on any number of processes.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from imgoe_bot.hostserver.index.database import Database
from imgoe_bot.hostserver.index.records import Upload
from imgoe_bot.hostserver.index.schema import idempotency_keys, uploads
from imgoe_bot.hostserver.index.upload_rows import NOT_EXPIRED, SELECTED, with_tags

KEPT_S = 3 * 24 * 3_600

_CLAIM = {
    "sqlite": sqlite.insert(idempotency_keys).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(idempotency_keys).on_conflict_do_nothing(),
}
_FIND = select(idempotency_keys.c.fingerprint, idempotency_keys.c.public_id).where(
    idempotency_keys.c.user_id == bindparam("user_id"),
    idempotency_keys.c.digest == bindparam("digest"),
)
_UPLOAD = select(*SELECTED).where(uploads.c.public_id == bindparam("public_id"), NOT_EXPIRED)
_OVERDUE = delete(idempotency_keys).where(idempotency_keys.c.kept_until <= bindparam("now_s"))


@dataclass(frozen=True, slots=True)
class RequestKey:
    """A request as its key stands for it.

    Attributes:
        user_id: whose key it is; another account's is another key.
        digest: of the key.
        fingerprint: of the bytes and of what was asked for.
    """

    user_id: int
    digest: str
    fingerprint: str


class KeyTaken(Exception):
    """Another request has this key."""


@dataclass(frozen=True, slots=True)
class FirstRequest:
    """The request that had a key first.

    Attributes:
        upload: what it became, perhaps not finished yet; None once that is gone.
    """

    fingerprint: str
    upload: Upload | None


def claim_key(connection: Connection, key: RequestKey, *, public_id: str, now_s: int) -> None:
    """Note, in the caller's transaction, which upload a request becomes.

    Raises:
        KeyTaken: another request was first.
    """
    values = {
        "user_id": key.user_id,
        "digest": key.digest,
        "fingerprint": key.fingerprint,
        "public_id": public_id,
        "kept_until": now_s + KEPT_S,
    }
    if connection.execute(_CLAIM[connection.dialect.name], values).rowcount == 0:
        raise KeyTaken


class IdempotencyIndex:
    """Looks keys up, and forgets the old ones."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def find(self, user_id: int, digest: str) -> FirstRequest | None:
        """Return the first request of an account that had a key, None when there was none."""
        values = {"user_id": user_id, "digest": digest}
        now_s = int(self._clock())

        def read(connection: Connection) -> FirstRequest | None:
            row = connection.execute(_FIND, values).one_or_none()
            if row is None:
                return None
            wanted = {"public_id": row.public_id, "now_s": now_s}
            found = with_tags(connection, connection.execute(_UPLOAD, wanted).all())
            return FirstRequest(row.fingerprint, found[0] if found else None)

        return await self._database.run(read)

    async def sweep(self) -> None:
        """Forget keys that were kept long enough."""
        values = {"now_s": int(self._clock())}
        await self._database.run(lambda connection: connection.execute(_OVERDUE, values))
