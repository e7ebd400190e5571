"""The tree of errors: its drawing, its facts, its silence about secrets."""

import inspect
import re

import pytest

from imgoe_bot import errors
from imgoe_bot.errors import DuplicateMedia, EmptyMedia, HostBusy, ImgoeError, MediaTooLarge

_ROW = re.compile(r"^    (?P<indent>[│├└─ ]*)(?P<name>[A-Z]\w+)(?P<retryable> ↻)?$", re.MULTILINE)


def _drawn() -> dict[str, tuple[str | None, bool]]:
    """Return what the module's docstring draws: name to parent and retryable."""
    found: dict[str, tuple[str | None, bool]] = {}
    line: list[str] = []
    for row in _ROW.finditer(errors.__doc__ or ""):
        depth = len(row["indent"]) // 4
        line[depth:] = [row["name"]]
        found[row["name"]] = (line[depth - 1] if depth else None, bool(row["retryable"]))
    return found


def _coded() -> dict[str, tuple[str | None, bool]]:
    """Return what the classes are: name to parent and retryable."""
    return {
        name: (None if kind is ImgoeError else kind.__bases__[0].__name__, kind.retryable)
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, ImgoeError)
    }


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    assert _drawn() == _coded()


def test_every_error_is_documented() -> None:
    for name in _coded():
        assert inspect.getdoc(getattr(errors, name)), name


def test_facts_are_what_the_constructor_takes_so_that_an_error_can_be_stored() -> None:
    error = HostBusy(host="https://host.example", status=429, retry_after_s=2.5)

    again = HostBusy(**error.facts)  # type: ignore[arg-type]  # facts are of mixed types

    assert error.facts == {"host": "https://host.example", "status": 429, "retry_after_s": 2.5}
    assert again.facts == error.facts
    assert repr(again) == repr(error)


@pytest.mark.parametrize("name", sorted(_coded()))
def test_every_error_can_be_made_again_from_its_facts(name: str) -> None:
    kind: type[ImgoeError] = getattr(errors, name)
    parameters = inspect.signature(kind).parameters.values()
    facts = {p.name: p.name for p in parameters if p.kind is not inspect.Parameter.VAR_KEYWORD}

    error = kind(**facts)

    assert error.facts == facts
    assert kind(**error.facts).facts == facts
    assert str(error) == ", ".join(f"{name}={value!r}" for name, value in facts.items())


def test_a_fact_that_is_not_known_is_not_said() -> None:
    assert repr(MediaTooLarge(filename="cat.png")) == "MediaTooLarge(filename='cat.png')"


def test_an_error_with_other_facts_keeps_its_cause_and_every_other_fact() -> None:
    error = DuplicateMedia(host="https://host.example", code=101, host_message="twice")

    again = error.with_facts(host_message=None, answer_lost=True)

    assert type(again) is DuplicateMedia
    assert again.facts == {"host": "https://host.example", "code": 101, "answer_lost": True}
    assert error.facts == {"host": "https://host.example", "code": 101, "host_message": "twice"}


def test_a_fact_that_an_error_never_has_is_not_missed_when_it_is_taken_away() -> None:
    assert EmptyMedia(filename="cat.png").with_facts(filename=None, host_message=None).facts == {}


def test_every_error_is_imported_from_the_package_whatever_module_defines_it() -> None:
    assert set(_coded()) == {name for name in errors.__all__ if name != "ACCOUNT_DENIED"}
