"""Typer commands whose help, and whose call without arguments, load no library to convert values.

Source: typer 0.29, ``process_value``: it loads pydantic for every value but a bool, and so for
``--help`` where nobody said it, which is None unless it has a default.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

Function = TypeVar("Function", bound=Callable[..., Any])


class QuickCommand(TyperCommand):
    """A command whose ``--help`` is a bool also where it was not said."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return typer's own option, with a default."""
        return _with_default(super().get_help_option(ctx))


class QuickGroup(TyperGroup):
    """A group of the same sort."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return typer's own option, with a default."""
        return _with_default(super().get_help_option(ctx))


def _with_default(option: Any) -> Any:
    if option is not None:
        option.default = False
    return option


class QuickTyper(typer.Typer):
    """An application, or a group of commands, that shows its help where it is told nothing."""

    def __init__(self, *, help: str) -> None:
        super().__init__(
            cls=QuickGroup,
            help=help,
            no_args_is_help=True,
            pretty_exceptions_enable=False,
            add_completion=False,
        )

    def command(self, name: str | None = None, **options: Any) -> Callable[[Function], Function]:
        """Declare a command, as ``typer.Typer`` does."""
        return super().command(name, cls=QuickCommand, **options)
