"""The page that ``bench_bot`` keeps: what a picture's way takes, and what the issue asks of it."""

import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """What a bot over one database came to; CPU in milliseconds a picture."""

    database: str
    relay_ms: float
    cpu_ms: float
    ratio: float
    look_ms: float
    busy_cpu_ms: float
    cards_s: float
    statements: float
    transactions: float
    handovers: float
    requests: float
    slash_acknowledged_ms: float
    slash_answered_ms: float


LIMITS = (
    ("cpu_ms", "CPU ms a picture", 45, False),
    ("statements", "statements a picture", 15, False),
    ("transactions", "transactions a picture", 4, False),
    ("cards_s", "cards a second", 12, True),
    ("slash_acknowledged_ms", "slash command acknowledged, p99 ms", 300, False),
)
"""What the issue asks: field, its name, the limit, and whether more is better."""


ROWS = (
    ("relay_ms", "the relay itself, CPU ms"),
    ("cpu_ms", "whole way, one at a time, CPU ms"),
    ("ratio", "whole way / relay"),
    ("busy_cpu_ms", "whole way, all at once, CPU ms"),
    ("look_ms", "the look at its preview 10 s later, CPU ms"),
    ("cards_s", "cards a second"),
    ("statements", "statements"),
    ("transactions", "transactions"),
    ("handovers", "hand-overs to threads"),
    ("requests", "requests to Discord"),
    ("slash_acknowledged_ms", "/library acknowledged meanwhile, p99 ms"),
    ("slash_answered_ms", "/library answered meanwhile, p99 ms"),
)


def table(results: Sequence[Result], *, about: Sequence[str]) -> str:
    """Return the page that is kept.

    Args:
        results: a column each.
        about: lines that say how it was measured.
    """
    values = [asdict(result) for result in results]
    names = " | ".join(result.database for result in results)
    lines = [
        "# A picture's whole way: from its message to card and delete link",
        "",
        f"2 cores, Python {platform.python_version()}. `make bench-bot` renews this page.",
        "",
        *about,
        "",
        f"| a picture | {names} |",
        f"|---|{'---|' * len(results)}",
    ]
    lines += [f"| {text} | {' | '.join(str(v[name]) for v in values)} |" for name, text in ROWS]
    lines += ["", "| database | limit on | found | limit | |", "|---|---|---|---|---|"]
    lines += [_judged(value, *limit) for value in values for limit in LIMITS]
    return "\n".join(lines) + "\n"


def _judged(value: dict[str, float], name: str, text: str, limit: float, more: bool) -> str:
    found = value[name]
    met = found >= limit if more else found <= limit
    bound = f"{'≥' if more else '≤'} {limit}"
    return f"| {value['database']} | {text} | {found} | {bound} | {'met' if met else 'not met'} |"
