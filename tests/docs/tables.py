"""Reading Markdown as far as our documents use it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def read(name: str) -> str:
    """Return a document's text.

    Args:
        name: its path below the project's root.
    """
    return (ROOT / name).read_text(encoding="utf-8")


def rows(markdown: str) -> list[tuple[str, ...]]:
    """Return the cells of every table row, heading rows left out."""
    lines = markdown.splitlines()
    table = [
        line for line, below in zip(lines, [*lines[1:], ""], strict=True) if _is_row(line, below)
    ]
    return [tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]) for line in table]


def _is_row(line: str, below: str) -> bool:
    rule = r"\|[-:| ]+\|"
    is_heading = re.fullmatch(rule, below) is not None
    return line.startswith("|") and not is_heading and re.fullmatch(rule, line) is None


def code(cell: str) -> str:
    """Return what stands between a cell's first two backticks, the cell itself without them."""
    found = re.search(r"`([^`]*)`", cell)
    return found[1] if found else cell


def sections(markdown: str, *, level: int) -> dict[str, str]:
    """Return the text below each heading of a level, by the heading; deeper ones stay in it."""
    found: dict[str, str] = {}
    heading = None
    for line in markdown.splitlines(keepends=True):
        mark = re.match(r"(#+) (.+)", line)
        if mark and len(mark[1]) <= level:
            heading = mark[2] if len(mark[1]) == level else None
            if heading is not None:
                found[heading] = ""
        elif heading is not None:
            found[heading] += line
    return found


def fences(markdown: str, language: str) -> list[str]:
    """Return every fenced block of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", markdown, re.MULTILINE | re.DOTALL)
