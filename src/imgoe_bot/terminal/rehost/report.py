"""What ``imgoe-bot rehost`` prints: a table, or one JSON object."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from imgoe_bot.domain.host_move import HostMove, MoveCounts
from imgoe_bot.terminal.standard_streams import plain


@dataclass(frozen=True, slots=True)
class Report:
    """What was found.

    Attributes:
        applied: whether it was changed, too.
        variables: settings of the process that still name the old place.
        known: hosts that something is stored of, where nothing is of the old one.
    """

    move: HostMove
    counts: MoveCounts
    applied: bool
    variables: tuple[str, ...]
    known: tuple[str, ...] = ()


def as_json(report: Report) -> str:
    """Return it as one line of JSON."""
    counts = report.counts
    return json.dumps(
        {
            "old": report.move.old,
            "new": report.move.new,
            "applied": report.applied,
            "servers": counts.servers,
            "uploads": counts.uploads,
            "delete_links": counts.links,
            "cards": counts.cards,
            "elsewhere": dict(counts.elsewhere),
            "delete_links_elsewhere": counts.links_elsewhere,
            "samples": [{"before": before, "after": after} for before, after in counts.samples],
            "variables": list(report.variables),
            "known_hosts": list(report.known),
        }
    )


def print_report(report: Report, console: Console) -> None:
    """Print it for people."""
    if report.counts.is_nothing:
        console.print(f"Nothing is stored of {plain(report.move.old)}.", soft_wrap=True)
        if report.known:
            console.print(f"Known hosts: {plain(', '.join(report.known))}", soft_wrap=True)
    else:
        console.print(_table(report))
        for before, after in report.counts.samples:
            console.print(plain(f"{before} → {after}"), soft_wrap=True)
        for line in (*_remarks(report.counts), _what_next(report)):
            console.print(line, soft_wrap=True)
    for variable in report.variables:
        line = f"{variable} names the old place: set it to {plain(report.move.new)} and restart."
        console.print(line, soft_wrap=True)


def _table(report: Report) -> Table:
    counts = report.counts
    table = Table("moved" if report.applied else "would move", "how many")
    rows: Sequence[tuple[str, int]] = (
        ("servers that set this host", counts.servers),
        ("copies", counts.uploads),
        ("delete links", counts.links),
        ("cards to be shown anew", counts.cards),
    )
    for name, number in rows:
        table.add_row(name, f"{number:,}")
    return table


def _remarks(counts: MoveCounts) -> list[str]:
    lines = [
        f"{number:,} addresses lie at {plain(site)} and stay."
        for site, number in sorted(counts.elsewhere.items())
    ]
    if counts.links_elsewhere:
        lines.append(
            f"{counts.links_elsewhere:,} delete links lie elsewhere and stay: "
            "by them nothing can be deleted any more."
        )
    return lines


def _what_next(report: Report) -> str:
    if report.applied:
        return "The bot shows the cards anew, some a second. Direct messages stay as they are."
    return "Nothing was changed: --yes does it."
