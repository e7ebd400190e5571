"""What ``imgoe-bot rehost`` can be told."""

from dataclasses import dataclass
from typing import Annotated

import typer


@dataclass(frozen=True, slots=True)
class RehostArguments:
    """The arguments of ``imgoe-bot rehost``, as typed; without ``--yes`` nothing is changed."""

    old: Annotated[str, typer.Argument(metavar="OLD", help="Where it was: https://old.example")]
    new: Annotated[str, typer.Argument(metavar="NEW", help="Where it is now.")]
    yes: Annotated[bool, typer.Option("--yes", help="Change it, not only show it.")] = False
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object instead of a table.")
    ] = False
