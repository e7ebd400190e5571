"""Jobs as tables, or as JSON; without any link or key."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table

from imgoe_bot.domain.job_search import FoundJob
from imgoe_bot.terminal.standard_streams import plain


def as_facts(job: FoundJob) -> dict[str, object]:
    """Return everything of a job, for JSON."""
    sending = job.sending
    return {
        "id": job.id,
        "state": job.state.value,
        "step": job.step.value,
        "server": str(job.guild_id),
        "channel": str(job.channel_id),
        "message": None if job.message_id is None else str(job.message_id),
        "post": job.post_id,
        "file": job.filename,
        "host": job.lane,
        "due": _time(job.run_at),
        "tries": job.attempts,
        "failures": job.failures,
        "failing_since": _time(job.failing_since),
        "error": None if job.error is None else type(job.error).__name__,
        "why": None if job.error is None else repr(job.error),
        "waits_for": job.parked_on or None,
        "given_up_at": _time(job.parked_until),
        "leased_until": _time(job.lease_until),
        "sent_at": _time(sending.at if sending else None),
        "sent_to": sending.host_url if sending else None,
        "sent_bytes": sending.size_bytes if sending else None,
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


def print_jobs(jobs: Sequence[FoundJob], console: Console) -> None:
    """Print jobs as a table."""
    table = Table("id", "state", "step", "server", "file", "host", "due", "tries", "error")
    for job in jobs:
        facts = as_facts(job)
        shown = ("id", "state", "step", "server", "file", "host", "due", "tries", "error")
        table.add_row(*(plain(_text(facts[name])) for name in shown))
    console.print(table if jobs else "There is none.")


def print_job(job: FoundJob, console: Console) -> None:
    """Print everything of a job, a line a fact."""
    for name, value in as_facts(job).items():
        console.print(f"{name.replace('_', ' ')}: {plain(_text(value))}", soft_wrap=True)


def _text(value: object) -> str:
    return "" if value is None else str(value)
