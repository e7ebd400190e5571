"""Uploads to the embedded host, against the bare work and a bare server beside it.

``make bench-host`` runs this.

The host runs as ``imgoe-bot host`` in a process of its own; its CPU and memory are read from
/proc, with those of its video children. Floor, bare server and host take turns, so a busy machine
hurts all of them, and each round is judged by its own floor. Nothing is deleted before the end:
ext4 looks at every inode that was freed within the last minutes when it makes a new one, which
costs a host on a machine that just deleted thousands of files 3 ms an upload.
"""

import asyncio
import io
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count, islice
from pathlib import Path
from typing import IO

import aiohttp

from benchmarks.host_files import make_film, make_picture
from benchmarks.host_table import REFERENCE_MS, Case, Result, Round, summary, table

RESULTS = Path(__file__).parent / "results"
FLOOR = Path(__file__).with_name("host_floor.py")
ROOT = Path(__file__).parents[1]
HOST = "import typer; from imgoe_bot.terminal.cli import host; typer.run(host)"
AT_ONCE = (1, 4, 16)
ROUNDS = 5
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
WAIT_S = 120
MB = 1_000_000


def make_cases(folder: Path) -> list[Case]:
    """Write the three files of issue 3."""
    small, large, film = folder / "small.jpg", folder / "large.jpg", folder / "film.mp4"
    make_picture(small, (1600, 1200), 200_000)
    make_picture(large, (4000, 3000), 4_400_000, grain=64)
    make_film(film, 8_000_000)
    return [
        Case("200 KB JPEG, 1600x1200", small, "image/jpeg", 120, bound_ms=15),
        Case("4.4 MB JPEG, 4000x3000", large, "image/jpeg", 48, bound_ms=75),
        Case("8 MB MP4, 720p", film, "video/mp4", 32),
    ]


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def _cpu_s(pid: int) -> float:
    """Return CPU seconds of a process, its threads and its living children."""
    total = 0.0
    for one in (pid, *_children(pid)):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / TICKS_PER_S
    return total


def _peak_mb(pid: int) -> float:
    """Return what a process and its children took at their peaks; shared pages count for each."""
    lines = [
        line
        for one in (pid, *_children(pid))
        for line in Path(f"/proc/{one}/status").read_text().splitlines()
        if line.startswith("VmHWM")
    ]
    return sum(int(line.split()[1]) for line in lines) * 1024 / MB


@dataclass(frozen=True, slots=True)
class RunningHost:
    """A host in a process of its own."""

    pid: int
    url: str
    key: str


@contextmanager
def running_host(folder: Path) -> Generator[RunningHost]:
    """Run a host until the end of the block."""
    options = ["--data", str(folder), "--bind", "127.0.0.1:0", "--per-minute", "0"]
    with _serving("-c", HOST, *options) as (process, told):
        url = told.readline().strip().removeprefix("Serving ")
        key = told.readline().strip().removeprefix("API key (shown once): ")
        yield RunningHost(process.pid, url, key)


@contextmanager
def running_bare(folder: Path) -> Generator[RunningHost]:
    """Run a bare server until the end of the block."""
    with _serving("-m", "benchmarks.host_bare", str(folder)) as (process, told):
        url = told.readline().strip().removeprefix("Serving ")
        yield RunningHost(process.pid, url, key="")


@contextmanager
def _serving(*command: str) -> Generator[tuple[subprocess.Popen[str], IO[str]]]:
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-u", *command], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout
    finally:
        process.terminate()
        process.wait(WAIT_S)
        process.stdout.close()


