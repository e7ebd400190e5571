"""A row of the gateway's table, judged by the goals of issue 10."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was found of one thing, beside what it is compared with.

    Attributes:
        unit: of what was found, such as "CPU ms a message".
        anchor: the same of what it is compared with, in the same run; None: it is judged alone.
        most: what the issue asks for at most, of the ratio, or else of what was found; None: it
            asks for nothing.
    """

    name: str
    unit: str
    found: float
    anchor: float | None = None
    most: float | None = None

    @property
    def ratio(self) -> float | None:
        """What was found, as a multiple of the anchor."""
        return round(self.found / self.anchor, 2) if self.anchor else None

    @property
    def verdict(self) -> str:
        """Whether the goal was met."""
        if self.most is None:
            return ""
        judged = self.found if self.ratio is None else self.ratio
        return "met" if judged <= self.most else "not met"


def lines(rows: list[Row]) -> list[str]:
    """Return the rows as a table."""
    return [
        "| what | unit | ours | anchor | ratio | at most | |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {row.name} | {row.unit} | {_shown(row.found)} | {_shown(row.anchor)} "
            f"| {_shown(row.ratio)} | {_shown(row.most)} | {row.verdict} |"
            for row in rows
        ),
    ]


def _shown(number: float | None) -> str:
    return "" if number is None else f"{number:g}"
