"""The page that ``chaos`` keeps: what each scenario came to, on either database."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.chaos_databases import ENGINES
from benchmarks.chaos_verdict import Verdict

COLUMNS = (
    ("messages", "messages"),
    ("without_row", "without row"),
    ("without_card", "without card"),
    ("second_cards", "second cards"),
    ("doubled_notes", "links told twice"),
    ("missing_notes", "links not told"),
    ("files_lost", "files lost"),
    ("off_card", "files not on their card"),
    ("wrongly_kept", "kept though not to be"),
    ("dead_links", "dead delete links"),
    ("unlisted", "orphans unlisted"),
    ("edits_missed", "edits missed"),
    ("orphans", "orphans"),
    ("tries", "tries"),
    ("copies", "second copies"),
    ("neighbour", "× a neighbour's usual time"),
    ("settle_s", "s to settle"),
    ("seen", "what people saw"),
)
ABOUT = (
    "The real process over real sockets; people post, edit and delete all the time. Judged are the",
    "messages that stand in the end and have to be kept, each file of each. All columns must be 0",
    "up to the orphans that are not listed. An edit that comes while no bot listens is replayed by",
    "nobody. Orphans are files at the host that the bot's database does not know; where the host",
    "can't be asked what it has, the bot has to list them. Tries are uploads begun.",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scenario came to on a database.

    Attributes:
        size: what the scenario is so many of.
        verdict: None where it did not come to an end.
        error: what ended it, empty where nothing did.
        took_s: seconds for all of it.
    """

    scenario: str
    engine: str
    size: str
    verdict: Verdict | None
    error: str
    took_s: float

    @classmethod
    def load(cls, facts: dict[str, Any]) -> "Outcome":  # as ``asdict`` gave them to JSON
        """Return what was kept."""
        found: dict[str, Any] = dict(facts)
        verdict: dict[str, Any] | None = found.pop("verdict")
        return cls(verdict=Verdict(**verdict) if verdict else None, **found)

    @property
    def is_well(self) -> bool:
        """Whether nothing that must be 0 is more."""
        return self.verdict is not None and self.verdict.losses == 0

    def line(self) -> str:
        """Return its line of the table."""
        name = f"{self.scenario}: {self.size}" if self.size else self.scenario
        if self.verdict is None:
            return f"| {name} | {self.engine} | {self.error} |"
        facts = asdict(self.verdict)
        cells = " | ".join(str(facts[name]) for name, _ in COLUMNS)
        return f"| {name} | {self.engine} | {cells} |"


def heading() -> str:
    """Return the two lines above the table."""
    names = " | ".join(text for _, text in COLUMNS)
    return f"| scenario | database | {names} |\n|---|---|{'---:|' * len(COLUMNS)}"


def page(outcomes: Sequence[Outcome]) -> str:
    """Return the page that is kept."""
    minutes = sum(each.took_s for each in outcomes) / 60
    lines = [
        "# Chaos: what is lost when things go wrong",
        "",
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {minutes:.0f} minutes. "
        "`make chaos` renews this page, with `ARGS='--only …'` the lines of what is played.",
        "",
        *ABOUT,
        "",
        heading(),
        *(each.line() for each in outcomes),
    ]
    return "\n".join(lines) + "\n"


def renewed(
    kept: Sequence[Outcome], played: Sequence[Outcome], *, names: Sequence[str]
) -> list[Outcome]:
    """Return what was kept with what was played in its place, in the order of the names."""
    by_key = {(each.engine, each.scenario): each for each in (*kept, *played)}
    keys = [(engine, name) for engine in ENGINES for name in names]
    return [by_key[key] for key in keys if key in by_key]
