"""Uploads to the embedded host, against the bare work beside it: ``make bench-host``.

The host runs as ``imgoe-bot host`` in a process of its own; its CPU and memory are read from
/proc, with those of its video children. Floor and host take turns, so a busy machine hurts both.
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
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp
import av
from PIL import Image, ImageFilter

RESULTS = Path(__file__).parent / "results"
FLOOR = Path(__file__).with_name("host_floor.py")
HOST = "import typer; from imgoe_bot.host_cli import host; typer.run(host)"
AT_ONCE = (1, 4, 16)
ROUNDS = 3
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
WAIT_S = 120


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of file."""

    name: str
    path: Path
    mime: str
    uploads: int


@dataclass(frozen=True, slots=True)
class Result:
    """What one kind of file cost with so many uploads at once."""

    case: str
    at_once: int
    uploads_per_s: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    floor_cpu_ms: float
    ratio: float
    peak_mib: float


def _noise(size: tuple[int, int]) -> Image.Image:
    """A picture about as hard to compress as a photograph."""
    coarse = Image.effect_mandelbrot(size, (-2.0, -1.5, 1.0, 1.5), 80)
    grain = Image.effect_noise(size, 40).filter(ImageFilter.GaussianBlur(1.2))
    channels = (Image.blend(coarse, grain, 0.5), grain, Image.blend(grain, coarse, 0.3))
    return Image.merge("RGB", channels)


def make_picture(path: Path, size: tuple[int, int], wanted_bytes: int) -> None:
    """Write a JPEG whose size comes closest to what is wanted."""
    image, best = _noise(size), b""
    for quality in range(20, 98, 3):
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality)
        data = buffer.getvalue()
        if not best or abs(len(data) - wanted_bytes) < abs(len(best) - wanted_bytes):
            best = data
    path.write_bytes(best)


def make_film(path: Path, wanted_bytes: int) -> None:
    """Write twenty seconds of 720p of about the wanted size."""
    library: Any = av  # its stubs leave half of what is used here untyped
    seconds, rate = 20, 24
    with library.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.bit_rate = wanted_bytes * 8 // seconds
        stream.options = {"preset": "ultrafast"}
        wide = _noise((1280 + seconds * rate, 720))
        for number in range(seconds * rate):
            picture = wide.crop((number, 0, number + 1280, 720))
            container.mux(stream.encode(library.VideoFrame.from_image(picture)))
        container.mux(stream.encode())


def make_cases(folder: Path) -> list[Case]:
    """Write the three files of issue 3."""
    small, large, film = folder / "small.jpg", folder / "large.jpg", folder / "film.mp4"
    make_picture(small, (1600, 1200), 200_000)
    make_picture(large, (4000, 3000), 4_400_000)
    make_film(film, 8_000_000)
    return [
        Case("200 KB JPEG, 1600x1200", small, "image/jpeg", 160),
        Case("4.4 MB JPEG, 4000x3000", large, "image/jpeg", 48),
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


def _peak_mib(pid: int) -> float:
    lines = [
        line
        for one in (pid, *_children(pid))
        for line in Path(f"/proc/{one}/status").read_text().splitlines()
        if line.startswith("VmHWM")
    ]
    return sum(int(line.split()[1]) for line in lines) / 1024


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
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-u", "-c", HOST, *options], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip().removeprefix("Serving ")
    key = process.stdout.readline().strip().removeprefix("API key (shown once): ")
    try:
        yield RunningHost(process.pid, url, key)
    finally:
        process.terminate()
        process.wait(WAIT_S)
        process.stdout.close()


async def _upload(session: aiohttp.ClientSession, host: RunningHost, case: Case) -> float:
    form = aiohttp.FormData()
    data = io.BytesIO(case.path.read_bytes())
    form.add_field("source", data, filename=case.path.name, content_type=case.mime)
    headers, begun = {"X-API-Key": host.key}, time.perf_counter()
    async with session.post(f"{host.url}/api/1/upload", data=form, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        await answer.read()
    return time.perf_counter() - begun


async def _upload_many(host: RunningHost, case: Case, at_once: int, count: int) -> list[float]:
    waiting = iter(range(count))
    timeout = aiohttp.ClientTimeout(total=WAIT_S)

    async def work(session: aiohttp.ClientSession) -> list[float]:
        return [await _upload(session, host, case) for _ in waiting]

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
    count = str(max(8, case.uploads // 4))
    with tempfile.TemporaryDirectory(dir=folder) as own:
        ran = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, str(FLOOR), str(case.path), count, own],
            check=True,
            capture_output=True,
            text=True,
        )
    return float(ran.stdout)


def _percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def measure(case: Case, at_once: int, folder: Path) -> Result:
    """Upload one kind of file in turns with the floor, and return the medians."""
    floors: list[float] = []
    costs: list[float] = []
    rates: list[float] = []
    times: list[float] = []
    with tempfile.TemporaryDirectory(dir=folder) as data, running_host(Path(data)) as host:
        asyncio.run(_upload_many(host, case, at_once, at_once + 4))
        for _ in range(ROUNDS):
            floors.append(floor_cpu_s(case, at_once, folder))
            cpu_s, begun = _cpu_s(host.pid), time.perf_counter()
            times += asyncio.run(_upload_many(host, case, at_once, case.uploads))
            rates.append(case.uploads / (time.perf_counter() - begun))
            costs.append((_cpu_s(host.pid) - cpu_s) / case.uploads)
        peak_mib = _peak_mib(host.pid)
    cost_s, floor_s = statistics.median(costs), statistics.median(floors)
    return Result(
        case=case.name,
        at_once=at_once,
        uploads_per_s=round(statistics.median(rates), 1),
        p50_ms=round(_percentile(times, 0.5) * 1000, 1),
        p95_ms=round(_percentile(times, 0.95) * 1000, 1),
        cpu_ms=round(cost_s * 1000, 1),
        floor_cpu_ms=round(floor_s * 1000, 1),
        ratio=round(cost_s / floor_s, 2),
        peak_mib=round(peak_mib, 1),
    )


def table(results: list[Result]) -> str:
    """Return the results as a Markdown table."""
    lines = [
        "| file | at once | uploads/s | p50 ms | p95 ms | CPU ms | floor ms | ratio | peak MiB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.case} | {one.at_once} | {one.uploads_per_s} | {one.p50_ms} | {one.p95_ms} "
        f"| {one.cpu_ms} | {one.floor_cpu_ms} | {one.ratio} | {one.peak_mib} |"
        for one in results
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure everything, print it and keep it under results/."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results = [
            measure(case, at_once, folder) for case in make_cases(folder) for at_once in AT_ONCE
        ]
    print(table(results))
    RESULTS.mkdir(exist_ok=True)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    kept = {"machine": machine, "results": [asdict(one) for one in results]}
    (RESULTS / "host.json").write_text(json.dumps(kept, indent=1) + "\n")
    (RESULTS / "host.md").write_text(
        f"# Uploads to the embedded host\n\n{machine}. `make bench-host` renews this page.\n\n"
        "CPU is the host's own, children included. The floor hashes, decodes, shrinks, encodes and "
        f"writes the same file without HTTP or an index.\n\n{table(results)}\n"
    )


if __name__ == "__main__":
    main()
