"""ARCHITECTURE.md's code map and the tree are the same; records are listed."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.docs.tables import ROOT, fences, read, sections

PACKAGE = ROOT / "src" / "imgoe_bot"
DECISIONS = ROOT / "docs" / "decisions"
MAP_LINES_MAX = 180
"""Three pages."""


def _map_lines() -> Iterator[tuple[PurePosixPath, str]]:
    """Yield every path of the map with what is said about it; two blanks are one folder deeper."""
    (drawn,) = fences(sections(read("ARCHITECTURE.md"), level=2)["Code map"], "text")
    parents: list[str] = []
    for line in drawn.splitlines():
        blanks, name, said = re.fullmatch(r"( *)(\S+) *(.*)", line).groups()  # type: ignore[union-attr]
        parents = [*parents[: len(blanks) // 2], name]
        yield PurePosixPath(*parents), said


def _tree() -> set[str]:
    folders = {path.parent for path in PACKAGE.rglob("__init__.py")} | {ROOT / "cogs"}
    modules = {path for path in PACKAGE.glob("*.py") if path.stem not in ("__init__", "_version")}
    return {str(path.relative_to(ROOT)) for path in folders | modules}


def test_every_folder_is_on_the_map() -> None:
    mapped = {str(path) for path, _ in _map_lines()}
    lacking = sorted(_tree() - mapped)
    assert lacking == [], (
        "give each a line in ARCHITECTURE.md's code map that says what it is about"
    )


def test_every_line_of_the_map_is_a_folder_or_a_module() -> None:
    assert [str(path) for path, _ in _map_lines() if not (ROOT / path).exists()] == []


def test_every_line_of_the_map_says_what_is_there() -> None:
    assert [str(path) for path, said in _map_lines() if not said] == []


def test_the_architecture_is_told_in_three_pages() -> None:
    assert len(read("ARCHITECTURE.md").splitlines()) <= MAP_LINES_MAX


def test_every_module_that_the_architecture_names_exists() -> None:
    named = set(re.findall(r"`([a-z_]+(?:/[a-z_]+)+)(?:\.[a-z_]+)?`", read("ARCHITECTURE.md")))
    at = [*(PACKAGE / name for name in named), *(ROOT / name for name in named)]
    found = {path for path in at if path.exists() or path.with_suffix(".py").exists()}
    assert len(found) == len(named), sorted(named)


def test_every_class_that_the_architecture_names_exists() -> None:
    named = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)", read("ARCHITECTURE.md")))
    sources = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    defined = set(re.findall(r"^class (\w+)", sources, re.MULTILINE))
    assert named - defined == set()


def test_every_decision_is_listed_with_its_number() -> None:
    listed = re.findall(r"\| \[(\d{4})\]\((\S+)\)", read("docs/decisions/README.md"))
    records = sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))
    assert [name for _, name in listed] == records
    assert [number for number, _ in listed] == [name[:4] for name in records]


def test_every_decision_says_context_choice_and_cost() -> None:
    for record in DECISIONS.glob("[0-9]*.md"):
        text = record.read_text()
        assert text.startswith(f"# {record.name[:4]}: ")
        assert re.search(r"^Date: \d{4}-\d\d-\d\d\. Status: ", text, re.MULTILINE), record.name
        assert list(sections(text, level=2)) == ["Context", "Choice", "Cost"], record.name
