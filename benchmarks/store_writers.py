"""One way to write to the store, measured in a process of its own by ``bench_store``.

    python -m benchmarks.store_writers WAY URL CALLERS UNITS

prints CPU milliseconds a unit, units a second, and the longest stall of the event loop in
milliseconds as JSON. A unit stores a post with two jobs, reads it and leases one: five statements.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, create_engine, event, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from imgoe_bot.adapters.store import Database, migrate, open_engine
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.sqlite_units import begin_immediate
from imgoe_bot.domain.ids import new_id

TICK_S = 0.001
WARM_UP = 20
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
Statements = Sequence[tuple[Any, dict[str, Any]]]  # SQLAlchemy's statements have no common type
Write = Callable[[Statements], Awaitable[None]]

_FIND = select(t.post).where(t.post.c.id == bindparam("mine"))
_LEASE = (
    update(t.job)
    .where(t.job.c.post_id == bindparam("mine"), t.job.c.step == "upload")
    .values(state="leased", attempts=1)
)


def statements() -> Statements:
    """Return a unit's statements and their values."""
    id_ = new_id()
    post = {"id": id_, "origin": "mirror", "guild_id": 1, "channel_id": 2, "author_id": 3}
    job = {"post_id": id_, "guild_id": 1, "state": "ready", "run_at": NOW, "attempts": 0}
    item = {"attachment_id": 0, "position": 0, "filename": "cat.png", "spoiler": False}
    return (
        (insert(t.post), post | {"nsfw": False, "created_at": NOW}),
        (insert(t.job), job | item | {"step": "upload"}),
        (insert(t.job), job | item | {"step": "announce"}),
        (_FIND, {"mine": id_}),
        (_LEASE, {"mine": id_}),
    )


def carry_out(connection: Connection, unit: Statements) -> None:
    """Carry out a unit's statements one after the other."""
    for statement, values in unit:
        found = connection.execute(statement, values)
        if found.returns_rows:
            found.all()


async def carry_out_each(connection: AsyncConnection, unit: Statements) -> None:
    """Do the same, with a hand-over to the connection's thread for each."""
    for statement, values in unit:
        found = await connection.execute(statement, values)
        if found.returns_rows:
            found.all()


def begins_immediately(engine: AsyncEngine | Engine) -> None:
    """Let each transaction of an engine take SQLite's write lock at once."""
    sync = engine.sync_engine if isinstance(engine, AsyncEngine) else engine
    event.listen(sync, "begin", begin_immediate)


async def statement_by_statement(engine: AsyncEngine) -> Write:
    """Return what the store did before: a transaction a unit, a hand-over a statement."""
    begins_immediately(engine)

    async def write(unit: Statements) -> None:
        async with engine.begin() as connection:
            await carry_out_each(connection, unit)

    return write


async def grouped_statements(engine: AsyncEngine) -> Write:
    """Return one connection that carries out what waits in one transaction, by statement."""
    begins_immediately(engine)
    connection = await engine.connect()
    waiting: list[tuple[Statements, asyncio.Future[None]]] = []
    working: list[asyncio.Task[None]] = []

    async def work() -> None:
        while waiting:
            group = waiting[:]
            waiting.clear()
            async with connection.begin():
                for unit, _ in group:
                    async with connection.begin_nested():
                        await carry_out_each(connection, unit)
            for _, done in group:
                done.set_result(None)
        working.clear()

    async def write(unit: Statements) -> None:
        done = asyncio.get_running_loop().create_future()
        waiting.append((unit, done))
        if not working:
            working.append(asyncio.create_task(work()))
        await done

    return write


async def ours(engine: AsyncEngine) -> Write:
    """Return the store's own way."""
    database = Database(engine)

    async def write(unit: Statements) -> None:
        await database.write(lambda connection: carry_out(connection, unit))

    return write


async def inline(engine: AsyncEngine) -> Write:
    """Return a synchronous engine that is used in the loop itself."""
    connection = await _synchronous(engine)

    async def write(unit: Statements) -> None:
        with connection.begin():
            carry_out(connection, unit)
        await asyncio.sleep(0)

    return write


async def bare(engine: AsyncEngine) -> Write:
    """Return the floor: sqlite3 alone, in the loop itself, the SQL made once."""
    connection = await _synchronous(engine)
    raw: Any = connection.connection.dbapi_connection
    made = [
        statement.compile(dialect=connection.dialect, column_keys=list(values))
        for statement, values in statements()
    ]

    async def write(unit: Statements) -> None:
        raw.execute("BEGIN IMMEDIATE")
        for compiled, (_, values) in zip(made, unit, strict=True):
            given = compiled.construct_params(values)
            order: list[str] = compiled.positiontup or []
            raw.execute(str(compiled), [_plain(given[name]) for name in order]).fetchall()
        raw.execute("COMMIT")
        await asyncio.sleep(0)

    return write


def _plain(value: object) -> object:
    return int(value.timestamp() * 1_000_000) if isinstance(value, datetime) else value


async def _synchronous(engine: AsyncEngine) -> Connection:

    plain = create_engine(make_url(str(engine.url)).set(drivername="sqlite"))
    event.listen(plain, "connect", _pragmas)
    begins_immediately(plain)
    return plain.connect()


def _pragmas(connection: Any, _: object) -> None:
    connection.isolation_level = None
    for pragma in ("synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


WAYS = {
    "statement by statement": statement_by_statement,
    "grouped, by statement": grouped_statements,
    "ours": ours,
    "inline": inline,
    "bare sqlite3": bare,
}


async def longest_stall(over: asyncio.Event) -> float:
    """Return the longest time by which the loop came back late, in seconds."""
    longest = 0.0
    while not over.is_set():
        before = time.perf_counter()
        await asyncio.sleep(TICK_S)
        longest = max(longest, time.perf_counter() - before - TICK_S)
    return longest


async def measure(way: str, url: str, callers: int, units: int) -> dict[str, float]:
    """Let callers write side by side, and return what a unit cost."""
    engine = open_engine(url)
    await migrate(engine)
    write = await WAYS[way](engine)
    for _ in range(WARM_UP):
        await write(statements())

    async def call() -> None:
        for _ in range(units // callers):
            await write(statements())

    over = asyncio.Event()
    ticker = asyncio.create_task(longest_stall(over))
    began, began_cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(call() for _ in range(callers)))
    took, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    over.set()
    done = units // callers * callers
    return {
        "cpu_ms": cpu * 1000 / done,
        "units_s": done / took,
        "stall_ms": await ticker * 1000,
    }


if __name__ == "__main__":
    way_, url_, *counts = sys.argv[1:]
    print(json.dumps(asyncio.run(measure(way_, url_, *map(int, counts)))), flush=True)
    os._exit(0)  # connections that are left open would hold their threads
