"""Databases of the version before with many uploads in them, written as fast as engines take it."""

import asyncio
import importlib
import random
import sqlite3
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from imgoe_bot.adapters.store import open_engine

BEFORE = "0011"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
SERVER, PERSON, CHANNELS = 10**18 + 1, 2 * 10**18 + 1, 40
SMALL_SERVER = SERVER + 7
SMALL_SERVERS = 1000
YEARS = timedelta(days=730)
CHUNK = 10_000
WORDS = (
    *("cat", "dog", "beach", "summer", "holiday", "meme", "art", "sketch", "render", "final"),
    *("draft", "portrait", "family", "car", "garden", "snow", "night", "city", "logo", "banner"),
    *("avatar", "map", "chart", "plan", "wedding", "lake", "mountain", "forest", "river", "moon"),
)
NEEDLES = 5
"""How many files are named after a needle, in a database of any size."""

POST = (
    *("id", "origin", "guild_id", "channel_id", "message_id", "author_id", "nsfw", "created_at"),
    *("answered", "parent_ids"),
)
UPLOAD = (
    *("id", "post_id", "guild_id", "uploader_id", "attachment_id", "position", "filename"),
    *("spoiler", "tags", "host_url", "sha256", "mime", "size_bytes", "viewer_url", "url"),
    *("thumb_url", "created_at"),
)
JOB = (
    *("post_id", "guild_id", "step", "state", "run_at", "attempts", "attachment_id", "position"),
    *("filename", "spoiler", "error"),
)
Rows = dict[str, list[tuple[Any, ...]]]
COLUMNS = {"post": POST, "upload": UPLOAD, "job": JOB}


def file_name(chance: random.Random) -> str:
    """Return a name as people's files have."""
    kind = chance.random()
    if kind < 0.3:
        day = NOW - timedelta(days=chance.randrange(2000))
        return f"IMG_{day:%Y%m%d}_{chance.randrange(240000):06}.jpg"
    if kind < 0.5:
        return f"Screenshot_{chance.randrange(10**8)}.png"
    if kind < 0.6:
        return chance.choice(["image.png", "unknown.png", "image0.jpg"])
    if kind < 0.7:
        return f"写真{chance.randrange(1000)}.PNG"
    return f"{chance.choice(WORDS)}-{chance.choice(WORDS)}_{chance.randrange(10**4)}.gif"


def chunks(uploads: int) -> Iterator[Rows]:
    """Make the rows of that many uploads, oldest first, and of a failed one a hundred."""
    chance = random.Random(uploads)  # noqa: S311  # the same rows each time
    started, step = NOW - YEARS, YEARS / uploads
    needle_every = uploads // NEEDLES
    for start in range(0, uploads, CHUNK):
        rows: Rows = {name: [] for name in COLUMNS}
        for number in range(start, min(start + CHUNK, uploads)):
            name = file_name(chance)
            if number % needle_every == needle_every // 2:
                name = "needle-in-a-haystack.png"
            _add(rows, number, name, (started + step * number, chance))
        yield rows


def _add(rows: Rows, number: int, name: str, at: tuple[datetime, random.Random]) -> None:
    moment, chance = at
    us = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    is_big = number % 10 != 9
    guild = SERVER if is_big else SMALL_SERVER + number // 10 % SMALL_SERVERS
    person = PERSON if chance.random() < 0.5 else PERSON + chance.randrange(1, 1000)
    channel = guild + 10**6 + chance.randrange(CHANNELS) ** 2 // CHANNELS
    post, host = f"{number:016x}", "https://host.example"
    link = f"{host}/image/{chance.getrandbits(40):x}"
    rows["post"].append(
        (post, "mirror", guild, channel, 10**18 + number, person, False, us, True, "")
    )
    rows["upload"].append(
        (
            *(post, post, guild, person, 3 * 10**18 + number, 0, name, False),
            *("sea" if number % 100 == 0 else "summer,sea side", host),
            *(f"{chance.getrandbits(256):064x}", "image/png", chance.randrange(10**7)),
            *(link, f"{link}.png", f"{link}.th.png", us),
        )
    )
    for step in ("upload", "announce", "deliver"):
        file = (3 * 10**18 + number, 0, name) if step == "upload" else (0, 0, "")
        rows["job"].append((post, guild, step, "done", us, 1, *file, False, None))
    if number % 100 == 0:
        failed = (post, guild, "upload", "dead", us, 1, -1, 1, "x.png", False)
        rows["job"].append((*failed, "MediaTooLarge"))


def _upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", "imgoe_bot.adapters.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def _make_schema(url: str) -> None:
    engine = open_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade, BEFORE)
    await engine.dispose()


async def fill_sqlite(folder: Path, uploads: int) -> str:
    """Make a SQLite file with that many uploads; return its URL."""
    path = folder / f"bot{uploads}.sqlite3"
    url = f"sqlite+aiosqlite:///{path}"
    await _make_schema(url)
    await asyncio.to_thread(_write, path, uploads)
    return url


def _write(path: Path, uploads: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    for rows in chunks(uploads):
        for table, values in rows.items():
            columns = COLUMNS[table]
            marks = ", ".join("?" * len(columns))
            insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
            connection.executemany(insert, values)
        connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


async def fill_postgres(server: str, uploads: int) -> str:
    """Make a database on a server with that many uploads; return its URL."""
    name = f"bot{uploads}"
    admin = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.exec_driver_sql(f"CREATE DATABASE {name}")
    await admin.dispose()
    url = make_url(server).set(database=name)
    await _make_schema(url.render_as_string(hide_password=False))
    async with _plainly_connected(url.render_as_string(hide_password=False)) as plain:
        for rows in chunks(uploads):
            for table, values in rows.items():
                await plain.copy_records_to_table(
                    table, records=values, columns=list(COLUMNS[table])
                )
        await plain.execute("VACUUM ANALYZE")
    return url.render_as_string(hide_password=False)


@asynccontextmanager
async def _plainly_connected(url: str) -> AsyncGenerator[Any]:
    driver: Any = importlib.import_module("asyncpg")  # it has no types
    connection: Any = await driver.connect(url.replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        await connection.close()
