"""What people said about being mirrored, under a keyed hash instead of who they are."""

import hashlib
import hmac
from datetime import datetime

from sqlalchemy import select

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine import Database
from imgoe_bot.adapters.store.finishing import finishing
from imgoe_bot.adapters.store.upsert import upsert
from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.domain.mirror import PersonChoice

_PURPOSE = b"imgoe_bot person choice"


@finishing
class SqlChoiceStore:
    """``ports.ChoiceStore`` in SQL; without the secret key its rows name nobody."""

    def __init__(self, database: Database, *, secret_key: bytes) -> None:
        self._database = database
        self._key = hmac.digest(secret_key, _PURPOSE, hashlib.sha256)

    async def find(self, user_id: UserId, guild_id: GuildId) -> PersonChoice | None:
        """Return the person's choice for this server; see the port."""
        query = select(t.person_choice.c.choice).where(
            t.person_choice.c.mark == self._mark(user_id),
            t.person_choice.c.guild_id == guild_id,
        )
        async with self._database.read() as connection:
            found = (await connection.execute(query)).scalar()
        return None if found is None else PersonChoice(found)

    async def choose(
        self, user_id: UserId, guild_id: GuildId, choice: PersonChoice, *, at: datetime
    ) -> None:
        """Store a choice over the one before."""
        async with self._database.write() as connection:
            await upsert(
                connection,
                t.person_choice,
                key={"mark": self._mark(user_id), "guild_id": guild_id},
                values={"choice": choice.value, "at": at},
            )

    def _mark(self, user_id: UserId) -> str:
        return hmac.new(self._key, str(user_id).encode(), hashlib.sha256).hexdigest()
