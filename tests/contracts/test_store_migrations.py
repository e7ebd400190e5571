"""How the schema comes, grows and goes, on SQLite and on PostgreSQL."""

import asyncio
import contextlib
import pkgutil
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, make_url, select
from sqlalchemy.ext.asyncio import AsyncEngine

from imgoe_bot.adapters.store import (
    Database,
    SqlLibraryStore,
    SqlNotes,
    SqlRuleStore,
    migrate,
    open_engine,
)
from imgoe_bot.adapters.store.migrations import versions
from imgoe_bot.adapters.store.tables import metadata
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.ids import ChannelId, GuildId, UserId, snowflake_at
from imgoe_bot.domain.library import Query, Scope
from imgoe_bot.errors import ConfigError, SchemaTooNew, StoreError


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "imgoe_bot.adapters.store:migrations")
    config.attributes["connection"] = connection
    return config


def _revisions() -> list[str]:
    """Every revision, oldest first."""
    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    return [script.revision for script in scripts][::-1]


def _differences(connection: Connection) -> list[object]:
    def is_ours(name: str | None, *_: object) -> bool:
        return not _is_of_search(name)

    options = {"include_name": is_ours}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def _is_of_search(name: str | None) -> bool:
    """Tell the search index, which SQLAlchemy does not know, from tables and indexes."""
    return bool(name) and str(name).startswith(("upload_search", "ix_upload_search"))


def _tables(connection: Connection) -> set[str]:
    names = inspect(connection).get_table_names()
    return {name for name in names if not _is_of_search(name)}


async def _move(engine: AsyncEngine, revision: str, *, up: bool = True) -> None:
    def run(connection: Connection) -> None:
        move = command.upgrade if up else command.downgrade
        move(_config(connection), revision)

    async with engine.begin() as connection:
        await connection.run_sync(run)


def _exists(path: Path | None) -> bool:
    return path is not None and path.exists()


@pytest.fixture
def backup(empty_url: str) -> Path | None:
    """Where the copy of a SQLite file is made; None on PostgreSQL, which has its own tools."""
    url = make_url(empty_url)
    is_file = url.get_backend_name() == "sqlite"
    return Path(f"{url.database}.before-migration") if is_file else None


async def test_an_empty_database_gets_exactly_the_tables_of_this_version(empty_url: str) -> None:
    engine = open_engine(empty_url)

    await migrate(engine)

    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
        assert await connection.run_sync(_tables) == {*metadata.tables, "alembic_version"}
    await engine.dispose()


async def test_every_step_up_can_be_taken_back(empty_url: str) -> None:
    engine = open_engine(empty_url)
    revisions = _revisions()

    for revision in revisions:
        await _move(engine, revision)
    for revision in [*revisions[-2::-1], "base"]:
        await _move(engine, revision, up=False)

    async with engine.connect() as connection:
        assert await connection.run_sync(_tables) == {"alembic_version"}
    await engine.dispose()


async def test_migrating_again_changes_nothing_and_copies_nothing(
    empty_url: str, backup: Path | None
) -> None:
    engine = open_engine(empty_url)
    await migrate(engine)
    database = Database(engine)
    notes = SqlNotes(database)
    await notes.write("colour", "red")

    await migrate(engine)

    assert await notes.find("colour") == "red"
    assert not _exists(backup)
    await database.close()


@pytest.mark.parametrize("revision", _revisions()[:-1])
async def test_what_an_older_version_stored_survives_and_a_file_is_copied_first(
    empty_url: str, backup: Path | None, revision: str
) -> None:
    engine = open_engine(empty_url)
    await _move(engine, revision)
    database = Database(engine)
    notes = SqlNotes(database)
    await notes.write("colour", "red")

    await migrate(engine)

    assert await notes.find("colour") == "red"
    await database.close()
    if backup is not None:
        copy = sqlite3.connect(backup)
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [(revision,)]
        assert copy.execute("SELECT value FROM note").fetchall() == [("red",)]
        copy.close()


@pytest.mark.parametrize("revision", _revisions()[:-1])
async def test_posts_with_uploads_and_jobs_survive_every_step(
    empty_url: str, revision: str
) -> None:
    engine = open_engine(empty_url)
    await _move(engine, revision)
    async with engine.begin() as connection:
        for statement in (
            POST.format(id="post", guild=1, rule="NULL", at=1),
            JOB.format(post="post", step="deliver", state="ready"),
            UPLOAD,
        ):
            await connection.exec_driver_sql(statement)

    await migrate(engine)

    async with engine.connect() as connection:
        for name in ("post", "job", "upload"):
            found = await connection.execute(select(metadata.tables[name].c.guild_id))
            assert found.scalars().all() == [1], name
    await engine.dispose()


