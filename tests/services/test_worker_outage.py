"""The database is away just when an answer comes: it is kept until it can be stored."""

import asyncio
import contextlib
import gc
import shutil
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from structlog.testing import capture_logs

from imgoe_bot.adapters.store import open_engine
from imgoe_bot.domain.command import FileToUpload
from imgoe_bot.domain.guild import MANAGE_GUILD, Actor
from imgoe_bot.domain.ids import PostId
from imgoe_bot.domain.job import Job
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import HostRefused, ImgoeError, StoreError, StoreFull, UnderWay
from imgoe_bot.services.store_outage import StoreOutage
from tests.contracts.stores import BEN, GUILD, HOST, NOW, Stores, item, post, slash_post
from tests.flows.kit import eventually
from tests.flows.locked_file import locked
from tests.services.conftest import Office

ME = Actor(BEN, GUILD, frozenset({MANAGE_GUILD}))
LEASE = timedelta(seconds=60)


@pytest.fixture
def file(migrated_file: Path, tmp_path: Path) -> Path:
    """A database of our own."""
    return Path(shutil.copy(migrated_file, tmp_path / "bot.sqlite3"))


@pytest_asyncio.fixture
async def office(file: Path) -> AsyncIterator[Office]:
    """A guild that has set its key; its statements wait for a locked file for a moment only."""
    engine = open_engine(f"sqlite+aiosqlite:///{file}")

    def wait_briefly(connection: DBAPIConnection, _entry: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 200")
        cursor.close()

    event.listen(engine.sync_engine, "connect", wait_briefly)
    made = Office(Stores(engine))
    await made.set_key()
    yield made
    await made.stores.database.close()


def _done(file: Path) -> bool:
    """Tell whether all jobs are; read as another process does, which no lock keeps out."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT DISTINCT state FROM job").fetchall() == [("done",)]


async def _waits_for_store(office: Office) -> None:
    await eventually(lambda: office.outage.is_on)


async def test_a_copy_at_the_host_gets_its_record_when_the_file_is_free_again(
    office: Office, file: Path
) -> None:
    office.host.gate = asyncio.Event()
    await office.mirror()

    async with office.working():
        await eventually(lambda: office.host.at_once == 1)
        async with locked(file):
            office.host.gate.set()
            await _waits_for_store(office)
            office.clock.move(2 * LEASE)
        await eventually(lambda: bool(office.messenger.notes))

    assert office.host.uploads == 1
    (attempts,) = await office.stores.rows("SELECT attempts FROM job WHERE step = 'upload'")
    assert attempts == (1,)


async def test_a_file_that_can_not_be_written_is_waited_for_like_one_that_islocked(
    office: Office,
) -> None:
    """As after a disk was remounted read-only; one that is full fails in the same way."""
    read_only = True

    def set_mode(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA query_only = {int(read_only)}").close()

    office.host.gate = asyncio.Event()
    await office.mirror()

    async with office.working():
        await eventually(lambda: office.host.at_once == 1)
        event.listen(Engine, "begin", set_mode)
        office.host.gate.set()
        await _waits_for_store(office)
        read_only = False
        await eventually(lambda: bool(office.messenger.notes))

    event.remove(Engine, "begin", set_mode)
    assert office.host.uploads == 1


async def test_a_card_that_was_posted_is_known_when_the_file_is_free_again(
    office: Office, file: Path
) -> None:
    office.messenger.gate = asyncio.Event()
    await office.mirror()

    async with office.working():
        await eventually(lambda: bool(office.messenger.cards))
        async with locked(file):
            office.messenger.gate.set()
            await _waits_for_store(office)
            office.clock.move(2 * LEASE)
        await eventually(lambda: bool(office.messenger.notes))

    assert office.messenger.repeated == [False]


async def test_a_message_that_was_sent_is_not_sent_again(office: Office, file: Path) -> None:
    await office.mirror()
    office.messenger.sending = asyncio.Event()

    async with office.working():
        await eventually(lambda: bool(office.messenger.direct_messages))
        async with locked(file):
            office.messenger.sending.set()
            await _waits_for_store(office)
            office.clock.move(2 * LEASE)
        await eventually(lambda: _done(file))

    assert len(office.messenger.direct_messages) == 1


async def test_a_hosts_refusal_is_kept_and_the_file_not_sent_again(
    office: Office, file: Path
) -> None:
    office.host.gate = asyncio.Event()
    office.host.failures = [HostRefused(host=HOST, code=120)]
    await office.mirror()

    async with office.working():
        await eventually(lambda: office.host.at_once == 1)
        async with locked(file):
            office.host.gate.set()
            await _waits_for_store(office)
            office.clock.move(2 * LEASE)
        await eventually(lambda: bool(office.messenger.cards))

    assert office.host.uploads == 0
    assert [str(card.failures[0].error) for card in office.messenger.cards.values()] == [
        f"host='{HOST}', code=120"
    ]


async def test_an_outage_is_no_try_of_a_job_and_one_line(office: Office, file: Path) -> None:
    await office.mirror(files=3)

    with capture_logs() as lines:
        async with locked(file):
            running = asyncio.ensure_future(_work_off(office))
            await _waits_for_store(office)
        await running

    assert [line["event"] for line in lines].count("the database is away, waiting for it") == 1
    assert {attempts for _, _, attempts, _ in await office.states()} == {1}


async def _work_off(office: Office) -> None:
    async with office.working():
        await eventually(lambda: bool(office.messenger.notes))


async def test_a_worker_that_is_stopped_meanwhile_stores_what_it_knows_first(
    office: Office, file: Path
) -> None:
    office.host.gate = asyncio.Event()
    await office.mirror()
    running = asyncio.create_task(office.runner().run())
    await eventually(lambda: office.host.at_once == 1)

    async with locked(file):
        office.host.gate.set()
        await _waits_for_store(office)
        running.cancel()
    await asyncio.wait({running})

    assert len(await office.stores.rows("SELECT id FROM upload")) == 1
    assert running.cancelled()


async def test_a_copy_that_was_deleted_at_its_host_is_marked_so(office: Office, file: Path) -> None:
    owner = await office.mirror()
    async with office.working():
        await eventually(lambda: _done(file))
    (upload,) = (await office.stores.posts.get_card(owner.id, now=NOW)).uploads
    office.host.deleting = asyncio.Event()

    deleting = asyncio.create_task(office.deletions.delete(ME, upload.id))
    await eventually(lambda: not office.host.files)
    async with locked(file):
        office.host.deleting.set()
        await _waits_for_store(office)
    card = await deleting

    assert card.uploads[0].deleted_at is not None


def _file(n: int) -> FileToUpload:
    return FileToUpload(Source(f"https://cdn.example/{n}", f"{n}.png", 100), item(n))


async def test_what_a_person_uploaded_is_not_lost_and_answered_when_it_is_stored(
    office: Office, file: Path
) -> None:
    office.host.gate = asyncio.Event()

    async with office.working():
        await office.ask(_file(0), _file(1), owner=slash_post())
        await eventually(lambda: office.host.at_once == 2)
        async with locked(file):
            office.host.gate.set()
            await _waits_for_store(office)
        await eventually(lambda: bool(office.answerer.cards))

    (card,) = office.answerer.cards
    assert len(card.uploads) == office.host.uploads == len(office.host.files) == 2


async def test_what_a_person_asks_for_while_the_database_is_away_is_done_when_it_is_back(
    office: Office, file: Path
) -> None:
    async with office.working():
        async with locked(file):
            asking = asyncio.create_task(office.ask(_file(0), owner=slash_post()))
            await _waits_for_store(office)
        await asking
        await eventually(lambda: bool(office.answerer.cards))

    assert office.host.uploads == 1


async def test_a_record_whose_confirmation_was_lost_is_no_second_copy(office: Office) -> None:
    """The transaction was committed, and the connection broke before that was heard of."""
    stored = office.stores.jobs.finish_upload
    lost = iter([StoreError(kind="ConnectionDoesNotExistError")])

    async def finish_upload(
        job: Job, upload: Upload | None, failure: ImgoeError | None, *, goes_on: bool = False
    ) -> Job | None:
        following = await stored(job, upload, failure, goes_on=goes_on)
        for error in lost:
            raise error
        return following

    office.stores.jobs.finish_upload = finish_upload  # type: ignore[method-assign]
    await office.mirror()

    async with office.working():
        await eventually(lambda: bool(office.messenger.notes))

    assert len(office.host.files) == 1
    assert len(await office.stores.rows("SELECT id FROM upload")) == 1


async def test_a_job_waits_though_as_many_events_wait_as_memory_is_meant_for(
    office: Office,
) -> None:
    crowded = Office(office.stores, outage=StoreOutage(waiting_max=0))
    found, full = crowded.stores.posts.get_post, iter([StoreFull(), StoreFull()])

    async def get_post(post_id: PostId) -> Post:
        for error in full:
            raise error
        return await found(post_id)

    crowded.stores.posts.get_post = get_post  # type: ignore[method-assign]
    await crowded.mirror()

    async with crowded.working():
        await eventually(lambda: bool(crowded.messenger.notes))

    tries = await crowded.stores.rows("SELECT attempts, failing_since, error FROM job")
    assert {tuple(each) for each in tries} == {(1, None, None)}


async def test_a_message_that_is_being_kept_is_not_uploaded_by_a_command_too(
    office: Office,
) -> None:
    owner = post()
    await office.stores.posts.add(owner, [item()])
    second = replace(owner, id=post().id)

    with pytest.raises(UnderWay):
        await office.ask(_file(0), owner=second)

    assert await office.stores.rows("SELECT count(*) FROM command") == [(0,)]


async def test_who_is_stopped_while_the_database_is_away_leaves_no_failure_to_nobody(
    office: Office, file: Path
) -> None:
    untold: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: untold.append(context))

    async with locked(file):
        writing = asyncio.create_task(office.stores.jobs.release("somebody"))
        await asyncio.sleep(0)
        writing.cancel()
        await asyncio.wait({writing})
    del writing
    gc.collect()

    assert untold == []
