"""Folders and files that can't be written, for root too: below files, in /proc, on a full disk."""

import errno
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from imgoe_bot.adapters.folder_checks import check_folder
from imgoe_bot.adapters.store import open_engine
from imgoe_bot.errors import ConfigError, StoreFull

NOBODY = 65534
AS_NOBODY = """
import os, sys
import aiosqlite, sqlalchemy.dialects.sqlite.aiosqlite  # who this becomes may not read them
from imgoe_bot.adapters.store import open_engine
from imgoe_bot.errors import ConfigError

folder = sys.argv[1]
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid({nobody})
    os.setuid({nobody})
try:
    open_engine(f"sqlite+aiosqlite:///{{folder}}/bot.sqlite3", variable="IMGOE_DATA_DIR")
except ConfigError as error:
    print(error.setting, error.problem)
"""


def _asked_as_nobody(folder: Path) -> str:
    program = AS_NOBODY.format(nobody=NOBODY)
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-P", "-c", program, str(folder)],
        capture_output=True, text=True, check=True, timeout=50,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that another user may reach and write; pytest's own are closed to others."""
    with TemporaryDirectory(prefix="imgoe-test-") as name:
        Path(name).chmod(0o777)
        yield Path(name)


def test_a_folder_that_is_absent_is_made_and_nothing_is_left_in_it(tmp_path: Path) -> None:
    check_folder(tmp_path / "a" / "b", variable="IMGOE_DATA_DIR")

    assert list((tmp_path / "a" / "b").iterdir()) == []


@pytest.mark.parametrize("place", ["/proc", "/proc/nope", "/proc/version", "/dev/null/data"])
def test_a_folder_that_cannot_be_written_is_named_with_its_variable(place: str) -> None:
    with pytest.raises(ConfigError) as refused:
        check_folder(Path(place), variable="IMGOE_DATA_DIR")

    assert refused.value.setting == "IMGOE_DATA_DIR"
    assert refused.value.problem.startswith(f"{place} can't be ")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_folder_without_room_is_no_wrong_setting_so_that_a_supervisor_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def write_nothing(**_: object) -> None:
        raise OSError(code, "no room")

    monkeypatch.setattr("imgoe_bot.adapters.folder_checks.TemporaryFile", write_nothing)

    with pytest.raises(StoreFull) as refused:
        check_folder(tmp_path, variable="IMGOE_DATA_DIR")

    assert refused.value.where == str(tmp_path)


def test_a_folder_of_another_user_is_named(folder: Path) -> None:
    folder.chmod(0o555)

    says = _asked_as_nobody(folder)

    assert says == f"IMGOE_DATA_DIR {folder} can't be written: Permission denied"


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
def test_a_database_file_that_is_another_users_is_named_before_it_is_opened(
    folder: Path, suffix: str
) -> None:
    file = folder / f"bot.sqlite3{suffix}"
    file.touch()
    file.chmod(0o444)

    assert _asked_as_nobody(folder) == f"IMGOE_DATA_DIR {file} can't be written by this user"


def test_a_folder_in_the_place_of_the_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be written"):
        open_engine(f"sqlite+aiosqlite:///{tmp_path}")


def test_a_folder_of_ones_own_is_taken_by_whoever_may_write_it(folder: Path) -> None:
    assert _asked_as_nobody(folder) == ""
    assert list(folder.iterdir()) == []
