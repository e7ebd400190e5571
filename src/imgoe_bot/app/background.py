"""What goes on beside the gateway for as long as a bot works, ours or a foreign one."""

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any

import structlog

from imgoe_bot.app import health_file
from imgoe_bot.app.stopping import Stopping
from imgoe_bot.settings.fields import PluginSettings
from imgoe_bot.settings.loading import unknown_variables
from imgoe_bot.ui.client.connection import is_connected
from imgoe_bot.ui.container import AnyBot, Services

DRAIN_S = 20.0

log = structlog.stdlib.get_logger(__name__)


async def run_background(
    bot: AnyBot,
    services: Services,
    settings: PluginSettings,
    *beside: Coroutine[Any, Any, None],
    stopping: Stopping,
) -> None:
    """Work the queue off, look after servers and ranges, show health, until one of them ends.

    A stop that is asked for lets jobs under way end first, for 20 s, while all the rest goes on: a
    file that was sent gets its card.

    Args:
        bot: whose connection the health file tells of.
        services: what works.
        settings: where the health file lies.
        beside: what else runs, and ends all of it when it ends.
        stopping: where a stop is asked for.
    """
    with stopping.attended() as asked:
        await _until_first_ends(
            *beside,
            services.runner.run(),
            services.departures.run(),
            services.auto_pauses.run(),
            services.marks.run(),
            services.history.keep_leases(),
            _show_health(bot, services, settings),
            _end_when(asked, services),
        )


async def _end_when(asked: asyncio.Event, services: Services) -> None:
    """Take nothing new from then on, and return when what is under way has ended."""
    await asked.wait()
    services.history.take_no_more()
    services.backfill_reading.claim_no_more()
    await services.runner.drain(within_s=DRAIN_S)


async def _until_first_ends(*work: Coroutine[Any, Any, None]) -> None:
    """Run things side by side; when one ends, stop the others and raise what it raised."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in ended:
        task.result()


async def _show_health(bot: AnyBot, services: Services, settings: PluginSettings) -> None:
    """Keep the health file young while the gateway stands and the database takes a small write."""
    await health_file.show(
        settings.health_file,
        is_connected=partial(is_connected, bot),
        write=lambda: services.outage.probe(services.sign_of_life.renew),
    )


def tell_unknown_variables() -> None:
    """Warn of each variable that looks like ours and means nothing."""
    for unknown in unknown_variables():
        log.warning("an unknown variable", name=unknown.name, nearest=unknown.nearest)
