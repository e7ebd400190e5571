"""What every test may use: where Chromium is; and what it needs besides."""

import shutil

import pytest

from tests.needs import missing, require

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a service whose package isn't here, or fail where CI requires it."""
    for mark in item.iter_markers("service"):
        require(mark.args[0])


def find_chromium() -> str | None:
    """Return the path of an installed Chromium, None when there is none."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The installed Chromium; skips by name, or fails where IMGOE_TEST_REQUIRE names browser."""
    return find_chromium() or missing("browser", package="chromium")
