"""Users and their API keys."""

from collections.abc import Callable

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from imgoe_bot.hostserver.auth import Seal, new_key
from imgoe_bot.hostserver.records import Account
from imgoe_bot.hostserver.schema import api_keys, users

OWNER = "owner"


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
            "label": label[:100],
            "digest": self._seal.key_digest(key),
            "ending": key[-4:],
            "created_at": int(self._clock()),
        }
        await connection.execute(insert(api_keys).values(row))
        return key

    async def _add_user(self, connection: AsyncConnection, name: str, *, is_admin: bool) -> int:
        row = {"name": name, "is_admin": is_admin, "created_at": int(self._clock())}
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

    async def find_by_key(self, key: str) -> Account | None:
        """Return whose key this is; None for one that is unknown or revoked."""
        query = (
            select(users.c.id, users.c.name, users.c.is_admin, api_keys.c.id, users.c.quota_bytes)
            .join_from(api_keys, users)
            .where(api_keys.c.digest == self._seal.key_digest(key))
            .where(api_keys.c.revoked_at.is_(None))
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else Account(*row)
