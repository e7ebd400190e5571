"""A file through the bot's client, against a raw relay: ``make bench-mirror``.

Raw sockets, the bot's own way and a naive one take turns in processes of their own, so a busy
machine hurts all three; what is reported is the median of their CPU, and ratios of it.
"""

import json
import platform
import statistics
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results"
WAYS = ("raw", "ours", "naive")
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Case:
    """So many files of a size, so many at once."""

    name: str
    size_bytes: int
    files: int
    at_once: int
    rounds: int = ROUNDS


@dataclass(frozen=True, slots=True)
class Result:
    """What one case cost: CPU in milliseconds a file, peak memory of the process in MB."""

    case: str
    raw_ms: float
    ours_ms: float
    naive_ms: float
    ours_ratio: float
    naive_ratio: float
    ours_peak_mb: float
    naive_peak_mb: float


CASES = (
    Case("200 KB, 8 at once", 200_000, 400, 8),
    Case("200 KB, 32 at once", 200_000, 400, 32),
    Case("8 MB, 8 at once", 8_000_000, 48, 8),
    Case("8 MB, 32 at once", 8_000_000, 64, 32),
    Case("100 MB, 8 at once", 100_000_000, 8, 8, rounds=3),
)


@dataclass(frozen=True, slots=True)
class Limit:
    """What the issue asks of a case; None where it asks for nothing."""

    case: str
    ratio_max: float | None = None
    peak_max_mb: float | None = None


LIMITS = (
    Limit("200 KB, 32 at once", ratio_max=12),
    Limit("8 MB, 8 at once", ratio_max=2.5),
    Limit("8 MB, 32 at once", ratio_max=2.5),
    Limit("100 MB, 8 at once", peak_max_mb=90),
)


@contextmanager
def ends() -> Generator[tuple[str, str]]:
    """Run source and sink; give their ports."""
    command = [sys.executable, str(HERE / "mirror_ends.py")]
    with subprocess.Popen(  # noqa: S603  # our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdout is None:
            raise RuntimeError("the ends have no output")
        source, sink = process.stdout.readline().split()
        try:
            yield source, sink
        finally:
            process.terminate()


def run(way: str, case: Case, ports: tuple[str, str]) -> dict[str, float]:
    """Run one way once and return what it cost."""
    numbers = (*ports, case.size_bytes, case.files, case.at_once)
    command = [sys.executable, str(HERE / "mirror_ways.py"), way, *map(str, numbers)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)  # noqa: S603  # our own program
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure(case: Case, ports: tuple[str, str]) -> Result:
    """Let the three ways take turns and compare them."""
    costs: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(case.rounds):
        for way in WAYS:
            costs[way].append(run(way, case, ports))
    cpu = {
        way: statistics.median(cost["cpu_s"] for cost in costs[way]) * 1000 / case.files
        for way in WAYS
    }
    peak = {way: max(cost["peak_bytes"] for cost in costs[way]) / 1e6 for way in WAYS}
    return Result(
        case=case.name,
        raw_ms=round(cpu["raw"], 2),
        ours_ms=round(cpu["ours"], 2),
        naive_ms=round(cpu["naive"], 2),
        ours_ratio=round(cpu["ours"] / cpu["raw"], 2),
        naive_ratio=round(cpu["naive"] / cpu["raw"], 2),
        ours_peak_mb=round(peak["ours"], 1),
        naive_peak_mb=round(peak["naive"], 1),
    )


def judged(results: list[Result]) -> list[str]:
    """Return a row of a table for each limit, met or not."""
    by_case = {result.case: result for result in results}
    rows: list[str] = []
    for limit in LIMITS:
        result = by_case[limit.case]
        if limit.ratio_max is not None:
            rows.append(_row(limit.case, "CPU, ours / raw", result.ours_ratio, limit.ratio_max))
        if limit.peak_max_mb is not None:
            rows.append(_row(limit.case, "peak MB, ours", result.ours_peak_mb, limit.peak_max_mb))
    return rows


def _row(case: str, what: str, found: float, most: float) -> str:
    return f"| {case} | {what} | {found} | {most} | {'met' if found <= most else 'not met'} |"


def table(results: list[Result]) -> str:
    """Return the page that is kept."""
    lines = [
        "# A file's way through the bot: download and upload",
        "",
        f"2 cores, Python {platform.python_version()}. `make bench-mirror` renews this page.",
        "",
        "CPU of the mirroring process a file, against relaying the same bytes with raw sockets.",
        "Naive reads the whole file with stock httpx and posts it.",
        "One file goes through first and is not counted.",
        "",
        "| files | raw ms | ours ms | naive ms | ours / raw | naive / raw | ours MB | naive MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [f"| {' | '.join(str(value) for value in asdict(r).values())} |" for r in results]
    lines += ["", "| files | limit on | found | at most | |", "|---|---|---|---|---|"]
    lines += judged(results)
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure every case, print the table and keep it."""
    with ends() as ports:
        results = [measure(case, ports) for case in CASES]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "mirror.json").write_text(json.dumps([asdict(r) for r in results], indent=2) + "\n")
    (RESULTS / "mirror.md").write_text(table(results))
    print(table(results))


if __name__ == "__main__":
    main()
