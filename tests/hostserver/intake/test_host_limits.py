"""What a hostile or just heavy file may cost, and settings that change what is kept."""

import asyncio
import io
import json
import os
import threading
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from PIL import Image
from sqlalchemy import Connection, inspect

from imgoe_bot.hostserver import GuestRules, HostOptions, HostServer, VideoLimits
from imgoe_bot.hostserver.access.rate_limits import RateLimiter
from imgoe_bot.hostserver.access.secrets import Signer
from imgoe_bot.hostserver.decoding.video import VideoProcessor
from imgoe_bot.hostserver.index.database import open_database
from imgoe_bot.hostserver.index.schema import METADATA
from imgoe_bot.hostserver.index.schema_upgrade import MIGRATIONS, migrate
from imgoe_bot.hostserver.intake.form import UploadForm
from imgoe_bot.hostserver.intake.spool import open_spool
from imgoe_bot.hostserver.serving.parts import make_parts
from imgoe_bot.hostserver.serving.resources import Resources
from imgoe_bot.hostserver.uploads.upload_store import ReceivedFile
from tests.hostserver.client import Client, FileList, client_of
from tests.hostserver.pictures import GPS_IFD, picture, picture_with_location
from tests.hostserver.videos import video


@asynccontextmanager
async def running(
    tmp_path: Path, session: aiohttp.ClientSession, **options: Any
) -> AsyncGenerator[Client]:
    async with HostServer(HostOptions(tmp_path / "data", **options)) as host:
        yield client_of(host, session)


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (VideoLimits(duration_s=0), 610),
        (VideoLimits(pixels=320 * 240 - 1), 610),
        (VideoLimits(wait_s=0), 600),
        (VideoLimits(memory_bytes=40_000_000), 600),
    ],
    ids=["too long", "too many pixels", "too slow", "too hungry"],
)
async def test_a_video_that_costs_too_much_is_refused(
    tmp_path: Path,
    session: aiohttp.ClientSession,
    files: FileList,
    limits: VideoLimits,
    code: int,
) -> None:
    data = video(tmp_path / "a.mp4")
    async with running(tmp_path, session, video=limits) as client:
        answer = await client.upload(data, filename="a.mp4", mime="video/mp4")
        assert (answer.status, answer.json["error"]["code"]) == (400, code)
        assert files.names() == []
        assert (await client.upload(picture())).status == 200


def _environments_of_children() -> list[bytes]:
    """What each video child of this process was told of its surroundings."""
    found: list[bytes] = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid() and b"video_child" in (folder / "cmdline").read_bytes():
                found.append((folder / "environ").read_bytes())
    return found


async def test_a_child_that_reads_videos_knows_no_secret(
    tmp_path: Path, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "IMGOE_HOST_DATABASE_URL", "IMGOE_DISCORD_TOKEN"):
        monkeypatch.setenv(name, "hunter2")
    async with running(tmp_path, session) as client:
        await client.stored(video(tmp_path / "a.mp4"), filename="a.mp4", mime="video/mp4")
        environments = _environments_of_children()
    assert len(environments) == 1
    assert b"hunter2" not in environments[0]
    assert b"MALLOC_" in environments[0]


async def test_the_location_stays_where_the_operator_wants(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    sent = picture_with_location("JPEG")
    async with running(tmp_path, session, keep_location=True) as client:
        image = await client.stored(sent)
        stored = (await client.get(image["url"])).body
        assert stored == sent
        assert image["source_md5"] is None
        assert Image.open(io.BytesIO(stored)).getexif().get_ifd(GPS_IFD)


async def test_a_location_behind_the_picture_is_found_too(client: Client) -> None:
    second = picture_with_location("JPEG")
    image = await client.stored(picture() + second)
    stored = (await client.get(image["url"])).body
    assert len(stored) == len(picture()) + len(second)
    hidden = Image.open(io.BytesIO(stored[len(picture()) :]))
    assert not hidden.getexif().get_ifd(GPS_IFD)


async def test_behind_a_proxy_the_clients_own_address_counts(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    options = {"guests": GuestRules(per_minute=1), "trust_proxy": True}
    async with running(tmp_path, session, **options) as client:
        statuses = [
            (await client.upload(picture(), headers={"X-Forwarded-For": f"1.1.1.1, {seen}"})).status
            for seen in ("192.0.2.1", "192.0.2.2", "192.0.2.1")
        ]
        assert statuses == [200, 200, 400]


async def test_a_public_address_is_told_instead_of_the_bound_one(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    async with HostServer(HostOptions(tmp_path)) as bound:
        bound_url = bound.url
    assert bound_url.startswith("http://127.0.0.1:")
    async with HostServer(HostOptions(tmp_path, public_url="https://img.example/")) as host:
        assert host.url == "https://img.example"


def test_strangers_can_not_fill_the_limiters_memory() -> None:
    limiter = RateLimiter(1, lambda: 0.0)
    for number in range(10_100):
        limiter.take(str(number))
    limiter.take("0")  # forgotten meanwhile, so it may again


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection)
    return list(compare_metadata(context, METADATA))


async def test_migrations_make_the_tables_the_code_expects(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'index.sqlite3'}")
    await migrate(database)
    assert await database.run(_differences) == []
    await migrate(database)
    await database.close()


@pytest.mark.service("postgres")
async def test_migrations_make_the_same_tables_in_postgresql(postgres_url: str) -> None:
    database = open_database(postgres_url)
    await migrate(database)
    assert await database.run(_differences) == []
    await database.close()


def _down(connection: Connection) -> None:
    scripts = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])
    # As in the host itself: Alembic's own downgrade command asks this function.
    back: Any = scripts._downgrade_revs  # pyright: ignore[reportPrivateUsage]

    def steps(revision: str, _: MigrationContext) -> list[RevisionStep]:
        found: list[RevisionStep] = back("base", revision)
        return found

    with EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, render_as_batch=True)
        environment.run_migrations()


