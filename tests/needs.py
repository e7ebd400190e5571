"""The rule that CI skips nothing it should run: IMGOE_TEST_REQUIRE names what must be there."""

import os
from typing import NoReturn

import pytest


def missing(need: str, *, package: str) -> NoReturn:
    """Skip by name what can't run here; fail where IMGOE_TEST_REQUIRE (a comma list) names it.

    Args:
        need: its name in the list, e.g. ``browser``, ``postgres`` or ``s3``.
        package: what to install.
    """
    if need in os.environ.get("IMGOE_TEST_REQUIRE", "").split(","):
        pytest.fail(f"{package} is required here (IMGOE_TEST_REQUIRE={need}) and is not installed")
    pytest.skip(f"{package} is not installed: apt-get install {package}")
