"""``imgoe-bot jobs``: what can be asked for."""

from typing import Annotated

import typer

from imgoe_bot.terminal.command_arguments import arguments_from
from imgoe_bot.terminal.jobs.arguments import ChosenJobs, Host, ListedJobs, Server
from imgoe_bot.terminal.quick_typer import QuickTyper

jobs = QuickTyper(help="Look at what the bot has to do, and mend it.")
orphans = QuickTyper(help="Copies that a host may have without anybody knowing their delete link.")


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


@orphans.callback(invoke_without_command=True, no_args_is_help=False)
def list_where_nothing_is_said(context: typer.Context) -> None:
    """List likely orphans, or do with them what is said."""
    if context.invoked_subcommand is None:
        list_orphans()


@orphans.command("list")
def list_orphans(
    host: Host = None,
    server: Server = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """List likely orphans with the address where each probably lies."""
    from imgoe_bot.terminal.jobs import orphans as known

    raise typer.Exit(known.list_orphans(host=host, server=server, as_json=as_json))


@orphans.command()
def forget(
    ids: Annotated[list[int], typer.Argument(metavar="ID...", help="Numbers of the orphans.")],
) -> None:
    """Forget orphans that were dealt with."""
    from imgoe_bot.terminal.jobs.orphans import forget_orphans

    raise typer.Exit(forget_orphans(ids))