async def _check_the_way_back(url: str) -> None:
    database = open_database(url)
    await migrate(database)
    await database.run(_down)
    assert await database.run(lambda connection: inspect(connection).get_table_names()) == [
        "alembic_version"
    ]
    await migrate(database)
    assert await database.run(_differences) == []
    await database.close()


async def test_migrations_lead_back_and_forth(tmp_path: Path) -> None:
    await _check_the_way_back(f"sqlite:///{tmp_path / 'index.sqlite3'}")


@pytest.mark.service("postgres")
async def test_migrations_lead_back_and_forth_in_postgresql(postgres_url: str) -> None:
    await _check_the_way_back(postgres_url)


@pytest.mark.service("heif")
async def test_heic_is_stored_as_jpeg_where_the_extra_is_installed(client: Client) -> None:
    buffer = io.BytesIO()
    Image.open(io.BytesIO(picture())).save(buffer, "HEIF")
    image = await client.stored(buffer.getvalue(), filename="a.heic")
    assert (image["mime"], image["extension"]) == ("image/jpeg", "jpg")
    assert (image["width"], image["height"]) == (640, 480)
    stored = Image.open(io.BytesIO((await client.get(image["url"])).body))
    assert (stored.format, stored.size) == ("JPEG", (640, 480))


@pytest.mark.service("heif")
async def test_a_location_in_heic_goes_and_the_rest_is_told(client: Client) -> None:
    image = await client.stored(picture_with_location("HEIF"), filename="IMG_0001.HEIC")
    stored = Image.open(io.BytesIO((await client.get(image["url"])).body))
    assert not stored.getexif().get_ifd(GPS_IFD)
    assert image["description"] == "A view of the tower"
    assert json.loads(image["original_exifdata"])["Make"] == "Acme"
    assert image["source_md5"] not in (None, image["md5"])
    assert (image["thumb"]["mime"], image["medium"]["mime"]) == ("image/jpeg", "image/jpeg")


@pytest.mark.service("heif")
async def test_heic_beyond_the_limit_is_refused(
    tmp_path: Path, session: aiohttp.ClientSession, files: FileList
) -> None:
    async with running(tmp_path, session, pixel_limit=640 * 480 - 1) as client:
        buffer = io.BytesIO()
        Image.open(io.BytesIO(picture())).save(buffer, "HEIF")
        answer = await client.upload(buffer.getvalue(), filename="a.heic")
        assert (answer.status, answer.json["error"]["code"]) == (400, 610)
        assert files.names() == []


async def test_an_upload_that_is_cancelled_leaves_nothing(tmp_path: Path, files: FileList) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def slow_clock() -> float:
        entered.set()
        assert go_on.wait(10)
        return 1_800_000_000.0

    options = HostOptions(tmp_path / "data")
    async with AsyncExitStack() as stack:
        for folder in ("tmp", "images"):
            (options.data_dir / folder).mkdir(parents=True)
        database = open_database(f"sqlite:///{options.data_dir / 'index.sqlite3'}")
        stack.push_async_callback(database.close)
        await migrate(database)
        outside = Resources(
            options=options,
            database=database,
            signer=Signer(b"secret"),
            url="http://127.0.0.1",
            workers=stack.enter_context(ThreadPoolExecutor(2)),
            videos=await stack.enter_async_context(VideoProcessor(options.video)),
            clock=slow_clock,
            fetcher=None,
        )
        upload_service = make_parts(outside).upload_service
        spool = await stack.enter_async_context(
            open_spool(options.data_dir / "tmp", limit_bytes=1_000_000)
        )
        await spool.write(picture())
        storing = asyncio.create_task(
            upload_service.store(ReceivedFile(spool=spool, form=UploadForm()))
        )
        assert await asyncio.to_thread(entered.wait, 10)
        storing.cancel()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await storing
    assert files.names() == []
