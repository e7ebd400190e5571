"""Scenarios of ``make chaos`` as tests: some in each run, all in a campaign."""

import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from benchmarks.chaos_databases import FILE, SqliteDatabase
from benchmarks.chaos_stage import Play


def by_name(plays: Mapping[str, Play], *, in_each_run: Collection[str]) -> pytest.MarkDecorator:
    """Give a test these plays; all but those of each run take too long for its twenty minutes."""
    params = [
        pytest.param(play, id=name, marks=() if name in in_each_run else (pytest.mark.campaign,))
        for name, play in plays.items()
    ]
    return pytest.mark.parametrize("play", params)


def empty_database(folder: Path, migrated_file: Path) -> SqliteDatabase:
    """Return an empty database in a bot's data folder."""
    data = folder / "bot"
    data.mkdir()
    shutil.copy(migrated_file, data / FILE)
    return SqliteDatabase(data)
