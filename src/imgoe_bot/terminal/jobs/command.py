"""``imgoe-bot jobs``: done in the bot's database; a running bot notices within a second."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import typer
from rich.console import Console

from imgoe_bot.adapters.store import SqlJobDesk
from imgoe_bot.app.stores import open_stores
from imgoe_bot.domain.duration import parse_duration
from imgoe_bot.domain.ids import JobId
from imgoe_bot.domain.job import State
from imgoe_bot.domain.job_search import FoundJob, JobSearch
from imgoe_bot.settings.fields import PluginSettings
from imgoe_bot.settings.loading import load_settings
from imgoe_bot.terminal.exit_codes import EXIT_FAILED
from imgoe_bot.terminal.jobs.arguments import ChosenJobs, JobFilters, ListedJobs
from imgoe_bot.terminal.jobs.report import as_facts, print_job, print_jobs

MOST = 100_000
"""How many jobs one command changes at most."""


def show_list(arguments: ListedJobs) -> int:
    """Print the jobs that are meant; return the exit code."""
    found = asyncio.run(_find(_search(arguments), arguments.limit))
    if arguments.as_json:
        for job in found:
            typer.echo(json.dumps(as_facts(job)))
    else:
        print_jobs(found, Console(highlight=False, markup=False, emoji=False))
    return 0


def show_one(job_id: int, *, as_json: bool) -> int:
    """Print everything of a job; return the exit code."""
    found = asyncio.run(_find(JobSearch(ids=(job_id,)), 1))
    if not found:
        return _nothing()
    if as_json:
        typer.echo(json.dumps(as_facts(found[0])))
    else:
        print_job(found[0], Console(highlight=False, markup=False, emoji=False))
    return 0


def retry(arguments: ChosenJobs) -> int:
    """Have jobs tried again; return the exit code."""
    return _change(arguments, lambda desk, ids: desk.retry(ids), "tried again")


def cancel(arguments: ChosenJobs) -> int:
    """End jobs; return the exit code."""
    return _change(arguments, lambda desk, ids: desk.cancel(ids), "ended")


def _change(
    arguments: ChosenJobs,
    act: Callable[[SqlJobDesk, Sequence[JobId]], Awaitable[int]],
    done: str,
) -> int:
    search = _search(arguments, ids=tuple(arguments.job or ()))
    if search == JobSearch():
        raise typer.BadParameter("name jobs, or which of them by an option", param_hint="ID")
    found = asyncio.run(_find(search, MOST))
    if not found:
        return _nothing()
    if not arguments.job and not arguments.yes:
        typer.confirm(f"{len(found)} jobs are {done}. Go on?", abort=True)
    count = asyncio.run(_on_desk(lambda desk: act(desk, [job.id for job in found])))
    typer.echo(f"{count} of {len(found)} {done}")
    return 0 if count else EXIT_FAILED


async def _find(search: JobSearch, limit: int) -> tuple[FoundJob, ...]:
    found: list[FoundJob] = []

    async def look(desk: SqlJobDesk) -> int:
        found.extend(await desk.find(search, limit=limit))
        return len(found)

    await _on_desk(look)
    return tuple(found)


async def _on_desk(act: Callable[[SqlJobDesk], Awaitable[int]]) -> int:
    async with open_stores(load_settings(PluginSettings)) as stores:
        return await act(stores.job_desk)


def _nothing() -> int:
    typer.echo("imgoe-bot: there is no such job", err=True)
    return EXIT_FAILED


def _search(filters: JobFilters, *, ids: tuple[int, ...] = ()) -> JobSearch:
    before = None
    if filters.older_than is not None:
        before = datetime.now(UTC) - _age(filters.older_than)
    return JobSearch(ids, filters.server, filters.host, filters.error, _state(filters), before)


def _age(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter("write 30m, 12h or 7d", param_hint="--older-than") from error


def _state(filters: JobFilters) -> State | None:
    if filters.state is None:
        return None
    try:
        return State(filters.state)
    except ValueError as error:
        known = ", ".join(state.value for state in State)
        raise typer.BadParameter(f"choose from {known}", param_hint="--state") from error
