"""The store: claims however many jobs wait, and designs of the writer: ``make bench-store``.

Every measurement runs in a process and on a database of its own, the ways in turn, so a busy
machine hurts all of them; what is reported is the median of the rounds, and ratios of it.

    python -m benchmarks.bench_store [ROUNDS]
"""

import json
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.hostserver.postgres import running_postgres

RESULTS = Path(__file__).parent / "results"
ROUNDS = 3
CLAIMS = 60
UNITS = 512
CALLERS = (1, 8, 32)
WAYS = ("statement by statement", "grouped, by statement", "ours", "inline", "bare sqlite3")
TIMEOUT_S = 240


@dataclass(frozen=True, slots=True)
class Queue:
    """So many jobs that are due, of so many servers."""

    waiting: int
    servers: int


EMPTY, FEW = Queue(0, 1), Queue(8, 8)
QUEUES = (
    EMPTY,
    FEW,
    Queue(100, 1),
    Queue(100, 100),
    Queue(100_000, 1),
    Queue(100_000, 10_000),
    Queue(1_000_000, 1),
    Queue(1_000_000, 10_000),
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim cost: CPU of this process and time in milliseconds, jobs taken, ratios."""

    engine: str
    waiting: int
    servers: int
    cpu_ms: float
    wall_ms: float
    taken: float
    to_empty: float
    to_few: float


@dataclass(frozen=True, slots=True)
class Written:
    """What a unit cost one way: CPU in milliseconds, units a second, longest stall of the loop."""

    engine: str
    way: str
    callers: int
    cpu_ms: float
    units_s: float
    stall_ms: float


def run(module: str, *arguments: object) -> dict[str, float]:
    """Run a measurement in a process of its own."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=TIMEOUT_S)  # noqa: S603  # our own program
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])  # after what it logs
    return found


@contextmanager
def database(postgres: str | None) -> Generator[str]:
    """Give the URL of a database: a new file, or PostgreSQL's, which all share in turn."""
    if postgres is not None:
        yield postgres
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield f"sqlite+aiosqlite:///{folder}/bot.sqlite3"


def claims(postgres: str | None, rounds: int) -> list[Claimed]:
    """Measure claims on every queue of one engine, the queues in turn."""
    found: dict[Queue, list[dict[str, float]]] = {queue: [] for queue in QUEUES}
    for _ in range(rounds):
        for queue in QUEUES:
            with database(postgres) as url:
                found[queue].append(run("store_claims", url, queue.waiting, queue.servers, CLAIMS))
    name = "cpu_ms" if postgres is None else "wall_ms"
    cost = {queue: _median(found[queue], name) for queue in QUEUES}
    return [
        Claimed(
            engine="SQLite" if postgres is None else "PostgreSQL",
            waiting=queue.waiting,
            servers=queue.servers,
            cpu_ms=round(_median(found[queue], "cpu_ms"), 2),
            wall_ms=round(_median(found[queue], "wall_ms"), 2),
            taken=round(_median(found[queue], "taken"), 1),
            to_empty=round(cost[queue] / cost[EMPTY], 2),
            to_few=round(cost[queue] / cost[FEW], 2),
        )
        for queue in QUEUES
    ]


def writers(postgres: str | None, rounds: int) -> list[Written]:
    """Measure the ways to write on one engine, in turn; PostgreSQL has ours only."""
    ways = WAYS if postgres is None else ("ours",)
    cases = [(way, callers) for callers in CALLERS for way in ways]
    found: dict[tuple[str, int], list[dict[str, float]]] = {case: [] for case in cases}
    for _ in range(rounds):
        for way, callers in cases:
            with database(postgres) as url:
                found[way, callers].append(run("store_writers", way, url, callers, UNITS))
    return [
        Written(
            engine="SQLite" if postgres is None else "PostgreSQL",
            way=way,
            callers=callers,
            cpu_ms=round(_median(found[way, callers], "cpu_ms"), 2),
            units_s=round(_median(found[way, callers], "units_s")),
            stall_ms=round(_median(found[way, callers], "stall_ms"), 1),
        )
        for way, callers in cases
    ]


def _median(rounds: Sequence[dict[str, float]], name: str) -> float:
    return statistics.median(each[name] for each in rounds)


def _rows(results: Sequence[Claimed] | Sequence[Written]) -> list[str]:
    return [f"| {' | '.join(str(value) for value in asdict(each).values())} |" for each in results]


def page(claimed: Sequence[Claimed], written: Sequence[Written], *, rounds: int) -> str:
    """Return the page that is kept."""
    lines = [
        "# The store: claims and writing",
        "",
        f"2 cores, Python {platform.python_version()}. `make bench-store` renews this page.",
        "",
        f"Medians of {rounds} round(s), each in a process and on a database of its own.",
        "",
        "## A claim, however many jobs are due",
        "",
        "A worker with 8 free hands of which one host gets 4, one server 3. Every claim looks for",
        "what fell due by itself, too. Ratios are of CPU on SQLite, of time on PostgreSQL: to a",
        "claim that finds nothing, and to one where 8 jobs wait.",
        "",
        "| engine | due | servers | CPU ms | ms | jobs taken | to empty | to 8 due |",
        "|---|---|---|---|---|---|---|---|",
        *_rows(claimed),
        "",
        "## Designs of the writer",
        "",
        "A unit stores a post and two jobs, reads the post and leases a job: five statements.",
        "Stall is the longest time by which the event loop came back late meanwhile.",
        "",
        "| engine | way | callers | CPU ms a unit | units/s | stall ms |",
        "|---|---|---|---|---|---|",
        *_rows(written),
    ]
    return "\n".join(lines) + "\n"


def main(rounds: int = ROUNDS) -> None:
    """Measure everything on both engines, print the page and keep it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with running_postgres(Path(folder)) as postgres:
            claimed = [*claims(None, rounds), *claims(postgres, rounds)]
            written = [*writers(None, rounds), *writers(postgres, rounds)]
    found = {"claims": [asdict(c) for c in claimed], "writers": [asdict(w) for w in written]}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "store.json").write_text(json.dumps(found, indent=2) + "\n")
    (RESULTS / "store.md").write_text(page(claimed, written, rounds=rounds))
    print(page(claimed, written, rounds=rounds))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
