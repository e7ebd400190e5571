"""A command's arguments as one value: a frozen dataclass says what can be given, and its help."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

Arguments = TypeVar("Arguments")


def arguments_from(
    kind: type[Arguments],
) -> Callable[[Callable[[Arguments], None]], Callable[..., None]]:
    """Let a function that takes a dataclass be a command of typer.

    A field is an option, or an argument where it is annotated so; its default is the command's.
    """

    def declare(run: Callable[[Arguments], None]) -> Callable[..., None]:
        def command(**given: Any) -> None:  # typer has checked them by the signature below
            run(kind(**given))

        command.__signature__ = inspect.signature(kind)  # type: ignore[attr-defined]  # what inspect looks for
        command.__name__, command.__doc__ = run.__name__, run.__doc__
        return command

    return declare
