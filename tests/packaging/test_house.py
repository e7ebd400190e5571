"""The limits of the house: how much a folder, a module and the composition root may hold."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "imgoe_bot"
COGS = ROOT / "cogs"
APP = PACKAGE / "app"

MODULES_A_FOLDER = 14
MODULES_AT_THE_TOP = 10
LINES_A_MODULE = 300
LINES_A_COG = 150
LINES_A_BUILDER = 60
PARAMETERS_OF_A_BUILDER = 8
FULL_ON_PURPOSE = (PACKAGE / "domain", PACKAGE / "adapters" / "store" / "migrations" / "versions")
"""The domain is flat, and of migrations there is one a change."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_no_folder_holds_more_modules_than_a_head() -> None:
    full = [
        f"{_name(folder)} holds {count} modules: sort them into folders by subject"
        for folder in _folders()
        if folder not in FULL_ON_PURPOSE and (count := len(_modules(folder))) > MODULES_A_FOLDER
    ]
    assert not full, _told(full, f"at most {MODULES_A_FOLDER} modules a folder")


def test_the_top_of_the_package_is_no_folder_for_whatever_has_no_place() -> None:
    names = sorted(path.stem for path in PACKAGE.glob("*.py"))
    assert len(names) <= MODULES_AT_THE_TOP, (
        f"{len(names)} modules at the package's top, at most {MODULES_AT_THE_TOP}: "
        f"move one of {', '.join(names)} into the lowest room that can hold it"
    )


def test_no_module_has_a_second_subject() -> None:
    long = [
        f"{_name(path)} has {lines} lines: move its second subject into a module of its own"
        for path in PACKAGE.rglob("*.py")
        if (lines := _lines(path)) > LINES_A_MODULE
    ]
    assert not long, _told(long, f"at most {LINES_A_MODULE} lines a module")


def test_no_cog_is_more_than_a_doorman() -> None:
    long = [
        f"{_name(path)} has {lines} lines: move what it does into ui, or split the cog"
        for path in COGS.glob("*.py")
        if (lines := _lines(path)) > LINES_A_COG
    ]
    assert not long, _told(long, f"at most {LINES_A_COG} lines a cog")


def test_the_composition_root_reads_like_a_list_of_parts() -> None:
    long = [
        f"{where} has {lines} lines: build one of its subjects in a function of its own"
        for where, function in _builders()
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > LINES_A_BUILDER
    ]
    assert not long, _told(long, f"at most {LINES_A_BUILDER} lines a function of app")


def test_no_builder_asks_for_more_than_a_head_holds() -> None:
    long = [
        f"{where} takes {count} values: give those that belong together a name, as a dataclass"
        for where, function in _builders()
        if (count := _parameters(function)) > PARAMETERS_OF_A_BUILDER
    ]
    assert not long, _told(long, f"at most {PARAMETERS_OF_A_BUILDER} parameters a function of app")


def test_nothing_that_is_built_asks_for_more_than_a_head_holds() -> None:
    long = [
        f"{where} takes {count} values: give those that belong together a name, as a dataclass"
        for path in (PACKAGE / "services").rglob("*.py")
        for where, function in _functions_in(path)
        if function.name == "__init__"
        and (count := _parameters(function)) > PARAMETERS_OF_A_BUILDER
    ]
    assert not long, _told(long, f"at most {PARAMETERS_OF_A_BUILDER} parameters a constructor")


def _folders() -> list[Path]:
    return [path.parent for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE]


def _modules(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*.py") if path.stem != "__init__"]


def _builders() -> Iterator[tuple[str, _Function]]:
    for path in APP.rglob("*.py"):
        yield from _functions_in(path)


def _functions_in(path: Path) -> Iterator[tuple[str, _Function]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, _Function):
            yield f"{_name(path)}:{node.lineno} {node.name}", node


def _parameters(function: _Function) -> int:
    """Count what a caller may give; a method's own object is none of it."""
    taken = function.args
    names = [each.arg for each in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _told(found: list[str], limit: str) -> str:
    return "\n".join([f"{limit}:", *sorted(found)])