POST = (
    "INSERT INTO post (id, origin, guild_id, channel_id, message_id, rule_id, author_id, nsfw, "
    "created_at) VALUES ('{id}', 'mirror', {guild}, 3, 4, {rule}, 5, false, {at})"
)
JOB = (
    "INSERT INTO job (post_id, guild_id, step, state, run_at, attempts, attachment_id, position, "
    "filename, spoiler) VALUES ('{post}', 1, '{step}', '{state}', 0, 0, 0, 0, '', false)"
)
RULE = (
    "INSERT INTO mirror_rule (id, guild_id, channel_id, created_by, created_at) "
    "VALUES ('old', 1, 2, 3, {at})"
)
UPLOAD = (
    "INSERT INTO upload (id, post_id, guild_id, uploader_id, attachment_id, position, filename, "
    "spoiler, host_url, sha256, mime, size_bytes, viewer_url, url, created_at) VALUES "
    "('upload', 'post', 1, 5, 6, 0, '', false, '', '', '', 0, '', '', 0)"
)


async def _old_uploads(engine: AsyncEngine) -> None:
    """Store three uploads of the version before the library had places; one is deleted."""
    names = ("Katze.PNG", "写真.png", "gone.png")
    async with engine.begin() as connection:
        await connection.exec_driver_sql(POST.format(id="post", guild=1, rule="NULL", at=1))
        for number, name in enumerate(names):
            values = {"id": f"upload{number}", "name": name, "at": 86_400_000_000 + number}
            await connection.exec_driver_sql(NAMED_UPLOAD.format(**values))
        await connection.exec_driver_sql("UPDATE upload SET deleted_at = 9 WHERE id = 'upload2'")


NAMED_UPLOAD = (
    UPLOAD.replace("'upload'", "'{id}'")
    .replace("6, 0, ''", "6, 0, '{name}'")
    .replace("'', '', 0)", "'', '', {at})")
)


async def test_older_uploads_are_listed_searched_and_counted(empty_url: str) -> None:
    engine = open_engine(empty_url)
    await _move(engine, "0011")
    await _old_uploads(engine)

    await migrate(engine)

    database = Database(engine)
    library = SqlLibraryStore(database, vault=Vault(bytes(32)), few=0)
    scope = Scope(UserId(5), GuildId(1))
    for search, found in (
        ("", ["写真.png", "Katze.PNG"]),
        ("katz", ["Katze.PNG"]),
        ("写", ["写真.png"]),
    ):
        entries = await library.find(scope, Query(search=search), limit=5)
        assert [entry.upload.filename for entry in entries] == found
    tally = await library.tally(scope, since=datetime(1970, 1, 1, tzinfo=UTC), channels=5)
    assert [(day.day, day.files) for day in tally.days] == [(date(1970, 1, 2), 3)]
    assert tally.channels == ((ChannelId(3), 3),)
    await database.close()


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_an_upload_whose_post_is_gone_stops_no_migration(empty_url: str) -> None:
    """PostgreSQL has none; a SQLite file that was mended by hand may."""
    engine = open_engine(empty_url)
    await _move(engine, "0011")
    await _old_uploads(engine)
    with contextlib.closing(sqlite3.connect(make_url(empty_url).database or "")) as file, file:
        orphan = NAMED_UPLOAD.replace("'post'", "'gone'")
        file.execute(orphan.format(id="orphan", name="orphan.png", at=86_400_000_001))

    await migrate(engine)

    async with engine.connect() as connection:
        listed = await connection.exec_driver_sql("SELECT count(place) FROM upload")
        assert listed.scalar_one() == 2
    await engine.dispose()


async def test_a_migration_that_is_cut_short_begins_anew(empty_url: str) -> None:
    engine = open_engine(empty_url)
    await _move(engine, "0011")
    await _old_uploads(engine)
    async with engine.connect() as connection:
        cut_short = await connection.begin()
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), "0013"))
        await cut_short.rollback()

    await migrate(engine)

    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
        listed = await connection.exec_driver_sql("SELECT count(place) FROM upload")
        assert listed.scalar_one() == 2
    await engine.dispose()


async def test_of_two_posts_of_a_message_one_keeps_it_and_both_stay(empty_url: str) -> None:
    engine = open_engine(empty_url)
    await _move(engine, "0008")
    async with engine.begin() as connection:
        for post in (
            {"id": "menu", "guild": 1, "rule": "NULL", "at": 1},
            {"id": "mirror", "guild": 1, "rule": "'a'", "at": 2},
            {"id": "again", "guild": 1, "rule": "'b'", "at": 3},
            {"id": "elsewhere", "guild": 2, "rule": "NULL", "at": 4},
        ):
            await connection.exec_driver_sql(POST.format(**post))
        await connection.exec_driver_sql("UPDATE post SET answered = true WHERE id = 'menu'")
        for job in (
            {"post": "mirror", "step": "announce", "state": "waiting"},
            {"post": "again", "step": "announce", "state": "waiting"},
            {"post": "menu", "step": "deliver", "state": "ready"},
        ):
            await connection.exec_driver_sql(JOB.format(**job))

    await migrate(engine)

    async with engine.connect() as connection:
        posts = await connection.exec_driver_sql("SELECT id, message_id FROM post ORDER BY id")
        jobs = await connection.exec_driver_sql("SELECT post_id, state FROM job ORDER BY id")
        assert [tuple(row) for row in posts] == [
            ("again", None),
            ("elsewhere", 4),
            ("menu", None),
            ("mirror", 4),
        ]
        assert [tuple(row) for row in jobs] == [
            ("mirror", "waiting"),
            ("again", "done"),
            ("menu", "ready"),
        ]
    await engine.dispose()


