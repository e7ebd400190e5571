"""Short texts by name: what a process keeps for its next start."""

from sqlalchemy import select

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.engine.shielding import shielded
from imgoe_bot.adapters.store.upsert import insert_new, upsert


@shielded
class SqlNotes:
    """Short texts by name, such as the hash of the commands last synced."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, name: str) -> str | None:
        """Return a note, None when there is none."""
        query = select(t.note.c.value).where(t.note.c.name == name)
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalar()

    async def write(self, name: str, value: str) -> None:
        """Write a note over whatever it said."""
        async with self._database.write() as connection:
            await upsert(connection, t.note, key={"name": name}, values={"value": value})

    async def write_once(self, name: str, value: str) -> bool:
        """Write a note; False when there is one of that name, which is left alone."""
        async with self._database.write() as connection:
            return await insert_new(connection, t.note, {"name": name, "value": value})
