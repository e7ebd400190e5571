"""Claims on a queue of a given length, measured in a process of its own by ``bench_store``.

    python -m benchmarks.store_claims URL WAITING SERVERS CLAIMS

fills the queue, claims jobs and gives them back, and prints the medians as JSON: CPU milliseconds a
claim of this process (all of it on SQLite), and milliseconds it took.
"""

import asyncio
import json
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from imgoe_bot.adapters.store import Claims, Database, migrate, open_engine
from imgoe_bot.domain.claim_order import Hands
from imgoe_bot.services.ports.jobs import Offer

HANDS, SHARE = 8, 4
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LEASE = timedelta(minutes=1)
WARM_UP = 10

FILL = text("""
    INSERT INTO job (post_id, guild_id, step, state, run_at, attempts, attachment_id, position,
        filename, spoiler, lane)
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < :waiting)
    SELECT 'post', 1000000000000000000 + CAST(n % :servers AS BIGINT) * 1000003, 'upload', 'ready',
        n, 0, n, 0, 'cat.png', false, 'default' FROM n
""")
POST = text("""
    INSERT INTO post (id, origin, guild_id, channel_id, author_id, nsfw, created_at)
    VALUES ('post', 'mirror', 1, 2, 3, false, 1)
""")
GIVE_BACK = text("UPDATE job SET state = 'ready', attempts = 0 WHERE state = 'leased'")


async def fill(database: Database, waiting: int, servers: int) -> None:
    """Empty the queue, and let so many jobs of so many servers be due."""

    def unit(connection: Connection) -> None:
        connection.execute(text("DELETE FROM job"))
        connection.execute(text("DELETE FROM post"))
        connection.execute(POST)
        if waiting:
            connection.execute(FILL, {"waiting": waiting, "servers": servers})

    await database.write(unit)


async def measure(url: str, waiting: int, servers: int, claims: int) -> dict[str, float]:
    """Claim so often and return what one claim cost."""
    engine = open_engine(url)
    await migrate(engine)
    database = Database(engine)
    jobs = Claims(database)
    await fill(database, waiting, servers)
    cpu: list[float] = []
    took: list[float] = []
    taken = 0
    for _ in range(WARM_UP + claims):
        began, began_cpu = time.perf_counter(), time.process_time()
        claimed = await jobs.claim(Offer("worker", NOW, LEASE, Hands((), HANDS, SHARE)))
        cpu.append(time.process_time() - began_cpu)
        took.append(time.perf_counter() - began)
        taken += len(claimed)
        await database.write(lambda connection: connection.execute(GIVE_BACK).rowcount)
    await database.close()
    return {
        "cpu_ms": statistics.median(cpu[WARM_UP:]) * 1000,
        "wall_ms": statistics.median(took[WARM_UP:]) * 1000,
        "taken": taken / (WARM_UP + claims),
    }


if __name__ == "__main__":
    address, *numbers = sys.argv[1:]
    print(json.dumps(asyncio.run(measure(address, *map(int, numbers)))))