async def test_jobs_of_an_older_version_get_their_lane_and_whether_they_are_due(
    empty_url: str,
) -> None:
    engine = open_engine(empty_url)
    await _move(engine, "0011")
    async with engine.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO guild (guild_id, host_url, version) VALUES (1, 'https://own', 1)"
        )
        for id_, step, state in (
            ("a", "upload", "ready"),
            ("b", "announce", "ready"),
            ("c", "review", "ready"),
            ("d", "upload", "done"),
            ("e", "retire", "leased"),
        ):
            post = POST.format(id=id_, guild=1, rule="NULL", at=1).replace("3, 4,", "3, NULL,")
            await connection.exec_driver_sql(post)
            await connection.exec_driver_sql(JOB.format(post=id_, step=step, state=state))
        await connection.exec_driver_sql(
            "UPDATE job SET run_at = 4000000000000000000 WHERE post_id = 'c'"
        )
        await connection.exec_driver_sql("UPDATE job SET guild_id = 2 WHERE post_id = 'e'")

    await migrate(engine)

    async with engine.connect() as connection:
        jobs = await connection.exec_driver_sql("SELECT post_id, lane, due FROM job ORDER BY id")
        assert [tuple(row) for row in jobs] == [
            ("a", "https://own", True),
            ("b", "", True),
            ("c", "https://own", False),
            ("d", "", True),
            ("e", "default", True),
        ]
    await engine.dispose()


async def test_rules_of_an_older_version_begin_at_the_id_of_their_moment(empty_url: str) -> None:
    engine = open_engine(empty_url)
    await _move(engine, "0014")
    async with engine.begin() as connection:
        await connection.exec_driver_sql(RULE.format(at=1_796_040_000_123_999))

    await migrate(engine)

    database = Database(engine)
    made_at = datetime(2026, 11, 30, 12, 0, 0, 123_999, tzinfo=UTC)
    (rule,) = await SqlRuleStore(database).of_guild(GuildId(1))
    assert (rule.created_at, rule.begins_at) == (made_at, snowflake_at(made_at))
    await database.close()


async def test_processes_that_start_together_migrate_once(empty_url: str) -> None:
    engines = [open_engine(empty_url) for _ in range(8)]

    await asyncio.gather(*(migrate(engine) for engine in engines))

    async with engines[0].connect() as connection:
        assert await connection.run_sync(_differences) == []
    for engine in engines:
        await engine.dispose()


async def test_a_database_of_a_newer_version_is_left_alone(
    empty_url: str, backup: Path | None
) -> None:
    engine = open_engine(empty_url)
    await migrate(engine)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(SchemaTooNew) as refused:
        await migrate(engine)

    assert refused.value.found == "9999"
    assert not _exists(backup)
    await engine.dispose()


async def test_a_file_that_is_no_database_is_a_store_error(tmp_path: Path) -> None:
    path = tmp_path / "bot.sqlite3"
    path.write_bytes(b"no database at all, just words" * 40)
    engine = open_engine(f"sqlite+aiosqlite:///{path}")

    with pytest.raises(StoreError):
        await migrate(engine)

    await engine.dispose()
    assert path.read_bytes().startswith(b"no database")


@pytest.mark.parametrize("problem", ["nobody listens", "wrong user"])
async def test_a_server_that_takes_no_connection_is_a_store_error(
    problem: str, postgres_server: str, unused_tcp_port: int
) -> None:
    url = make_url(postgres_server)
    wrong = url.set(port=unused_tcp_port) if problem == "nobody listens" else url.set(username="x")
    engine = open_engine(wrong.render_as_string(hide_password=False))

    with pytest.raises(StoreError):
        await migrate(engine)
    database = Database(engine)
    with pytest.raises(StoreError):
        await SqlNotes(database).find("colour")

    await database.close()


@pytest.mark.parametrize(
    ("url", "setting"),
    [
        ("sqlite+aiosqlite://", "IMGOE_DATABASE_URL"),
        ("postgresql+asyncpg://bot:hunter2@db:no-port/x", "IMGOE_DATABASE_URL"),
        ("sqlite+aiosqlite:////dev/null/folder/bot.sqlite3", "IMGOE_DATABASE_URL"),
    ],
)
def test_an_address_that_can_be_no_database_is_a_config_error(url: str, setting: str) -> None:
    with pytest.raises(ConfigError) as refused:
        open_engine(url)

    assert refused.value.setting == setting
    assert "hunter2" not in str(refused.value)


def test_a_revisions_module_begins_with_its_number_and_the_last_is_the_newest() -> None:
    names = [module.name for module in pkgutil.iter_modules(versions.__path__)]

    assert [name.partition("_")[0] for name in sorted(names)] == [
        f"r{revision}" for revision in _revisions()
    ]
