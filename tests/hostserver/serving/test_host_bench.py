"""``make bench-host`` measures what it says, and says itself whether the bounds are kept."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.bench_host import FLOOR, measure
from benchmarks.host_files import make_picture
from benchmarks.host_table import Case, Result, Round, summary, table
from tests.hostserver.pictures import picture
from tests.hostserver.videos import video

SMALL = Case("small", Path("small.jpg"), "image/jpeg", 10, bound_ms=15)
FILM = Case("film", Path("film.mp4"), "video/mp4", 10)


@pytest.mark.parametrize(
    ("size", "wanted_bytes", "grain"),
    [((1600, 1200), 200_000, 40), ((4000, 3000), 4_400_000, 64)],
)
def test_pictures_are_as_large_as_their_names_say(
    tmp_path: Path, size: tuple[int, int], wanted_bytes: int, grain: int
) -> None:
    path = tmp_path / "a.jpg"
    make_picture(path, size, wanted_bytes, grain=grain)
    assert abs(path.stat().st_size / wanted_bytes - 1) < 0.03
    with Image.open(path) as image:
        assert image.size == size


@pytest.mark.parametrize("name", ["a.jpg", "a.mp4"])
def test_the_floor_does_its_work_on_new_files(tmp_path: Path, name: str) -> None:
    path, folder = tmp_path / name, tmp_path / "floor"
    folder.mkdir()
    if path.suffix == ".mp4":
        video(path)
    else:
        path.write_bytes(picture())
    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(FLOOR), str(path), "2", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert float(ran.stdout) > 0
    assert len(list(folder.iterdir())) == 3 * 3  # one before measuring; original and two smaller
    with Image.open(folder / "2.1") as thumb:
        assert thumb.size == (320, 320)


def result(case: Case, at_once: int, *, cost_ms: float, peak_mb: float = 100) -> Result:
    rounds = [Round(cost_ms, floor_ms=10, bare_ms=12, reference_ms=44, uploads_per_s=50)] * 3
    return summary(case, at_once, rounds, [0.1, 0.2], peak_mb)


def test_each_bound_is_judged_where_it_is_set() -> None:
    assert result(SMALL, 1, cost_ms=12).verdicts == {"CPU ≤ 15 ms": True}
    assert result(SMALL, 1, cost_ms=12.1).verdicts == {"CPU ≤ 15 ms": False}
    assert result(FILM, 4, cost_ms=13.5).verdicts == {"ratio ≤ 1.35": True}
    assert result(FILM, 4, cost_ms=13.6).verdicts == {"ratio ≤ 1.35": False}
    assert result(FILM, 16, cost_ms=99, peak_mb=199.9).verdicts == {"memory < 200 MB": True}
    assert result(FILM, 16, cost_ms=99, peak_mb=200).verdicts == {"memory < 200 MB": False}
    assert result(FILM, 1, cost_ms=99).verdicts == {}


def test_the_table_tells_costs_and_verdicts() -> None:
    shown = table([result(SMALL, 4, cost_ms=13.2)])
    assert shown.splitlines()[2] == (
        "| small | 4 | 50 | 200.0 | 200.0 | 13.2 | 10 | 12 | 1.32 | 1.1 | 16.5 | 100 "
        "| ratio ≤ 1.35: pass, CPU ≤ 15 ms: **FAIL** |"
    )


def test_a_host_is_measured_beside_the_floor(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(picture())
    case = Case("tiny", path, "image/jpeg", 4)
    found = measure(case, 4, case, rounds_wanted=1)
    assert found.cpu_ms > 0
    assert found.floor_cpu_ms > 0
    assert found.bare_cpu_ms > 0
    assert 40 < found.peak_mb < 300
    assert set(found.verdicts) == {"ratio ≤ 1.35"}
