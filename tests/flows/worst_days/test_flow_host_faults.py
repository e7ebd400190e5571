"""Short scenarios of ``make chaos``, part two: whatever a host does, each file arrives once."""

import shutil
from pathlib import Path

import pytest

from benchmarks import chaos_commands as commands
from benchmarks import chaos_discord as discord
from benchmarks import chaos_host_faults as faults
from benchmarks import chaos_kills as kills
from benchmarks import chaos_neighbours as neighbours
from benchmarks import chaos_troubles as troubles
from benchmarks.chaos_databases import FILE, SqliteDatabase
from benchmarks.chaos_stage import Play, open_stage
from benchmarks.chaos_verdict import Verdict

pytestmark = pytest.mark.timeout(300)

AFTER_STORING = {name: troubles.answering(fault) for name, fault in faults.AFTER_STORING.items()}
INSTEAD = {
    name: troubles.answering(fault) for name, fault in (faults.INSTEAD | faults.CODED).items()
}
CONNECTIONS = {name: troubles.answering(fault) for name, fault in faults.CONNECTIONS.items()} | {
    "refused": troubles.closed,
    "garbled": troubles.garbled,
}
PERIODS = {name: troubles.answering(fault) for name, (fault, _) in faults.PERIODS_S.items()}

AT_EITHER_HOST = {
    "answers lost": troubles.in_a_row(AFTER_STORING),
    "connections": troubles.in_a_row(CONNECTIONS),
}
PLAYS = {
    "other answers": troubles.in_a_row(INSTEAD),
    "CDN": troubles.in_a_row(troubles.CDN),
    "periods": troubles.in_a_row(PERIODS, period_s=faults.DAY_S),
    "away for 3 hours": troubles.away((600, 3_600, 7_200)),
    "asked to end": kills.terminated(2),
    "commands killed": commands.killed(3),
    "a neighbour's host hangs": neighbours.one_hangs,
    "Discord loses answers and drops": discord.through(discord.dropping, for_s=3),
}


def _by_name(plays: dict[str, Play]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("play", list(plays.values()), ids=list(plays))


@pytest.fixture
def file(tmp_path: Path, migrated_file: Path) -> SqliteDatabase:
    """An empty database in a bot's data folder."""
    folder = tmp_path / "bot"
    folder.mkdir()
    shutil.copy(migrated_file, folder / FILE)
    return SqliteDatabase(folder)


@_by_name(AT_EITHER_HOST | PLAYS)
async def test_each_file_arrives_once(play: Play, tmp_path: Path, file: SqliteDatabase) -> None:
    _is_well(await _play(play, tmp_path, file, knows_keys=True))


@_by_name(AT_EITHER_HOST | {"kills": kills.kills(3)})
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
