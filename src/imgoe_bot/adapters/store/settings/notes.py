"""Short texts by name: what a process keeps for its next start."""

from sqlalchemy import Connection, select

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.upsert import insert_new, upsert


class SqlNotes:
    """Short texts by name, such as the hash of the commands last synced."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, name: str) -> str | None:
        """Return a note, None when there is none."""
        query = select(t.note.c.value).where(t.note.c.name == name)

        def unit(connection: Connection) -> str | None:
            return connection.execute(query).scalar()

        return await self._database.read(unit)

    async def write(self, name: str, value: str) -> None:
        """Write a note over whatever it said."""

        def unit(connection: Connection) -> None:
            upsert(connection, t.note, key={"name": name}, values={"value": value})

        await self._database.write(unit)

    async def write_once(self, name: str, value: str) -> bool:
        """Write a note; False when there is one of that name, which is left alone."""

        def unit(connection: Connection) -> bool:
            return insert_new(connection, t.note, {"name": name, "value": value})

        return await self._database.write(unit)
