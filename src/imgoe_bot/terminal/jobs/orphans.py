"""``imgoe-bot orphans``: copies that a host may have stored without our having got its answer."""

import asyncio
import json

import typer
from rich.console import Console
from rich.table import Table

from imgoe_bot.app.stores import open_stores
from imgoe_bot.domain.orphans import KnownOrphan
from imgoe_bot.settings.fields import PluginSettings
from imgoe_bot.settings.loading import load_settings
from imgoe_bot.terminal.exit_codes import EXIT_FAILED
from imgoe_bot.terminal.standard_streams import plain

_SHOWN = ("id", "server", "host", "file", "bytes", "sent_at", "probable_url")


def list_orphans(*, host: str | None, server: int | None, as_json: bool) -> int:
    """Print likely orphans; return the exit code."""
    found = [_facts(each) for each in asyncio.run(_find(host, server))]
    if as_json:
        for facts in found:
            typer.echo(json.dumps(facts))
        return 0
    table = Table(*(name.replace("_", " ") for name in _SHOWN))
    for facts in found:
        table.add_row(*(plain("" if facts[n] is None else str(facts[n])) for n in _SHOWN))
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(table if found else "There is none.")
    return 0


def forget_orphans(ids: list[int]) -> int:
    """Forget likely orphans; return the exit code."""
    count = asyncio.run(_forget(ids))
    typer.echo(f"forgot {count} of {len(ids)}")
    return 0 if count else EXIT_FAILED


async def _find(host: str | None, server: int | None) -> tuple[KnownOrphan, ...]:
    async with open_stores(load_settings(PluginSettings)) as stores:
        return await stores.orphans.find(host_url=host, guild_id=server)


async def _forget(ids: list[int]) -> int:
    async with open_stores(load_settings(PluginSettings)) as stores:
        return await stores.orphans.forget(ids)


def _facts(known: KnownOrphan) -> dict[str, object]:
    orphan = known.orphan
    return {
        "id": known.id,
        "server": str(orphan.guild_id),
        "host": orphan.host_url,
        "post": orphan.post_id,
        "file": orphan.filename,
        "bytes": orphan.size_bytes,
        "sent_at": orphan.sent_at.isoformat(timespec="seconds"),
        "probable_url": orphan.probable_url,
    }