async def _upload(
    session: aiohttp.ClientSession, host: RunningHost, case: Case, number: int
) -> float:
    form = aiohttp.FormData()
    data = io.BytesIO(case.path.read_bytes())
    name = f"IMG_{number:05}{case.path.suffix}"
    form.add_field("source", data, filename=name, content_type=case.mime)
    headers, begun = {"X-API-Key": host.key}, time.perf_counter()
    async with session.post(f"{host.url}/api/1/upload", data=form, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        await answer.read()
    return time.perf_counter() - begun


async def _upload_many(
    host: RunningHost, case: Case, at_once: int, numbers: Iterator[int]
) -> list[float]:
    timeout = aiohttp.ClientTimeout(total=WAIT_S)

    async def work(session: aiohttp.ClientSession) -> list[float]:
        return [await _upload(session, host, case, number) for number in numbers]

    async with aiohttp.ClientSession(timeout=timeout) as session:
        done = await asyncio.gather(*(work(session) for _ in range(at_once)))
    return [one for batch in done for one in batch]


def floor_cpu_s(case: Case, at_once: int, folder: Path) -> float:
    """Return CPU seconds of the bare work, with as many cores busy as the host keeps busy."""
    busy = min(at_once, os.cpu_count() or 1)
    with ThreadPoolExecutor(busy) as runners:
        costs = list(runners.map(_one_floor, [case] * busy, [folder] * busy))
    return statistics.mean(costs)


def _one_floor(case: Case, folder: Path) -> float:
    files, own = str(max(8, case.uploads // 4)), tempfile.mkdtemp(dir=folder)
    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(FLOOR), str(case.path), files, own],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(ran.stdout)


def _cost_s(
    host: RunningHost, case: Case, at_once: int, numbers: Iterator[int]
) -> tuple[float, list[float]]:
    """Upload; return seconds of CPU an upload, and how long each of them took."""
    cpu_s = _cpu_s(host.pid)
    times = asyncio.run(_upload_many(host, case, at_once, islice(numbers, case.uploads)))
    return (_cpu_s(host.pid) - cpu_s) / case.uploads, times


def _round(
    host: RunningHost,
    bare: RunningHost,
    case: Case,
    at_once: int,
    reference: Case,
    numbers: Iterator[int],
) -> tuple[Round, list[float]]:
    """Run floors and uploads once; return their costs, and seconds of every upload."""
    folder = case.path.parent
    floor_s = floor_cpu_s(case, at_once, folder)
    reference_s = floor_s if case is reference else floor_cpu_s(reference, at_once, folder)
    bare_s, _ = _cost_s(bare, case, at_once, numbers)
    begun = time.perf_counter()
    cost_s, times = _cost_s(host, case, at_once, numbers)
    rate = case.uploads / (time.perf_counter() - begun)
    found = Round(cost_s * 1000, floor_s * 1000, bare_s * 1000, reference_s * 1000, rate)
    return found, times


def measure(case: Case, at_once: int, reference: Case, *, rounds_wanted: int = ROUNDS) -> Result:
    """Upload one kind of file in turns with the floor, and return the medians."""
    rounds: list[Round] = []
    times: list[float] = []
    numbers, folder = count(), case.path.parent
    with (
        running_host(Path(tempfile.mkdtemp(dir=folder))) as host,
        running_bare(Path(tempfile.mkdtemp(dir=folder))) as bare,
    ):
        for server in (host, bare):
            asyncio.run(_upload_many(server, case, at_once, islice(numbers, at_once + 4)))
        for _ in range(rounds_wanted):
            one, taken = _round(host, bare, case, at_once, reference, numbers)
            rounds.append(one)
            times += taken
        peak_mb = _peak_mb(host.pid)
    return summary(case, at_once, rounds, times, peak_mb)


def main() -> None:
    """Measure everything, print it and keep it under results/."""
    with tempfile.TemporaryDirectory() as name:
        cases = make_cases(Path(name))
        results = [measure(case, at_once, cases[1]) for case in cases for at_once in AT_ONCE]
    print(table(results))
    RESULTS.mkdir(exist_ok=True)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    kept = {"machine": machine, "results": [asdict(one) for one in results]}
    (RESULTS / "host.json").write_text(json.dumps(kept, indent=1) + "\n")
    (RESULTS / "host.md").write_text(
        f"# Uploads to the embedded host\n\n{machine}. `make bench-host` renews this page.\n\n"
        "CPU is the host's own, children included. The floor hashes, decodes, shrinks, encodes and "
        "writes the same file without HTTP or an index, by the same calls and with the same "
        "memory settings; the bare server does the same behind aiohttp, with one row in SQLite "
        "and nothing else. Ratios are medians of rounds, and to the floor unless they name the "
        f"server. Scaled is the CPU on a core where the floor's 12 MP work takes {REFERENCE_MS} "
        "ms. Memory counts shared pages for each process.\n\n"
        f"{table(results)}\n"
    )


if __name__ == "__main__":
    main()
