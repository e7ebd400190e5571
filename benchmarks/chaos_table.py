"""The page that ``chaos`` keeps: what each scenario came to, on either database."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass

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
    ("edits_missed", "edits missed"),
    ("orphans", "orphans"),
    ("settle_s", "s to settle"),
)
ABOUT = (
    "The real process over real sockets; people post, edit and delete all the time. Judged are the",
    "messages that stand in the end and have to be kept, each file of each. All but the last three",
    "columns must be 0. An edit that comes while no bot listens is replayed by nobody. Orphans are",
    "files at the host that the bot's database does not know.",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scenario came to on a database.

    Attributes:
        verdict: None where it did not come to an end.
        error: what ended it, empty where nothing did.
        took_s: seconds for all of it.
    """

    scenario: str
    engine: str
    verdict: Verdict | None
    error: str
    took_s: float

    @property
    def is_well(self) -> bool:
        """Whether nothing that must be 0 is more."""
        return self.verdict is not None and self.verdict.losses == 0

    def line(self) -> str:
        """Return its line of the table."""
        if self.verdict is None:
            return f"| {self.scenario} | {self.engine} | {self.error} |"
        facts = asdict(self.verdict)
        cells = " | ".join(str(facts[name]) for name, _ in COLUMNS)
        return f"| {self.scenario} | {self.engine} | {cells} |"


def heading() -> str:
    """Return the two lines above the table."""
    names = " | ".join(text for _, text in COLUMNS)
    return f"| scenario | database | {names} |\n|---|---|{'---:|' * len(COLUMNS)}"


def page(outcomes: Sequence[Outcome], *, command: str) -> str:
    """Return the page that is kept."""
    minutes = sum(each.took_s for each in outcomes) / 60
    lines = [
        "# Chaos: what is lost when things go wrong",
        "",
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {minutes:.0f} minutes. "
        f"`{command}` renews this page.",
        "",
        *ABOUT,
        "",
        heading(),
        *(each.line() for each in outcomes),
    ]
    return "\n".join(lines) + "\n"
