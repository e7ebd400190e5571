"""A bot of its own: logged in, connected for good, and stopped cleanly."""

import asyncio
import socket
import ssl

import aiohttp
import discord
import structlog

from imgoe_bot.adapters.folder_checks import check_folder
from imgoe_bot.app.background import run_background, tell_unknown_variables
from imgoe_bot.app.services import open_services
from imgoe_bot.app.stopping import Stopping
from imgoe_bot.errors import ConfigError, SourceUnreachable
from imgoe_bot.settings.environment import variable_name
from imgoe_bot.settings.fields import Settings
from imgoe_bot.ui import endpoints
from imgoe_bot.ui.client.bot import ImgoeBot

CANCEL_AGAIN_S = 1.0

_NO_NETWORK = (
    aiohttp.ClientConnectionError,
    ConnectionError,
    TimeoutError,
    socket.gaierror,
    ssl.SSLError,
    discord.DiscordServerError,
    discord.GatewayNotFound,
)
"""What discord.py raises where Discord can't be reached; other OSErrors are about files."""

log = structlog.stdlib.get_logger(__name__)


async def run_bot(settings: Settings, stopping: Stopping | None = None) -> None:
    """Run a bot of its own until it is cancelled, or asked to stop once it is logged in.

    Raises:
        ConfigError: Discord does not accept the token, or the data folder can't be written.
        StoreError: the data folder has no room, or the database can't be opened.
        SourceUnreachable: Discord can't be reached at the start; later on it is tried for ever.
    """
    tell_unknown_variables()
    check_folder(settings.data_dir, variable=variable_name("data_dir"))
    endpoints.use(
        endpoints.Endpoints(
            api_url=settings.discord_api_url,
            gateway_url=settings.discord_gateway_url,
            cdn_url=settings.discord_cdn_url,
        )
    )
    try:
        await _run_as_allowed(settings, stopping or Stopping())
    except _NO_NETWORK as error:
        raise SourceUnreachable from error
    except discord.HTTPException as error:
        if error.code:
            raise
        raise SourceUnreachable(status=error.status) from error  # a proxy's word, not Discord's
    except discord.LoginFailure as error:
        raise ConfigError(
            "IMGOE_DISCORD_TOKEN", "is not accepted by Discord; copy it from the portal again"
        ) from error


async def _run_as_allowed(settings: Settings, stopping: Stopping) -> None:
    """Run with the contents of messages, or without where the portal does not grant them."""
    try:
        await _run(settings, stopping, message_content=True)
    except discord.PrivilegedIntentsRequired:
        log.warning(
            "the Message Content intent is off in the developer portal: "
            "commands work, channels are not mirrored"
        )
        await _run(settings, stopping, message_content=False)


async def _run(settings: Settings, stopping: Stopping, *, message_content: bool) -> None:
    bot = ImgoeBot(message_content=message_content)
    async with bot, open_services(settings, bot) as services:
        bot.serve(services)
        await bot.login(settings.discord_token.get_secret_value())
        await run_background(bot, services, settings, _stay_connected(bot), stopping=stopping)


async def _stay_connected(bot: ImgoeBot) -> None:
    """Connect until cancelled, again and again: discord.py swallows that while it reconnects."""
    connecting = asyncio.ensure_future(bot.connect())
    try:
        await asyncio.wait({connecting})
    finally:
        while not connecting.done():
            connecting.cancel()
            await asyncio.wait({connecting}, timeout=CANCEL_AGAIN_S)
    connecting.result()
