"""What the quick commands cost, against an empty application of typer: ``make bench-terminal``.

Each is a process of its own, and they take turns, so a busy machine hurts all of them; what is
reported is the median of their CPU, and ratios of it.
"""

import base64
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
ROUNDS = 11
OURS = (sys.executable, "-m", "imgoe_bot")
EMPTY = "import typer; app = typer.Typer(); app.command()(lambda: None); app()"
KEY = base64.b64encode(bytes(32)).decode()


@dataclass(frozen=True, slots=True)
class Case:
    """A command line; the first one is what the others are compared with.

    Attributes:
        ratio_max: what the issue asks for, None where it asks for nothing.
    """

    name: str
    command: tuple[str, ...]
    ratio_max: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What one command cost: user and system CPU in milliseconds, and against the first one."""

    name: str
    cpu_ms: float
    ratio: float
    ratio_max: float | None


CASES = (
    Case("an empty typer application: --help", (sys.executable, "-c", EMPTY, "--help")),
    Case("Python alone", (sys.executable, "-c", "pass")),
    Case("imgoe-bot --help", (*OURS, "--help"), ratio_max=1.25),
    Case("imgoe-bot upload --help", (*OURS, "upload", "--help")),
    Case("imgoe-bot version", (*OURS, "version"), ratio_max=1.25),
    Case("imgoe-bot healthcheck, healthy", (*OURS, "healthcheck"), ratio_max=1.25),
)


def cost_ms(command: tuple[str, ...], folder: Path) -> float:
    """Run a command beside a bot's young health file; return its user and system CPU."""
    (folder / "health").touch()
    environment = {**os.environ, "IMGOE_DATA_DIR": str(folder), "IMGOE_SECRET_KEY": KEY}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60)  # noqa: S603  # our own programs
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def measure(cases: tuple[Case, ...], *, rounds: int) -> list[Result]:
    """Let the cases take turns, once uncounted, and compare them with the first."""
    costs: dict[str, list[float]] = {case.name: [] for case in cases}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds + 1):
            for case in cases:
                found_ms = cost_ms(case.command, Path(folder))
                if number:  # the first writes the bytecode
                    costs[case.name].append(found_ms)
    medians_ms = {name: statistics.median(found) for name, found in costs.items()}
    return [_compared(case, medians_ms[case.name], medians_ms[cases[0].name]) for case in cases]


def _compared(case: Case, cpu_ms: float, base_ms: float) -> Result:
    return Result(case.name, round(cpu_ms, 1), round(cpu_ms / base_ms, 2), case.ratio_max)


def table(results: list[Result]) -> str:
    """Return the page that is kept."""
    lines = [
        "# What the quick commands cost",
        "",
        f"2 cores, Python {platform.python_version()}. `make bench-terminal` renews this page.",
        "",
        f"User and system CPU of the process, median of {ROUNDS} runs in turn.",
        "",
        "| command | CPU ms | of the empty application's | at most | |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *map(_row, results)]) + "\n"


def _row(result: Result) -> str:
    verdict = ""
    if result.ratio_max is not None:
        verdict = "met" if result.ratio <= result.ratio_max else "not met"
    limit = "" if result.ratio_max is None else result.ratio_max
    return f"| {result.name} | {result.cpu_ms} | {result.ratio} | {limit} | {verdict} |"


def main() -> None:
    """Measure every case, print the table and keep it."""
    results = measure(CASES, rounds=ROUNDS)
    RESULTS.mkdir(exist_ok=True)
    kept = json.dumps([asdict(result) for result in results], indent=2)
    (RESULTS / "terminal.json").write_text(kept + "\n")
    (RESULTS / "terminal.md").write_text(table(results))
    print(table(results))


if __name__ == "__main__":
    main()
