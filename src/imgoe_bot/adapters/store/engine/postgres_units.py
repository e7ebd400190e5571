"""Units on PostgreSQL: side by side, each in a transaction of its own."""

from sqlalchemy.ext.asyncio import AsyncEngine

from imgoe_bot.adapters.store.engine.units import Got, Unit


class PostgresUnits:
    """Runs units on connections of the engine's pool."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def write(self, unit: Unit[Got]) -> Got:
        """Run a unit in a transaction; see ``UnitRunner``."""
        async with self._engine.begin() as connection:
            return await connection.run_sync(unit)

    async def read(self, unit: Unit[Got]) -> Got:
        """Run a unit that sees what is committed; see ``UnitRunner``."""
        async with self._engine.connect() as connection:
            unlocked = await connection.execution_options(isolation_level="AUTOCOMMIT")
            return await unlocked.run_sync(unit)

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
