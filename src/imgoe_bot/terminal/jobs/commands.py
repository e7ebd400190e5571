"""``imgoe-bot jobs``: what can be asked for."""

from typing import Annotated

import typer

from imgoe_bot.terminal.command_arguments import arguments_from
from imgoe_bot.terminal.jobs.arguments import ChosenJobs, ListedJobs
from imgoe_bot.terminal.quick_typer import QuickTyper

jobs = QuickTyper(help="Look at what the bot has to do, and mend it.")


@jobs.command("list")
@arguments_from(ListedJobs)
def list_jobs(arguments: ListedJobs) -> None:
    """List jobs that are not done: under way, waiting, parked, given up."""
    from imgoe_bot.terminal.jobs.command import show_list

    raise typer.Exit(show_list(arguments))


@jobs.command()
def show(
    job: Annotated[int, typer.Argument(metavar="ID", help="Number of the job.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell everything of one job."""
    from imgoe_bot.terminal.jobs.command import show_one

    raise typer.Exit(show_one(job, as_json=as_json))


@jobs.command()
@arguments_from(ChosenJobs)
def retry(arguments: ChosenJobs) -> None:
    """Have jobs tried now that were given up, wait for a later try, or are parked."""
    from imgoe_bot.terminal.jobs.command import retry as try_again

    raise typer.Exit(try_again(arguments))


@jobs.command()
@arguments_from(ChosenJobs)
def cancel(arguments: ChosenJobs) -> None:
    """End jobs; the card says that the operator ended them."""
    from imgoe_bot.terminal.jobs.command import cancel as end

    raise typer.Exit(end(arguments))
