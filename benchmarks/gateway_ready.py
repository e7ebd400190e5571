"""The start of a bot in many servers, against a bare discord.Client on the same gateway.

    python -m benchmarks.gateway_ready [--servers 10000] [--rounds 1] [--messages 1000]

Both run in processes of their own and take turns, so a busy machine hurts both; what is reported
is the median of their CPU, from the start of the process on, and ratios of it. A first round
without servers writes the bytecode, and tells what a process takes before the first server comes.
``bench_gateway`` puts the same table into its page.
"""

import argparse
import base64
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gateway_child import Found
from benchmarks.gateway_database import prepare, requests
from benchmarks.gateway_rows import Row, lines
from imgoe_bot.settings.fields import Settings

ROOT = Path(__file__).parents[1]
SERVERS, ROUNDS, MESSAGES = 10_000, 1, 1_000
KEY = base64.b64encode(bytes(32)).decode()
TOKEN = "a.b.c"  # noqa: S105  # nobody's
TIMEOUT_S = 900
MB, KIB = 1_000_000, 1_024


@dataclass(frozen=True, slots=True)
class Result:
    """What a start cost, ours and a bare client's.

    Attributes:
        servers: how many there were.
        histories: how many had to be read.
        bare_cpu_s: CPU until the client was ready.
        ours_cpu_s: CPU until all was caught up and deletions were looked for.
        bare_empty_mb: resident memory without a server.
        bare_server_kib: resident memory a server more takes.
        bare_pause_ms: the longest pause of the loop while messages came.
    """

    servers: int
    histories: int
    bare_cpu_s: float
    ours_cpu_s: float
    bare_wall_s: float
    ours_wall_s: float
    bare_empty_mb: float
    ours_empty_mb: float
    bare_server_kib: float
    ours_server_kib: float
    bare_pause_ms: float
    ours_pause_ms: float

    @property
    def cpu_ratio(self) -> float:
        """How much CPU our start took, a bare client's being 1."""
        return round(self.ours_cpu_s / self.bare_cpu_s, 2)


@contextmanager
def _world(servers: int) -> Generator[int]:
    """Run gateway and REST; gives their port."""
    command = [sys.executable, "-m", "benchmarks.gateway_world", str(servers)]
    with subprocess.Popen(  # noqa: S603  # our own program
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdout is None:
            raise RuntimeError("the gateway has no output")
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def _run(way: str, servers: int, messages: int, folder: Path) -> Found:
    """Run one client once, ours on a database of its own."""
    data = folder / f"{way}-{servers}"
    if way == "ours":
        data.mkdir(exist_ok=True)
        for file in data.iterdir():
            file.unlink()
        given = {"discord_token": TOKEN, "secret_key": KEY, "data_dir": str(data)}
        prepare(Settings.model_validate(given), servers)
    environment = {
        **{name: value for name, value in os.environ.items() if name not in _UNLIKE_REAL},
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "IMGOE_SECRET_KEY": KEY,
        "IMGOE_DISCORD_TOKEN": TOKEN,
        "IMGOE_DATA_DIR": str(data),
    }
    with _world(servers) as port:
        numbers = (port, servers, messages if servers else 0)
        command = [sys.executable, "-m", "benchmarks.gateway_child", way, *map(str, numbers)]
        done = subprocess.run(  # noqa: S603  # our own program
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True,
            timeout=TIMEOUT_S,
        )  # fmt: skip
    return Found(**json.loads(done.stdout))


_UNLIKE_REAL = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
"""What would have each process compile everything, which takes seconds and memory."""


def measure(*, servers: int = SERVERS, rounds: int = ROUNDS, messages: int = MESSAGES) -> Result:
    """Start both in turn; the first start of each, without servers, is for memory alone."""
    found: dict[str, list[Found]] = {"bare": [], "ours": []}
    empty: dict[str, Found] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for way in found:
            _run(way, 0, 0, folder)  # writes the bytecode
            empty[way] = _run(way, 0, 0, folder)
        for _ in range(rounds):
            for way, results in found.items():
                results.append(_run(way, servers, messages, folder))
    bare, ours = found["bare"], found["ours"]
    return Result(
        servers=servers,
        histories=requests(servers),
        bare_cpu_s=_median([each.cpu_s for each in bare]),
        ours_cpu_s=_median([each.cpu_s for each in ours]),
        bare_wall_s=_median([each.wall_s for each in bare]),
        ours_wall_s=_median([each.wall_s for each in ours]),
        bare_empty_mb=round(empty["bare"].rss_bytes / MB, 1),
        ours_empty_mb=round(empty["ours"].rss_bytes / MB, 1),
        bare_server_kib=_server_kib(bare, empty["bare"], servers),
        ours_server_kib=_server_kib(ours, empty["ours"], servers),
        bare_pause_ms=_median([each.pause_ms for each in bare]),
        ours_pause_ms=_median([each.pause_ms for each in ours]),
    )


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 2)


def _server_kib(found: Sequence[Found], empty: Found, servers: int) -> float:
    grown = statistics.median(each.rss_bytes for each in found) - empty.rss_bytes
    return round(grown / servers / KIB, 2)


def rows(*, servers: int = SERVERS, rounds: int = ROUNDS, messages: int = MESSAGES) -> list[Row]:
    """Return the rows of the gateway's table."""
    result = measure(servers=servers, rounds=rounds, messages=messages)
    start = f"start in {result.servers} servers"
    return [
        Row(f"{start}, caught up", "CPU s", result.ours_cpu_s, result.bare_cpu_s, most=1.5),
        Row(f"{start}, caught up", "s", result.ours_wall_s, result.bare_wall_s),
        Row("memory without a server", "MB", result.ours_empty_mb, most=90),
        Row("memory without a server, the client's", "MB", result.bare_empty_mb),
        Row("memory a server", "KiB", result.ours_server_kib, most=21),
        Row("memory a server, the client's", "KiB", result.bare_server_kib),
        Row("longest pause in flow", "ms", result.ours_pause_ms, most=15),
        Row("longest pause in flow, the client's", "ms", result.bare_pause_ms),
    ]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--servers", type=int, default=SERVERS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    asked = parser.parse_args()
    found = rows(servers=asked.servers, rounds=asked.rounds, messages=asked.messages)
    print("\n".join(lines(found)))


if __name__ == "__main__":
    main()
