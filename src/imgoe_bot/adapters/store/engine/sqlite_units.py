"""Units on SQLite: writes in order, several in one transaction; reads beside them.

Measured: docs/decisions/0016.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import Connection, NestedTransaction, StaticPool, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from imgoe_bot.adapters.store.engine.units import Got, Unit

GROUP_MAX = 64
"""Units in one transaction at most: the first of them waits for the last."""
READERS = 2
"""Connections for reading: what takes long keeps the other one free."""

Done = TypeVar("Done")


class UnitConnection(aiosqlite.Connection):
    """aiosqlite's connection, on whose thread whole functions are run."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what ``sqlite3.connect`` takes."""
        super().__init__(partial(sqlite3.connect, *args, **kwargs), iter_chunk_size=64)
        self._thread.daemon = True  # a process that is told to end does not wait for it

    async def run(self, function: Callable[[], Done]) -> Done:
        """Run a function on the connection's thread, after what was asked for before."""
        done: Done = await getattr(self, "_execute")(function)  # noqa: B009  # it has no types
        return done

    @property
    def sqlite(self) -> sqlite3.Connection:
        """What the thread talks to; for functions that ``run`` runs."""
        return self._conn


def begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a read that turns into a write can't wait for it in SQLite.

    Source: sqlite.org, "Transactions", on SQLITE_BUSY in a deferred transaction.
    """
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


class _Line:
    """One connection of the engine's, opened at its first use, and the units that run on it."""

    def __init__(self, engine: AsyncEngine, **options: str) -> None:
        self._engine = engine
        self._options = options
        self._opening = asyncio.Lock()
        self._pooled: AsyncConnection | None = None
        self._driver: UnitConnection | None = None
        self._connection: Connection | None = None
        self.waiting = 0

    async def run(self, unit: Unit[Got]) -> Got:
        """Run a unit on the connection's thread."""
        self.waiting += 1
        try:
            driver, connection = await self._open()
            return await driver.run(partial(unit, connection))
        finally:
            self.waiting -= 1

    async def _open(self) -> tuple[UnitConnection, Connection]:
        async with self._opening:
            if self._driver is None or self._connection is None:
                self._pooled = await self._engine.connect()
                raw = await self._pooled.get_raw_connection()
                driver = raw.driver_connection
                if not isinstance(driver, UnitConnection):
                    raise TypeError("this engine was not opened by open_engine")
                self._connection = await driver.run(partial(self._connect, driver))
                self._driver = driver
            return self._driver, self._connection

    def _connect(self, driver: UnitConnection) -> Connection:
        engine = create_engine("sqlite://", creator=lambda: driver.sqlite, poolclass=StaticPool)
        event.listen(engine, "begin", begin_immediate)
        connection = engine.connect()
        return connection.execution_options(**self._options) if self._options else connection

    async def close(self) -> None:
        """Give the connection back to the engine, which closes it."""
        if self._driver is not None and self._connection is not None:
            await self._driver.run(self._connection.close)
        if self._pooled is not None:
            await self._pooled.close()
        self._driver = self._connection = self._pooled = None


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A unit, and who waits for what it returns."""

    unit: Unit[Any]
    outcome: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a unit of a committed group came to: what it returned, or why it alone was undone."""

    got: Any = None
    error: Exception | None = None


class SqliteUnits:
    """Runs units on a SQLite file."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writer = _Line(engine)
        self._readers = [_Line(engine, isolation_level="AUTOCOMMIT") for _ in range(READERS)]
        self._waiting: list[_Waiting] = []
        self._working: asyncio.Task[None] | None = None

    async def write(self, unit: Unit[Got]) -> Got:
        """Run a unit in a transaction, maybe with others; see ``UnitRunner``."""
        outcome: asyncio.Future[Got] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(unit, outcome))
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return await outcome

    async def _work(self) -> None:
        """Carry out what waits, group after group."""
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:GROUP_MAX], self._waiting[GROUP_MAX:]
                await self._carry_out(group)
        finally:
            self._working = None

    async def _carry_out(self, group: Sequence[_Waiting]) -> None:
        units = [each.unit for each in group]
        try:
            outcomes = await self._writer.run(partial(_in_one_transaction, units))
        except Exception as error:  # nothing of the group was stored
            outcomes = [_Outcome(error=error)] * len(group)
        for each, outcome in zip(group, outcomes, strict=True):
            _tell(each.outcome, outcome)

    async def read(self, unit: Unit[Got]) -> Got:
        """Run a unit that sees what is committed; see ``UnitRunner``."""
        reader = min(self._readers, key=lambda line: line.waiting)
        return await reader.run(partial(_outside_transactions, unit))

    async def close(self) -> None:
        """Close every connection."""
        for line in (self._writer, *self._readers):
            await line.close()
        await self._engine.dispose()


def _tell(waiting: asyncio.Future[Any], outcome: _Outcome) -> None:
    if waiting.done():
        return
    if outcome.error is None:
        waiting.set_result(outcome.got)
    else:
        waiting.set_exception(outcome.error)


def _in_one_transaction(units: Sequence[Unit[Any]], connection: Connection) -> list[_Outcome]:
    """Carry out all units or none, but for those that fail by themselves."""
    try:
        with connection.begin():
            if len(units) == 1:
                return [_Outcome(_run(units[0], connection))]
            return [_carried_out(unit, connection) for unit in units]
    finally:
        connection.connection.rollback()  # SQLite goes on with one whose COMMIT it refuses


def _carried_out(unit: Unit[Any], connection: Connection) -> _Outcome:
    savepoint = connection.begin_nested()
    try:
        got = _run(unit, connection)
    except Exception as error:
        _undo(savepoint, because=error)
        return _Outcome(error=error)
    savepoint.commit()
    return _Outcome(got)


def _undo(savepoint: NestedTransaction, *, because: Exception) -> None:
    """Undo one unit; where SQLite has undone everything, as on a full disk, say why it did."""
    try:
        savepoint.rollback()
    except SQLAlchemyError:
        raise because from None


def _outside_transactions(unit: Unit[Got], connection: Connection) -> Got:
    try:
        return _run(unit, connection)
    finally:
        connection.rollback()  # ends nothing but SQLAlchemy's own notion of a transaction


def _run(unit: Unit[Got], connection: Connection) -> Got:
    try:
        return unit(connection)
    except StopIteration as error:  # no future takes it: who waits would do so for ever
        raise RuntimeError("a unit iterated too far") from error
