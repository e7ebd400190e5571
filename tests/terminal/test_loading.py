"""What the quick commands load: nobody waits for a library to read a help text."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_group

from imgoe_bot.settings.fields import PluginSettings
from imgoe_bot.settings.loading import load_settings
from imgoe_bot.terminal.cli import app
from imgoe_bot.terminal.healthcheck import health_file

HEAVY = {
    *("PIL", "aiohttp", "aiosqlite", "alembic", "cryptography", "discord", "httpx", "jinja2"),
    *("pydantic", "pydantic_settings", "sqlalchemy", "stamina", "structlog"),
}
KEY = base64.b64encode(bytes(32)).decode()
PROGRAM = """
import atexit, sys
atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))
from imgoe_bot.__main__ import main
sys.argv[0] = "imgoe-bot"
main()
"""
HELP = [
    [name, *more, "--help"]
    for name, command in get_group(app).commands.items()
    for more in ([], *([each] for each in getattr(command, "commands", {})))
]


def _loaded(program: str, *arguments: str, **variables: str) -> tuple[int, set[str]]:
    """Run a program that prints its modules at its end; return the code, and what it loaded."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IMGOE_")}
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, *arguments],
        env=kept | variables, capture_output=True, text=True, check=False, timeout=50,
    )  # fmt: skip
    return done.returncode, {name.partition(".")[0] for name in done.stderr.split()}


@pytest.mark.parametrize("arguments", [["--help"], ["version"], *HELP], ids=" ".join)
def test_a_help_text_and_the_version_load_nothing_heavy(arguments: list[str]) -> None:
    code, loaded = _loaded(PROGRAM, *arguments)

    assert (code, loaded & HEAVY) == (0, set())
    assert "typer" in loaded


def test_the_healthcheck_of_a_healthy_bot_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "health").touch()

    code, loaded = _loaded(
        PROGRAM, "healthcheck", IMGOE_DATA_DIR=str(tmp_path), IMGOE_SECRET_KEY=KEY
    )

    assert (code, loaded & HEAVY) == (0, set())


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"IMGOE_DATA_DIR": ""},
        {"IMGOE_DATA_DIR": "/var/lib/bot"},
        {"IMGOE_DATA_DIR": ' "/var/lib/my bot/"\r\n'},
        {"imgoe_data_dir": "lower"},
        {"IMGOE_DATA_DIR": "first", "Imgoe_Data_Dir": "second"},
    ],
)
def test_the_healthcheck_looks_where_the_settings_say(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name in [name for name in os.environ if name.upper().startswith("IMGOE_")]:
        monkeypatch.delenv(name)
    for name, value in {"IMGOE_SECRET_KEY": KEY, **variables}.items():
        monkeypatch.setenv(name, value)

    assert health_file(os.environ) == load_settings(PluginSettings).health_file


def test_the_list_of_an_empty_keyring_loads_nothing_heavy(tmp_path: Path) -> None:
    code, loaded = _loaded(PROGRAM, "key", "list", XDG_CONFIG_HOME=str(tmp_path))

    assert (code, loaded & HEAVY) == (0, set())


def test_the_upload_client_loads_neither_discord_nor_a_database() -> None:
    program = "import imgoe_bot.hostapi, sys; print(*sys.modules, file=sys.stderr)"

    code, loaded = _loaded(program)

    assert code == 0
    assert loaded & {"discord", "sqlalchemy", "aiosqlite", "alembic", "PIL"} == set()
    assert "httpx" in loaded


def test_a_bot_whose_database_is_up_to_date_loads_neither_alembic_nor_pillow(
    migrated_file: Path,
) -> None:
    program = f"""
import asyncio, importlib, sys
from imgoe_bot.adapters.store import migrate, open_engine
from imgoe_bot.terminal.run import run_bot
from imgoe_bot.ui.client.bot import EXTENSIONS

async def main():
    engine = open_engine("sqlite+aiosqlite:///{migrated_file}")
    await migrate(engine)
    await engine.dispose()

for name in EXTENSIONS:
    importlib.import_module(name)
asyncio.run(main())
print(*sys.modules, file=sys.stderr)
"""

    code, loaded = _loaded(program)

    assert code == 0
    assert loaded & {"alembic", "mako", "PIL", "jinja2"} == set()
    assert {"discord", "sqlalchemy"} <= loaded
