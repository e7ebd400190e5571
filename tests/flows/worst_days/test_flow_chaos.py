"""Short scenarios of ``make chaos``: whatever goes wrong, each message is kept once."""

from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

import pytest

from benchmarks import chaos_clocks as clocks
from benchmarks import chaos_histories as histories
from benchmarks import chaos_kills as kills
from benchmarks import chaos_sessions as sessions
from benchmarks import chaos_stores as stores
from benchmarks.chaos_databases import PostgresDatabase, SqliteDatabase, open_server
from benchmarks.chaos_stage import Play, open_stage
from benchmarks.chaos_table import COLUMNS, Outcome, heading
from benchmarks.chaos_verdict import Judge, Verdict
from tests.flows.plays import by_name, empty_database
from tests.hostserver.postgres import PostgresServer
from tests.needs import missing

pytestmark = pytest.mark.timeout(300)

ON_EITHER = {
    "kills": kills.kills(3),
    "session forgotten": sessions.lost(sessions.forget, times=1),
    "server late": sessions.late,
    "second page: 403": histories.broken_off(403),
}
ON_A_FILE = ON_EITHER | {
    "one message more, right after the start": kills.newest_first,
    "600 messages missed": kills.missed(600),
    "events twice and in reverse": sessions.doubled_and_reordered,
    "server away in the middle": sessions.outage,
    "locked": stores.locked(7),
    "no write succeeds": stores.takes_no_writes(4),
    "clock behind": clocks.shifted(-600),
    "clock ahead": clocks.shifted(600),
    "history: 403": histories.closed(histories.refused(403, times=2)),
    "history: 404 without a code": histories.closed(histories.refused(404, times=2, coded=False)),
}
NEEDS_MOUNTS = {"disk full": stores.full(4), "read-only": stores.read_only_at_start}
ON_A_SERVER = ON_EITHER | {
    "killed": stores.stopped(3),
    "silent": stores.held(3),
    "connections cut": stores.cut(4),
}


IN_EACH_RUN = (
    "kills",
    "session forgotten",
    "second page: 403",
    "events twice and in reverse",
    "locked",
    "killed",
    "connections cut",
)


@pytest.fixture
def file(tmp_path: Path, migrated_file: Path) -> SqliteDatabase:
    """An empty database in a bot's data folder."""
    return empty_database(tmp_path, migrated_file)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with open_server() as opened:
        yield opened


@by_name(ON_A_FILE, in_each_run=IN_EACH_RUN)
async def test_nothing_is_lost_doubled_or_kept_wrongly(
    play: Play, tmp_path: Path, file: SqliteDatabase
) -> None:
    async with open_stage(tmp_path, file, seed=7) as stage:
        verdict = await play(stage)

    _is_well(verdict)


@by_name(NEEDS_MOUNTS, in_each_run=IN_EACH_RUN)
async def test_a_disk_that_takes_nothing_costs_nothing(
    play: Play, tmp_path: Path, file: SqliteDatabase
) -> None:
    if not stores.may_mount():
        missing("unshare", package="util-linux (and user namespaces)")

    async with open_stage(tmp_path, file, seed=7) as stage:
        verdict = await play(stage)

    _is_well(verdict)


@pytest.mark.service("postgres")
@by_name(ON_A_SERVER, in_each_run=IN_EACH_RUN)
async def test_nothing_is_lost_doubled_or_kept_wrongly_on_a_server(
    play: Play, tmp_path: Path, server: PostgresServer
) -> None:
    database = await PostgresDatabase.create(server)
    async with open_stage(tmp_path, database, seed=7) as stage:
        verdict = await play(stage)

    _is_well(verdict)


async def test_what_nobody_listened_to_is_counted_as_lost(
    tmp_path: Path, file: SqliteDatabase
) -> None:
    async with open_stage(tmp_path, file, seed=7) as stage:
        async with stage.bot() as process:
            await stage.crowd.say(stage.harness.photos)
            await process.kill()
        await stage.crowd.say(stage.harness.lounge, files=2)
        verdict, _ = await Judge(stage.harness, stage.database, stage.crowd).look()

    assert verdict.messages == 2
    assert verdict.without_row >= 1
    assert verdict.without_card >= 1
    assert verdict.files_lost >= 2


def test_a_line_has_a_cell_a_column() -> None:
    verdict = Verdict(9, 0, 0, 0, 0, 0, 0, 0, 0, edits_missed=1, orphans=2, settle_s=3.5)

    line = Outcome("kills", "sqlite", "3", verdict, "", 1.0).line()

    assert len(astuple(verdict)) == len(COLUMNS)
    assert line.count("|") == heading().splitlines()[0].count("|")


def _is_well(verdict: Verdict) -> None:
    assert verdict.messages > 0
    assert verdict.losses == 0, verdict
