"""Short scenarios of ``make chaos``, part two: whatever a host does, each file arrives once."""

from pathlib import Path

import pytest

from benchmarks import chaos_discord as discord
from benchmarks import chaos_host_faults as faults
from benchmarks import chaos_kills as kills
from benchmarks import chaos_troubles as troubles
from benchmarks.chaos_databases import SqliteDatabase
from benchmarks.chaos_stage import Play, open_stage
from benchmarks.chaos_verdict import Verdict
from tests.flows.plays import by_name, empty_database

pytestmark = pytest.mark.timeout(300)

PASSING = (
    "challenge under 200",
    "a proxy's 403",
    "a proxy's 404",
    "503",
    "409 for every key",
    "key refused",
    "630",
    "600, disk full",
)
ANSWERS = faults.INSTEAD | faults.CODED
OTHER_ANSWERS = {name: troubles.answering(ANSWERS[name]) for name in PASSING}
PERIODS = {name: troubles.answering(fault) for name, (fault, _) in faults.PERIODS_S.items()}
LOST_ANSWERS = {name: troubles.answering(fault) for name, fault in faults.AFTER_STORING.items()}
CONNECTIONS = {name: troubles.answering(fault) for name, fault in faults.CONNECTIONS.items()} | {
    "refused": troubles.closed,
    "garbled": troubles.garbled,
}
PLAYS = {
    "answers": troubles.in_a_row(LOST_ANSWERS | OTHER_ANSWERS | dict(troubles.CDN)),
    "waits that a host names": troubles.in_a_row(PERIODS, period_s=faults.DAY_S),
    "asked to end": kills.terminated(1, burst_of=12),
    "Discord loses answers and drops": discord.through(discord.dropping, for_s=2),
}
AT_A_HOST_THAT_CANNOT_BE_ASKED = {
    "answers lost, connections": troubles.in_a_row(LOST_ANSWERS | CONNECTIONS),
}


IN_EACH_RUN = ("answers", "answers lost, connections")


@pytest.fixture
def file(tmp_path: Path, migrated_file: Path) -> SqliteDatabase:
    """An empty database in a bot's data folder."""
    return empty_database(tmp_path, migrated_file)


@by_name(PLAYS, in_each_run=IN_EACH_RUN)
async def test_each_file_arrives_once(play: Play, tmp_path: Path, file: SqliteDatabase) -> None:
    _is_well(await _play(play, tmp_path, file, knows_keys=True))


@by_name(AT_A_HOST_THAT_CANNOT_BE_ASKED, in_each_run=IN_EACH_RUN)
async def test_each_file_arrives_at_a_host_that_cannot_be_asked(
    play: Play, tmp_path: Path, file: SqliteDatabase
) -> None:
    _is_well(await _play(play, tmp_path, file, knows_keys=False))


async def _play(play: Play, tmp_path: Path, file: SqliteDatabase, *, knows_keys: bool) -> Verdict:
    async with open_stage(tmp_path, file, seed=7, knows_keys=knows_keys) as stage:
        return await play(stage)


def _is_well(verdict: Verdict) -> None:
    assert verdict.messages > 0
    assert verdict.losses == 0, verdict
