"""What every test may use: where Chromium is, and the rule that CI skips nothing it should run."""

import os
import shutil

import pytest

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def _required() -> set[str]:
    return set(filter(None, os.environ.get("IMGOE_TEST_REQUIRE", "").split(",")))


def find_chromium() -> str | None:
    """Return the path of an installed Chromium, None when there is none."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The installed Chromium; skips by name, or fails where IMGOE_TEST_REQUIRE names browser."""
    path = find_chromium()
    if path is None and "browser" in _required():
        pytest.fail("Chromium is required here (IMGOE_TEST_REQUIRE=browser) and is not installed")
    if path is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    return path
