"""docs/glossary.md decides the words; modules, classes and catalogues keep to it."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.docs.tables import ROOT, read, rows, sections

CODE = (ROOT / "src" / "imgoe_bot", ROOT / "cogs")
STORED = ("migrations",)
"""Folders whose words stand in databases."""


def _glossary() -> list[tuple[str, ...]]:
    parts = sections(read("docs/glossary.md"), level=2)
    return [
        row for name, part in parts.items() if name != "How names are built" for row in rows(part)
    ]


def _refused() -> dict[str, str]:
    """Return the word to use by the word that is refused."""
    return {
        form: word
        for word, _, others in _glossary()
        for refused in others.split(",")
        if refused.strip()
        for form in (refused.strip(), f"{refused.strip()}s")
    }


def _words(name: str) -> list[str]:
    """Take a name apart: ``LetterStore`` and ``letter_store`` are two words each."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def _modules_and_classes() -> Iterator[tuple[str, str]]:
    for folder in CODE:
        for path in sorted(folder.rglob("*.py")):
            at = str(path.relative_to(ROOT))
            if any(name in path.parts for name in STORED):
                continue
            yield at, path.parent.name if path.stem == "__init__" else path.stem
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    yield at, node.name


def _keys(table: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in table.items():
        if hasattr(value, "items"):
            yield from _keys(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def _complaints(names: Iterator[tuple[str, str]]) -> list[str]:
    refused = _refused()
    return [
        f"{at}: {name}: the glossary's word for “{word}” is “{refused[word]}”"
        for at, name in names
        for word in _words(name)
        if word in refused
    ]


def test_modules_and_classes_use_the_glossary_s_words() -> None:
    assert _complaints(_modules_and_classes()) == []


def test_the_catalogues_keys_use_the_glossary_s_words() -> None:
    english = ROOT / "src" / "imgoe_bot" / "ui" / "locales" / "en.toml"
    with english.open("rb") as file:
        keys = list(_keys(tomllib.load(file)))
    assert keys
    assert _complaints(("en.toml", key) for key in keys) == []


def test_no_word_is_refused_that_the_glossary_uses() -> None:
    used = {word for row in _glossary() for word in re.split(r",? ", row[0])}
    assert used & _refused().keys() == set()


@pytest.mark.parametrize("name", ["LetterStore", "letters", "_Hush", "read.wish", "Allowances"])
def test_a_refused_word_is_found_in_whatever_way_it_is_written(name: str) -> None:
    assert _complaints(iter([("somewhere", name)]))


def test_each_word_has_one_row_and_a_sentence() -> None:
    words = [row[0] for row in _glossary()]
    assert sorted(words) == sorted(set(words))
    assert all(means for _, means, _ in _glossary())
