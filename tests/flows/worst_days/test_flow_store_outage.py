"""The bot's own database is away for a while: nothing is lost, and nothing is done twice."""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from imgoe_bot.adapters.store import migrate, open_engine
from imgoe_bot.discordsim import Person
from tests.flows.bot_process import bot_process
from tests.flows.kit import DELETE_LINK, PATIENCE_S, Harness, eventually, picture
from tests.flows.locked_file import locked
from tests.hostserver.postgres import PostgresServer, postgres_server

POSTS = 6
LOCKED_S = 7.0
"""Longer than a statement waits for the file."""
AWAY_S = 6.0


def _members(harness: Harness) -> list[Person]:
    people = [harness.sim.add_person(f"member{n}") for n in range(POSTS)]
    for person in people:
        harness.guild.join(person)
    return people


async def _post(harness: Harness, people: list[Person]) -> None:
    for n, person in enumerate(people):
        await person.say(harness.photos, files=[picture(f"{n}.png", colour=f"rgb({n},9,9)")])


def _slow_down(harness: Harness) -> None:
    """Have each upload begin late, so that the host answers while the database is away."""
    harness.sim.faults.next_files([(404, b"")] * POSTS)  # so that each message is asked for
    harness.sim.faults.delay(f"GET /channels/{harness.photos.id}/messages/*", 1)


async def _under_way(harness: Harness) -> None:
    asked = f"GET /channels/{harness.photos.id}/messages/"
    await eventually(lambda: sum(call.startswith(asked) for call in harness.sim.calls) >= 2)


def _letters(person: Person) -> int:
    return sum(DELETE_LINK.search(m.content) is not None for m in person.messages(person.dm))


async def _all_kept_once(harness: Harness, people: list[Person]) -> None:
    await eventually(lambda: all(_letters(person) for person in people))
    assert len(harness.cards(harness.photos)) == POSTS
    assert [_letters(person) for person in people] == [1] * POSTS
    files = [file for file in (harness.folder / "host" / "images").rglob("*") if file.is_file()]
    pictures = [file for file in files if not re.search(r"\.(th|md)\.", file.name)]
    assert len(pictures) == POSTS


async def test_what_is_done_while_the_file_is_locked_is_kept_once(harness: Harness) -> None:
    people = _members(harness)
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        _slow_down(harness)
        await _post(harness, people)
        await eventually(lambda: harness.read_number("SELECT count(*) FROM post") == POSTS)
        await _under_way(harness)

        async with locked(harness.folder / "bot" / "imgoe_bot.sqlite3"):
            await asyncio.sleep(LOCKED_S)  # how long it is locked is what is tried

        await _all_kept_once(harness, people)


@pytest_asyncio.fixture
async def postgres() -> AsyncIterator[PostgresServer]:
    """A PostgreSQL with this version's schema, which may be killed."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        postgres_server(Path(folder)) as server,
    ):
        engine = open_engine(server.url)
        await migrate(engine)
        await engine.dispose()
        yield server


@pytest.mark.service("postgres")
async def test_a_postgres_that_is_killed_and_comes_back_costs_nothing_but_a_line(
    harness: Harness, postgres: PostgresServer
) -> None:
    people = _members(harness)
    async with bot_process(
        harness,
        IMGOE_DATABASE_URL=postgres.url,
        IMGOE_ALLOW_PRIVATE_HOSTS="true",
        IMGOE_LEASE_S="20",
    ) as bot:
        await harness.sim.bot_ready(timeout_s=PATIENCE_S, commands=True)
        await harness.set_key()
        await harness.mirror()
        _slow_down(harness)
        await _post(harness, people)
        await _under_way(harness)

        await asyncio.to_thread(postgres.kill)
        await asyncio.sleep(AWAY_S)  # how long it is away is what is tried
        await asyncio.to_thread(postgres.start)

        await _all_kept_once(harness, people)

    logged = bot.read_text()
    assert "a job broke" not in logged
    assert logged.count("the database is away") == 1
