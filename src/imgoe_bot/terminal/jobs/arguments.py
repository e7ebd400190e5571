"""What ``imgoe-bot jobs`` can be told."""

from dataclasses import dataclass
from typing import Annotated

import typer

Server = Annotated[int | None, typer.Option(help="Only of the server with this id.")]
Host = Annotated[str | None, typer.Option(help="Only for this image host; default: the bot's own.")]
Error = Annotated[str | None, typer.Option(help="Only with this error, as HostBroken.")]
State = Annotated[str | None, typer.Option(help="waiting, ready, parked, leased, done or dead.")]
OlderThan = Annotated[
    str | None, typer.Option("--older-than", help="Only what is due for longer: 30m, 12h, 7d.")
]


@dataclass(frozen=True, slots=True)
class JobFilters:
    """Which jobs are meant."""

    server: Server = None
    host: Host = None
    error: Error = None
    state: State = None
    older_than: OlderThan = None


@dataclass(frozen=True, slots=True)
class ListedJobs(JobFilters):
    """The options of ``imgoe-bot jobs list``, as typed."""

    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 200


@dataclass(frozen=True, slots=True)
class ChosenJobs(JobFilters):
    """The options of ``imgoe-bot jobs retry`` and ``cancel``, as typed."""

    job: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]...", help="Numbers of the jobs.")
    ] = None
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False
