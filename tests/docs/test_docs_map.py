"""ARCHITECTURE.md's code map and the tree are the same; records are listed."""

import re

from tests.docs.tables import ROOT, read, rows, sections

SOURCE = ROOT / "src" / "imgoe_bot"
DECISIONS = ROOT / "docs" / "decisions"


def _mapped() -> set[str]:
    table = rows(sections(read("ARCHITECTURE.md"), level=2)["Code map"])
    names = {name for row in table for name in re.findall(r"`([\w./]+)`", row[0])}
    return {name.rstrip("/") for name in names} - {"imgoe_bot.cogs"}


def _rooms() -> set[str]:
    modules = {path.stem for path in SOURCE.glob("*.py")} - {"__init__", "_version"}
    packages = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    return modules | packages | {"cogs"}


def test_every_room_is_on_the_map_and_every_name_on_the_map_is_a_room() -> None:
    assert _mapped() == _rooms()


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
