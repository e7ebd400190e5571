"""Users and their API keys."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from imgoe_bot.hostserver.auth import Seal, new_key
from imgoe_bot.hostserver.records import Account, ApiKey
from imgoe_bot.hostserver.schema import api_keys, users

OWNER = "owner"
NAME_LIMIT = 100
_ACCOUNT = (users.c.id, users.c.name, users.c.is_admin)
_ROOM = (users.c.quota_bytes, users.c.used_bytes)


def _account(row: Row[*tuple[Any, ...]] | None) -> Account | None:
    return None if row is None else Account(*row)


class Accounts:
    """Who may upload, on SQLite or PostgreSQL."""

    def __init__(self, engine: AsyncEngine, *, seal: Seal, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._seal = seal
        self._clock = clock

    async def _add_key(self, connection: AsyncConnection, user_id: int, label: str) -> str:
        key = new_key()
        row = {
            "user_id": user_id,
            "label": label[:NAME_LIMIT],
            "digest": self._seal.key_digest(key),
            "ending": key[-4:],
            "created_at": int(self._clock()),
        }
        await connection.execute(insert(api_keys).values(row))
        return key

    async def _add_user(self, connection: AsyncConnection, name: str, *, is_admin: bool) -> int:
        row = {"name": name[:NAME_LIMIT], "is_admin": is_admin, "created_at": int(self._clock())}
        added = await connection.execute(insert(users).values(row).returning(users.c.id))
        user_id: int = added.scalar_one()
        return user_id

    async def open_first(self) -> str | None:
        """Create the owner with one key where there is no user yet.

        Returns:
            The key, which is kept nowhere in the clear; None when there were users already.
        """
        async with self._engine.begin() as connection:
            if await connection.scalar(select(func.count()).select_from(users)):
                return None
            owner_id = await self._add_user(connection, OWNER, is_admin=True)
            return await self._add_key(connection, owner_id, "first key")

    async def create_key(self, label: str, *, user: str = OWNER) -> str:
        """Return a new key of a user, who is created (without admin rights) when unknown."""
        async with self._engine.begin() as connection:
            user_id = await connection.scalar(select(users.c.id).where(users.c.name == user))
            if user_id is None:
                user_id = await self._add_user(connection, user, is_admin=user == OWNER)
            return await self._add_key(connection, user_id, label)

    async def revoke_key(self, key_id: int) -> None:
        """Make a key worthless; its uploads stay."""
        revoked = update(api_keys).where(api_keys.c.id == key_id)
        async with self._engine.begin() as connection:
            await connection.execute(revoked.values(revoked_at=int(self._clock())))

    async def set_quota(self, user_id: int, quota_bytes: int | None) -> None:
        """Limit what a user may store; None lifts the limit."""
        changed = update(users).where(users.c.id == user_id)
        async with self._engine.begin() as connection:
            await connection.execute(changed.values(quota_bytes=quota_bytes))

    async def find_by_key(self, key: str) -> Account | None:
        """Return whose key this is; None for one that is unknown or revoked."""
        return await self._find(api_keys.c.digest, self._seal.key_digest(key))

    async def find_by_key_id(self, key_id: int) -> Account | None:
        """Return whose key this is; None for one that is unknown or revoked."""
        return await self._find(api_keys.c.id, key_id)

    async def _find(self, column: Any, value: object) -> Account | None:
        query = (
            select(*_ACCOUNT, api_keys.c.id, *_ROOM)
            .join_from(api_keys, users)
            .where(column == value)
            .where(api_keys.c.revoked_at.is_(None))
        )
        async with self._engine.connect() as connection:
            return _account((await connection.execute(query)).one_or_none())

    async def list_users(self) -> list[Account]:
        """Return every user, oldest first, without a key."""
        query = select(*_ACCOUNT, *_ROOM).order_by(users.c.id)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return [Account(row[0], row[1], row[2], None, row[3], row[4]) for row in rows]

    async def list_keys(self) -> list[ApiKey]:
        """Return what may be shown of every key, newest first."""
        columns = ("id", "user_id", "label", "ending", "created_at", "revoked_at")
        query = select(*(api_keys.c[name] for name in columns)).order_by(api_keys.c.id.desc())
        async with self._engine.connect() as connection:
            return [ApiKey(*row) for row in await connection.execute(query)]
