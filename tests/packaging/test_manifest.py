"""What is shipped, and who may import whom where import-linter can't see."""

import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _packages() -> list[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        packages: list[str] = tomllib.load(file)["tool"]["setuptools"]["packages"]
    return packages


def _folders() -> list[str]:
    source = ROOT / "src"
    found = [path.parent for path in source.rglob("__init__.py")]
    names = [".".join(folder.relative_to(source).parts) for folder in found]
    return sorted([*names, "imgoe_bot.cogs"])


def test_every_package_folder_is_shipped() -> None:
    assert sorted(_packages()) == _folders(), (
        "list each folder of the package, and none else, in pyproject.toml's packages"
    )


def test_every_folder_with_modules_is_a_package() -> None:
    """Without ``__init__`` a folder is neither shipped nor seen by the contracts and the map."""
    folders = {
        path.parent for path in [*(ROOT / "src").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")]
    }
    lacking = [folder for folder in folders if not (folder / "__init__.py").exists()]
    assert sorted(str(folder.relative_to(ROOT)) for folder in lacking) == [], (
        "give each an __init__.py whose docstring says what the folder is about"
    )


def test_every_cog_is_loaded_by_name() -> None:
    from imgoe_bot.ui.client.bot import EXTENSIONS

    files = sorted(path.stem for path in (ROOT / "cogs").glob("*.py") if path.stem != "__init__")
    assert sorted(EXTENSIONS) == [f"imgoe_bot.cogs.{name}" for name in files], (
        "list each cog, and none else, in EXTENSIONS of ui/client/bot.py"
    )


def test_no_source_file_imports_a_cog() -> None:
    files = [*(ROOT / "src").rglob("*.py"), *(ROOT / "cogs").glob("*.py")]
    assert [str(file) for file in files if _imports_cogs(file)] == []


def _imports_cogs(file: Path) -> bool:
    return any(
        name == "cogs" or name.startswith(("cogs.", "imgoe_bot.cogs"))
        for node in ast.walk(ast.parse(file.read_text()))
        for name in _imported(node)
    )


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        return [module, *(f"{module}.{alias.name}" for alias in node.names)]
    return []


def test_the_constraints_hold_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert [line for line in pins if "==" not in line or "/" in line or "@" in line] == []
