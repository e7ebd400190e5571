"""What ``make check`` says to a module in the wrong folder: the real contracts over a copy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what the contracts say to a copy in disorder, the lines joined."""
    copy = tmp_path_factory.mktemp("disorder")
    _copy_to(copy)
    _disturb(copy / "src" / "imgoe_bot")
    done = subprocess.run(  # noqa: S603 - the project's own tool
        [LINT_IMPORTS, "--no-cache"],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": f"{copy / 'src'}:{copy}", "COLUMNS": "300"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return " ".join(done.stdout.split())


def _copy_to(copy: Path) -> None:
    generated = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for folder in ("src", "cogs"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=generated)
    shutil.copy(ROOT / "pyproject.toml", copy)


def _disturb(package: Path) -> None:
    shutil.move(package / "ui" / "cards" / "gallery.py", package / "ui" / "reading" / "gallery.py")
    _append(
        "from imgoe_bot.services.jobs import runner as _runner", to=package / "domain" / "ids.py"
    )
    _append("from imgoe_bot.domain import media as _media", to=package / "domain" / "options.py")
    _append('"""A new room."""', to=package / "novelty.py")
    for room in ("ui", "services", "adapters", "hostapi", "hostserver", "discordsim", "terminal"):
        _append('"""A new folder."""', to=package / room / "novelties" / "__init__.py")


def _append(line: str, *, to: Path) -> None:
    to.parent.mkdir(exist_ok=True)
    with to.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")


def test_a_module_in_the_wrong_folder_is_named(verdict: str) -> None:
    assert "Folders of ui point downwards BROKEN" in verdict
    assert "imgoe_bot.ui.reading.gallery -> imgoe_bot.ui.cards." in verdict


def test_an_arrow_upward_between_rooms_is_named(verdict: str) -> None:
    assert "Rooms point downwards BROKEN" in verdict
    assert "imgoe_bot.domain.ids -> imgoe_bot.services.jobs.runner" in verdict


def test_a_circle_of_two_modules_is_named(verdict: str) -> None:
    assert "No two siblings need each other, anywhere BROKEN" in verdict
    assert "Move what both need into a module below them" in verdict


@pytest.mark.parametrize(
    "room", ["ui", "services", "adapters", "hostapi", "hostserver", "discordsim", "terminal"]
)
def test_a_folder_without_a_place_in_the_order_is_named(room: str, verdict: str) -> None:
    assert f"Folders of {room} point downwards BROKEN" in verdict
    assert f"imgoe_bot.{room}.novelties" in verdict


def test_a_module_at_the_top_without_a_place_in_the_order_is_named(verdict: str) -> None:
    assert "imgoe_bot.novelty" in verdict


def test_whoever_breaks_the_order_reads_what_to_do(verdict: str) -> None:
    assert "ARCHITECTURE.md names each folder: move the module, or what it needs" in verdict
