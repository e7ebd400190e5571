"""Backfills with a bar each, as their stored numbers grow."""

import asyncio
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

from imgoe_bot.domain.backfill import Backfill, BackfillState, progress_of
from imgoe_bot.services.ports.backfill import BackfillStore

EVERY_S = 1.0
_COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    TaskProgressColumn(),
    TextColumn("{task.fields[counts]}"),
)


async def follow(store: BackfillStore, shown: Sequence[Backfill], console: Console) -> bool:
    """Show backfills until all have ended; return whether each was done, not cancelled."""
    open_ids = [each.id for each in shown]
    every_done = True
    with Progress(*_COLUMNS, console=console) as bars:
        tasks = {id_: bars.add_task(f"#{id_}", total=1.0, counts="") for id_ in open_ids}
        while open_ids:
            for id_ in tuple(open_ids):
                backfill = await store.find(id_)
                if backfill is None or backfill.state.is_ended:
                    open_ids.remove(id_)
                    is_done = backfill is not None and backfill.state is BackfillState.DONE
                    every_done = every_done and is_done
                if backfill is not None:
                    _update(bars, tasks[id_], backfill)
            if open_ids:
                await asyncio.sleep(EVERY_S)
    return every_done


def _update(shown: Progress, bar: TaskID, backfill: Backfill) -> None:
    shown.update(bar, completed=progress_of(backfill).fraction, counts=counts_text(backfill))


def counts_text(backfill: Backfill) -> str:
    """Return a backfill's numbers and what it waits for, in a line."""
    counts = backfill.counts
    parts = [f"{counts.messages:,} messages", f"{counts.found:,} files", f"{counts.kept:,} kept"]
    if counts.failed:
        parts.append(f"{counts.failed:,} failed")
    if backfill.state.is_ended:
        parts.append(backfill.state.value)
    elif backfill.waits is not None:
        remedy = ", /backfill resume goes on" if backfill.waits.needs_resume else ""
        parts.append(f"waits: {backfill.waits.value}{remedy}")
    return " · ".join(parts)
