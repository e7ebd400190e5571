"""imgoe_bot inside a foreign discord.py bot."""

import asyncio
import contextlib

import structlog

from imgoe_bot.app.background import run_background, tell_unknown_variables
from imgoe_bot.app.services import open_services
from imgoe_bot.app.stopping import Stopping
from imgoe_bot.errors import StoreInUse
from imgoe_bot.settings.fields import PluginSettings
from imgoe_bot.settings.loading import load_settings
from imgoe_bot.ui.client.bot import install, uninstall
from imgoe_bot.ui.container import AnyBot, Services

log = structlog.stdlib.get_logger(__name__)


class Plugin:
    """imgoe_bot inside a foreign discord.py bot, from ``load_extension`` to unload."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._stack = contextlib.AsyncExitStack()

    async def open(self) -> None:
        """Give the bot our cogs and start the worker.

        Nothing of it is left behind if that fails.

        Raises:
            ConfigError: a setting is missing or malformed, or the bot uses a name of ours already.
            StoreInUse: another bot works with this SQLite file.
            ExtensionError: a cog can't be loaded.
        """
        settings = load_settings(PluginSettings)
        tell_unknown_variables()
        async with contextlib.AsyncExitStack() as stack:
            services = await self._open_services(settings, stack)
            await install(self._bot, services)
            stack.push_async_callback(uninstall, self._bot)
            stopping = Stopping()
            worker = asyncio.create_task(self._work(services, settings, stopping))
            stack.push_async_callback(_end, worker, stopping)
            self._stack = stack.pop_all()

    async def _open_services(
        self, settings: PluginSettings, stack: contextlib.AsyncExitStack
    ) -> Services:
        try:
            return await stack.enter_async_context(open_services(settings, self._bot))
        except StoreInUse as error:
            log.error(
                "another bot works with this database: end it, "
                "or give this one a data folder of its own",
                file=error.file,
            )
            raise

    async def _work(self, services: Services, settings: PluginSettings, stopping: Stopping) -> None:
        await self._bot.wait_until_ready()
        await run_background(self._bot, services, settings, stopping=stopping)

    async def close(self) -> None:
        """Let the worker end what it is at, for 20 s at most, and take everything off the bot."""
        await self._stack.aclose()


async def _end(worker: asyncio.Task[None], stopping: Stopping) -> None:
    """End the worker; at once if this is cancelled."""
    try:
        if stopping.ask():
            await asyncio.wait({worker})
    finally:
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker
