"""Build the wheel, install it into a clean environment, and use it there.

Run by ``make wheel``: from an empty folder, so that nothing of the checkout can be imported.
"""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]

BUILT_FROM = ("pyproject.toml", "README.md", "LICENSE", "src", "cogs")
NOT_SHIPPED = shutil.ignore_patterns("__pycache__", "*.egg-info")

LOAD_COGS = """
import asyncio
import discord, imgoe_bot
from discord.ext import commands

assert "site-packages" in imgoe_bot.__file__, imgoe_bot.__file__

async def main():
    bot = commands.Bot(command_prefix="!", intents=discord.Intents.none())
    async with bot:
        await bot.load_extension("imgoe_bot")
        print("loaded:", ", ".join(sorted(bot.extensions)))
        assert {"upload", "mirror", "settings"} <= {c.name for c in bot.tree.get_commands()}
        await bot.unload_extension("imgoe_bot")

asyncio.run(main())
"""


def main() -> None:
    """Build, install, load."""
    with tempfile.TemporaryDirectory(prefix="imgoe-wheel-") as name:
        folder = Path(name)
        wheel = _build(folder)
        _check_contents(wheel, folder / "source")
        _run(sys.executable, "-m", "venv", str(folder / "venv"))
        python = str(folder / "venv" / "bin" / "python")
        constraints = str(ROOT / "constraints.txt")
        _run(python, "-m", "pip", "install", "-q", "-c", constraints, f"{wheel}[demo]")
        empty = folder / "empty"
        empty.mkdir()
        _check_site_packages(folder / "venv")
        _run(python, "-c", LOAD_COGS, cwd=empty, env=_environment(python, folder))
        _run(python, "-m", "imgoe_bot", "version", cwd=empty)
        _run(python, "-m", "imgoe_bot", "demo", "--once", cwd=empty)
    sys.stdout.write("The wheel works.\n")


def _build(folder: Path) -> Path:
    """Build from a copy: what an earlier build left beside the sources can't get into the wheel."""
    source = folder / "source"
    source.mkdir()
    for name in BUILT_FROM:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=NOT_SHIPPED)
        else:
            shutil.copy(ROOT / name, source)
    _run(sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(source))
    (wheel,) = folder.glob("*.whl")
    return wheel


def _check_contents(wheel: Path, source: Path) -> None:
    """Every file of the package is in the wheel: code, pages, texts, migrations."""
    files = [path for path in (source / "src").rglob("*") if path.is_file()]
    wanted = {path.relative_to(source / "src").as_posix() for path in files}
    wanted = {name for name in wanted if ".egg-info/" not in name}
    wanted |= {f"imgoe_bot/cogs/{path.name}" for path in (source / "cogs").glob("*.py")}
    with zipfile.ZipFile(wheel) as archive:
        shipped = set(archive.namelist())
    if missing := sorted(wanted - shipped):
        raise SystemExit(f"not in the wheel: {', '.join(missing)}")


def _check_site_packages(venv: Path) -> None:
    """Nothing named ``cogs`` may land at the top, where another bot's cogs are."""
    if list(venv.glob("lib/python*/site-packages/cogs")):
        raise SystemExit("the wheel installs a top-level package named cogs")


def _environment(python: str, folder: Path) -> dict[str, str]:
    made = subprocess.run(  # noqa: S603  # our own program
        [python, "-m", "imgoe_bot", "secret-key"], capture_output=True, text=True, check=True
    )
    return {"IMGOE_SECRET_KEY": made.stdout.strip(), "IMGOE_DATA_DIR": str(folder / "data")}


def _run(*command: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=cwd, env=env, check=True)  # noqa: S603  # our own programs


if __name__ == "__main__":
    main()
