"""What bench_host.py found, judged by the bounds of issue 3, as a table."""

import statistics
from dataclasses import dataclass
from pathlib import Path

# The bounds of issue 3. Milliseconds are those of a core on which the floor's 12 MP work takes 55.
REFERENCE_MS = 55
RATIO_BOUND, RATIO_AT = 1.35, 4
MEMORY_BOUND_MB, MEMORY_AT = 200, 16
COLUMNS = (
    *("file", "at once", "uploads/s", "p50 ms", "p95 ms", "CPU ms", "floor ms", "bare server ms"),
    *("ratio", "ratio to bare", "CPU ms, scaled", "peak MB", "bounds"),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of file."""

    name: str
    path: Path
    mime: str
    uploads: int
    bound_ms: int | None = None


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
    bare_cpu_ms: float
    ratio: float
    bare_ratio: float
    scaled_cpu_ms: float
    peak_mb: float
    verdicts: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Round:
    """What an upload cost once, and what the others cost beside it: CPU in milliseconds.

    Attributes:
        bare_ms: the bare server's.
        reference_ms: the floor's, for the 12 MP picture.
    """

    cost_ms: float
    floor_ms: float
    bare_ms: float
    reference_ms: float
    uploads_per_s: float


def _percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def summary(
    case: Case, at_once: int, rounds: list[Round], times: list[float], peak_mb: float
) -> Result:
    """Return the medians of some rounds; ratios are those of each round."""
    ratio = statistics.median(one.cost_ms / one.floor_ms for one in rounds)
    scaled_ms = REFERENCE_MS * statistics.median(one.cost_ms / one.reference_ms for one in rounds)
    return Result(
        case=case.name,
        at_once=at_once,
        uploads_per_s=round(statistics.median(one.uploads_per_s for one in rounds), 1),
        p50_ms=round(_percentile(times, 0.5) * 1000, 1),
        p95_ms=round(_percentile(times, 0.95) * 1000, 1),
        cpu_ms=round(statistics.median(one.cost_ms for one in rounds), 1),
        floor_cpu_ms=round(statistics.median(one.floor_ms for one in rounds), 1),
        bare_cpu_ms=round(statistics.median(one.bare_ms for one in rounds), 1),
        ratio=round(ratio, 2),
        bare_ratio=round(statistics.median(one.cost_ms / one.bare_ms for one in rounds), 2),
        scaled_cpu_ms=round(scaled_ms, 1),
        peak_mb=round(peak_mb, 1),
        verdicts=_verdicts(case, at_once, ratio, scaled_ms, peak_mb),
    )


def _verdicts(
    case: Case, at_once: int, ratio: float, scaled_ms: float, peak_mb: float
) -> dict[str, bool]:
    """Return each bound that is set for this case, and whether it was kept."""
    found: dict[str, bool] = {}
    if at_once == RATIO_AT:
        found[f"ratio ≤ {RATIO_BOUND}"] = ratio <= RATIO_BOUND
    if case.bound_ms is not None:
        found[f"CPU ≤ {case.bound_ms} ms"] = scaled_ms <= case.bound_ms
    if at_once == MEMORY_AT:
        found[f"memory < {MEMORY_BOUND_MB} MB"] = peak_mb < MEMORY_BOUND_MB
    return found


def _row(one: Result) -> str:
    told = [f"{bound}: {'pass' if kept else '**FAIL**'}" for bound, kept in one.verdicts.items()]
    cells = (
        *(one.case, one.at_once, one.uploads_per_s, one.p50_ms, one.p95_ms, one.cpu_ms),
        *(one.floor_cpu_ms, one.bare_cpu_ms, one.ratio, one.bare_ratio, one.scaled_cpu_ms),
        *(one.peak_mb, ", ".join(told)),
    )
    return f"| {' | '.join(map(str, cells))} |"


def table(results: list[Result]) -> str:
    """Return the results as a Markdown table."""
    lines = [f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|", *map(_row, results)]
    return "\n".join(lines)
