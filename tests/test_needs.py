"""CI skips nothing: what a test needs is required there, by name."""

import re

import pytest

from tests import needs
from tests.docs.tables import ROOT, read


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> str:
    """A need that nothing can meet."""
    monkeypatch.setitem(needs.PACKAGES, "odd", ("no_such_package",))
    return "odd"


def test_what_is_not_there_is_skipped_by_name(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_REQUIRE", "browser,s3")
    with pytest.raises(pytest.skip.Exception, match="pip install no-such-package"):
        needs.require(odd)


def test_what_is_required_and_not_there_fails(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_REQUIRE", "browser,odd")
    with pytest.raises(pytest.fail.Exception, match="no-such-package is required here"):
        needs.require(odd)


def test_ci_requires_everything_that_a_test_may_need() -> None:
    required = re.findall(r"^export TEST_REQUIRE=(\S+)$", read(".ci/run"), re.MULTILINE)
    assert [set(names.split(",")) for names in required] == [{"browser", *needs.PACKAGES}]


def test_every_service_that_a_test_is_marked_with_is_known() -> None:
    sources = [path.read_text() for path in (ROOT / "tests").rglob("*.py")]
    marked = {name for source in sources for name in re.findall(r'\.service\("(\w+)"\)', source)}
    assert marked == set(needs.PACKAGES)
