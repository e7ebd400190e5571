"""The rule that CI skips nothing it should run: TEST_REQUIRE names what must be there."""

import os
from importlib.util import find_spec
from typing import NoReturn

import pytest

# What a test marked service(name) needs of Python; what it needs of Debian, a fixture looks for.
PACKAGES = {"s3": ("obstore", "moto"), "heif": ("pillow_heif",), "postgres": ("asyncpg",)}


def missing(need: str, *, package: str, install: str = "apt-get") -> NoReturn:
    """Skip by name what can't run here; fail where TEST_REQUIRE (a comma list) names it.

    Args:
        need: its name in the list, e.g. ``browser``, ``postgres`` or ``s3``.
        package: what to install.
        install: what installs it.
    """
    if need in os.environ.get("TEST_REQUIRE", "").split(","):
        pytest.fail(f"{package} is required here (TEST_REQUIRE={need}) and is not installed")
    pytest.skip(f"{package} is not installed: {install} install {package}")


def require(need: str) -> None:
    """Skip, or fail where it is named as required, when a package of ``need`` isn't there."""
    for package in PACKAGES.get(need, ()):
        if find_spec(package) is None:
            missing(need, package=package.replace("_", "-"), install="pip")
