"""What every test may use: where Chromium is; and what it needs besides."""

import asyncio
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from imgoe_bot.adapters.store import migrate, open_engine
from tests.needs import missing, require

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a service whose package isn't here, or fail where CI requires it."""
    for mark in item.iter_markers("service"):
        require(mark.args[0])


def find_chromium() -> str | None:
    """Return the path of an installed Chromium, None when there is none."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def _levels() -> dict[logging.Logger, int]:
    known = logging.getLogger().manager.loggerDict.values()
    return {one: one.level for one in known if isinstance(one, logging.Logger)}


LEVELS = _levels()
"""As they are before any test."""


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    """Put logging back as it was: it is the process's own, and commands set it up anew.

    Before each test too: what another one left running may have set it up after its end.
    """
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    _reset_levels()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    _reset_levels()
    structlog.reset_defaults()


def _reset_levels() -> None:
    for one in _levels():
        one.setLevel(LEVELS.get(one, logging.NOTSET))


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The installed Chromium; skips by name, or fails where TEST_REQUIRE names browser."""
    return find_chromium() or missing("browser", package="chromium")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bot's SQLite file with this version's schema and nothing in it, to be copied."""
    path = tmp_path_factory.mktemp("template") / "bot.sqlite3"

    async def prepare() -> None:
        engine = open_engine(f"sqlite+aiosqlite:///{path}")
        await migrate(engine)
        await engine.dispose()

    asyncio.run(prepare())
    return path
