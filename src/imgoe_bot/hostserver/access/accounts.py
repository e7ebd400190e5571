"""Users and their API keys."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from imgoe_bot.hostserver.access.secrets import Signer, new_key
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.index.database import Database, advisory_lock
from imgoe_bot.hostserver.index.records import Account, ApiKey
from imgoe_bot.hostserver.index.schema import api_keys, ended_sessions, users

OWNER = "owner"
NAME_LIMIT = 100
REMEMBERED_S = 5
REMEMBERED_KEYS = 1_000
ADMIN_KEYS_LOCK = 0x61646D69  # any number of ours
_ACCOUNT = (users.c.id, users.c.name, users.c.is_admin)
_QUOTA = (users.c.quota_bytes, users.c.used_bytes)
_ADMIN_KEYS = (
    select(func.count())
    .select_from(api_keys.join(users))
    .where(users.c.is_admin, api_keys.c.revoked_at.is_(None))
)
_KEY = ("id", "user_id", "label", "ending", "created_at", "revoked_at")


class Accounts:
    """Who may upload, on SQLite or PostgreSQL; a new user may store ``quota_bytes``.

    A key that was looked up is remembered for five seconds; so a key revoked by another process
    may work that much longer, one revoked here ends at once.
    """

    def __init__(
        self,
        database: Database,
        *,
        signer: Signer,
        clock: Callable[[], float],
        quota_bytes: int | None,
    ) -> None:
        self._database = database
        self._signer = signer
        self._clock = clock
        self._quota_bytes = quota_bytes
        self._remembered: dict[str, tuple[float, Account]] = {}

    def _add_key(self, connection: Connection, user_id: int, label: str) -> str:
        key = new_key()
        row = {
            "user_id": user_id,
            "label": label[:NAME_LIMIT],
            "digest": self._signer.key_digest(key),
            "ending": key[-4:],
            "created_at": int(self._clock()),
        }
        connection.execute(insert(api_keys).values(row))
        return key

    def _add_user(self, connection: Connection, name: str, *, is_admin: bool) -> int:
        row = {
            "name": name[:NAME_LIMIT],
            "is_admin": is_admin,
            "quota_bytes": None if is_admin else self._quota_bytes,
            "created_at": int(self._clock()),
        }
        added = connection.execute(insert(users).values(row).returning(users.c.id))
        user_id: int = added.scalar_one()
        return user_id

    async def create_owner_once(self) -> str | None:
        """Create the owner with one key where there is no user yet.

        Returns:
            The key, which is kept nowhere in the clear; None when there were users already.
        """

        def work(connection: Connection) -> str | None:
            if connection.scalar(select(func.count()).select_from(users)):
                return None
            owner_id = self._add_user(connection, OWNER, is_admin=True)
            return self._add_key(connection, owner_id, "first key")

        try:
            return await self._database.run(work)
        except IntegrityError:  # another process, starting now too, was quicker
            return None

    async def create_key(self, label: str, *, user: str = OWNER) -> str:
        """Return a new key of a user, who is created (without admin rights) when unknown."""

        def work(connection: Connection) -> str:
            user_id = connection.scalar(select(users.c.id).where(users.c.name == user))
            if user_id is None:
                user_id = self._add_user(connection, user, is_admin=user == OWNER)
            return self._add_key(connection, user_id, label)

        return await self._database.run(work)

    async def revoke_key(self, key_id: int) -> None:
        """Make a key worthless; its uploads stay.

        Raises:
            Fault: no admin could sign in any more.
        """
        found = update(api_keys).where(api_keys.c.id == key_id)
        revoked = found.values(revoked_at=int(self._clock()))

        def work(connection: Connection) -> None:
            advisory_lock(connection, ADMIN_KEYS_LOCK)
            connection.execute(revoked)
            if not connection.scalar(_ADMIN_KEYS):
                raise Fault(
                    Reason.FORBIDDEN, "This is the last key of an admin; make another first"
                )

        await self._database.run(work)
        self._remembered.clear()

    async def set_quota(self, user_id: int, quota_bytes: int | None) -> bool:
        """Limit what a user may store; None lifts the limit. Answers False for an unknown user."""
        found = update(users).where(users.c.id == user_id)
        changed = found.values(quota_bytes=quota_bytes)

        def work(connection: Connection) -> bool:
            return connection.execute(changed).rowcount == 1

        return await self._database.run(work)

    async def find_by_key(self, key: str) -> Account | None:
        """Return whose key this is; None for one that is unknown or revoked.

        What it says of the user's quota may be seconds old.
        """
        digest, now = self._signer.key_digest(key), self._clock()
        until, account = self._remembered.get(digest, (0.0, None))
        if account is not None and now < until:
            return account
        found = await self._find(api_keys.c.digest == digest)
        if found is not None:
            if len(self._remembered) >= REMEMBERED_KEYS:
                self._remembered.clear()
            self._remembered[digest] = (now + REMEMBERED_S, found)
        return found

    async def find_by_session(self, key_id: int, session_id: str) -> Account | None:
        """Return whose session this is; None when its key was revoked or it was ended."""
        ended = exists().where(ended_sessions.c.session_id == session_id)
        return await self._find(api_keys.c.id == key_id, ~ended)

    async def end_session(self, session_id: str, *, expires_at: int) -> None:
        """Make a session worthless before its time; a repeat is safe."""
        known = exists().where(ended_sessions.c.session_id == session_id)
        over = delete(ended_sessions).where(ended_sessions.c.expires_at <= int(self._clock()))

        def work(connection: Connection) -> None:
            connection.execute(over)
            if not connection.scalar(select(known)):
                row = {"session_id": session_id, "expires_at": expires_at}
                connection.execute(insert(ended_sessions).values(row))

        with suppress(IntegrityError):  # ended twice at the same moment
            await self._database.run(work)

    async def _find(self, *conditions: ColumnElement[bool]) -> Account | None:
        query = (
            select(*_ACCOUNT, api_keys.c.id, *_QUOTA)
            .join_from(api_keys, users)
            .where(*conditions, api_keys.c.revoked_at.is_(None))
        )

        def read(connection: Connection) -> Account | None:
            row: Any = connection.execute(query).one_or_none()
            return None if row is None else Account(*row)

        return await self._database.run(read)

    async def list_users(self) -> list[Account]:
        """Return every user, oldest first, without a key."""
        query = select(*_ACCOUNT, *_QUOTA).order_by(users.c.id)

        def read(connection: Connection) -> list[Account]:
            rows = connection.execute(query)
            return [Account(row[0], row[1], row[2], None, row[3], row[4]) for row in rows]

        return await self._database.run(read)

    async def list_keys(self) -> list[ApiKey]:
        """Return what may be shown of every key, newest first."""
        query = select(*(api_keys.c[name] for name in _KEY)).order_by(api_keys.c.id.desc())

        def read(connection: Connection) -> list[ApiKey]:
            return [ApiKey(*row) for row in connection.execute(query)]

        return await self._database.run(read)
