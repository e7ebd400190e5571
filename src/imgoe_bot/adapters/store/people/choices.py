"""What people said about being mirrored, under a keyed hash instead of who they are."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.upsert import upsert
from imgoe_bot.domain.choices import EVERYWHERE, PersonChoice, choice_in
from imgoe_bot.domain.ids import GuildId, UserId

_PURPOSE = b"imgoe_bot person choice"


class SqlChoiceStore:
    """``ports.ChoiceStore`` in SQL; without the secret key its rows name nobody."""

    def __init__(self, database: Database, *, secret_key: bytes) -> None:
        self._database = database
        self._key = hmac.digest(secret_key, _PURPOSE, hashlib.sha256)

    async def find(self, user_id: UserId, guild_id: GuildId) -> PersonChoice | None:
        """Return the person's choice for this server; see the port."""
        return choice_in(guild_id, await self.of_person(user_id))

    async def of_person(self, user_id: UserId) -> Mapping[GuildId, PersonChoice]:
        """Return all that a person said, by server."""
        query = select(t.person_choice.c.guild_id, t.person_choice.c.choice).where(
            t.person_choice.c.mark == self._mark(user_id)
        )

        def unit(connection: Connection) -> Mapping[GuildId, PersonChoice]:
            found = connection.execute(query)
            return {GuildId(guild_id): PersonChoice(choice) for guild_id, choice in found}

        return await self._database.read(unit)

    async def choose(
        self, user_id: UserId, guild_id: GuildId, choice: PersonChoice, *, at: datetime
    ) -> None:
        """Store a choice over the one before; one for everywhere over all of them."""

        def unit(connection: Connection) -> None:
            if guild_id == EVERYWHERE:
                mine = t.person_choice.c.mark == self._mark(user_id)
                connection.execute(delete(t.person_choice).where(mine))
            upsert(
                connection,
                t.person_choice,
                key={"mark": self._mark(user_id), "guild_id": guild_id},
                values={"choice": choice.value, "at": at},
            )

        await self._database.write(unit)

    def _mark(self, user_id: UserId) -> str:
        return hmac.new(self._key, str(user_id).encode(), hashlib.sha256).hexdigest()
