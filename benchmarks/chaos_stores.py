"""The store away: a file that is locked, full, or takes no writes; a PostgreSQL that goes."""

import asyncio
import resource
import shutil
import subprocess
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from benchmarks.chaos_databases import NamespacedSqliteDatabase, PostgresDatabase, SqliteDatabase
from benchmarks.chaos_stage import Play, Stage
from benchmarks.chaos_verdict import Verdict
from tests.flows.bot_process import BotProcess

ROOM = "12m"
"""How large the file system is that gets full."""
_NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def locked(for_s: float) -> Play:
    """Return a play in which another process holds the SQLite file's lock for a while."""

    async def play(stage: Stage) -> Verdict:
        async with stage.bot():
            return await _through(stage, _sqlite(stage).locked(), for_s=for_s)

    return play


def takes_no_writes(for_s: float) -> Play:
    """Return a play in which the bot's process can't write to any file for a while.

    Every write fails, as on a file system that was turned read-only in the middle; on that, an
    open file can't be had without rights that a campaign does not have.
    """

    @asynccontextmanager
    async def limited(process: BotProcess) -> AsyncGenerator[None]:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        yield
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, _NO_LIMIT)

    async def play(stage: Stage) -> Verdict:
        async with stage.bot() as process:
            return await _through(stage, limited(process), for_s=for_s)

    return play


def full(for_s: float) -> Play:
    """Return a play in which the data folder's file system has no room for a while."""

    async def play(stage: Stage) -> Verdict:
        folder = stage.harness.folder / "bot"
        mounting = f'mount -t tmpfs -o size={ROOM} none "{folder}"'
        async with stage.starting(within=_after(mounting)) as process:
            stage.database = full = NamespacedSqliteDatabase(folder, pid=process.pid)
            await stage.ready()
            await stage.set_up()
            return await _through(stage, full.full(), for_s=for_s)

    return play


def _after(mounting: str) -> tuple[str, ...]:
    """Return the command that runs another one once it has mounted something for that alone."""
    return ("unshare", "--map-root-user", "--mount", "sh", "-c", f'{mounting} && exec "$@"', "sh")


def may_mount() -> bool:
    """Tell whether this machine lets its users mount file systems that nobody else sees."""
    if shutil.which("unshare") is None:
        return False
    tried = ("unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt")
    return subprocess.run(tried, check=False, capture_output=True).returncode == 0  # noqa: S603


async def read_only_at_start(stage: Stage) -> Verdict:
    """Start on a folder that can't be written, as after a restart on a damaged disk."""
    async with stage.bot() as process:
        await stage.crowd.say(stage.harness.photos)
        await process.kill()
    for _ in range(3):
        await stage.crowd.say(stage.harness.photos)
    folder = stage.harness.folder / "bot"
    mounting = f'mount --bind "{folder}" "{folder}" && mount -o remount,bind,ro "{folder}"'
    async with stage.starting(within=_after(mounting)) as refused:
        await refused.wait()
    async with stage.bot():
        return await stage.judge()


def stopped(for_s: float) -> Play:
    """Return a play in which PostgreSQL is stopped at once and started again after a while."""

    @asynccontextmanager
    async def killed(database: PostgresDatabase) -> AsyncGenerator[None]:
        await asyncio.to_thread(database.server.kill)
        yield
        await asyncio.to_thread(database.server.start)

    return _postgres_play(killed, for_s=for_s)


def held(for_s: float) -> Play:
    """Return a play in which PostgreSQL does not answer for a while, its connections stand."""

    @asynccontextmanager
    async def paused(database: PostgresDatabase) -> AsyncGenerator[None]:
        database.server.pause()
        yield
        database.server.resume()

    return _postgres_play(paused, for_s=for_s)


def cut(times: int) -> Play:
    """Return a play in which PostgreSQL's connections are ended again and again."""

    async def play(stage: Stage) -> Verdict:
        stage.crowd.edits_are_heard = True
        async with stage.bot():
            async with stage.crowd.posting():
                for _ in range(times):
                    await asyncio.sleep(0.7)
                    await _postgres(stage).cut_connections()
            return await stage.judge()

    return play


def _postgres_play(
    away: Callable[[PostgresDatabase], AbstractAsyncContextManager[None]], *, for_s: float
) -> Play:
    async def play(stage: Stage) -> Verdict:
        async with stage.bot():
            return await _through(stage, away(_postgres(stage)), for_s=for_s)

    return play


async def _through(
    stage: Stage, trouble: AbstractAsyncContextManager[None], *, for_s: float
) -> Verdict:
    """Have people post before, during and after a trouble."""
    stage.crowd.edits_are_heard = True
    async with stage.crowd.posting():
        await asyncio.sleep(1)
        async with trouble:
            await asyncio.sleep(for_s)
        await asyncio.sleep(1)
    return await stage.judge()


def _sqlite(stage: Stage) -> SqliteDatabase:
    if not isinstance(stage.database, SqliteDatabase):
        raise TypeError("this is about SQLite")
    return stage.database


def _postgres(stage: Stage) -> PostgresDatabase:
    if not isinstance(stage.database, PostgresDatabase):
        raise TypeError("this is about PostgreSQL")
    return stage.database
