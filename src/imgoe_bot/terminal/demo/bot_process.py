"""The demo's bot: a process of its own, unmodified, that is only told other addresses."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from imgoe_bot.discordsim import DiscordSim
from imgoe_bot.errors import ConfigError
from imgoe_bot.hostserver import HostServer
from imgoe_bot.settings.environment import make_secret_key

STOP_TIMEOUT_S = 5.0

T = TypeVar("T")


def bot_environment(sim: DiscordSim, host: HostServer, data_dir: Path) -> dict[str, str]:
    """Return what ``imgoe-bot run`` needs to find this Discord instead of the real one."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("IMGOE_")}
    return inherited | {
        "IMGOE_DISCORD_TOKEN": sim.bot_token,
        "IMGOE_DISCORD_API_URL": sim.api_url,
        "IMGOE_DISCORD_GATEWAY_URL": sim.gateway_url,
        "IMGOE_DISCORD_CDN_URL": sim.cdn_url,
        "IMGOE_DEFAULT_HOST_URL": host.url,
        "IMGOE_SECRET_KEY": make_secret_key(),
        "IMGOE_DATA_DIR": str(data_dir),
        "IMGOE_ALLOW_PRIVATE_HOSTS": "true",  # everything here is on this machine
    }


@asynccontextmanager
async def bot_process(
    sim: DiscordSim, host: HostServer, data_dir: Path, verbose: bool
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run the bot as a child process; it ends with the block, or else with this process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # nothing in the folder it is started from may take the place of a package
        "-m",
        "imgoe_bot",
        "run",
        "--tethered",
        env=bot_environment(sim, host, data_dir),
        stdin=asyncio.subprocess.PIPE,  # ends with this process, however that ends
        stderr=None if verbose else asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        await stop(process)


async def while_alive(process: asyncio.subprocess.Process, doing: Awaitable[T]) -> T:
    """Wait for something the process is needed for.

    Raises:
        ConfigError: the process ended first.
    """
    task = asyncio.ensure_future(doing)
    ended = asyncio.ensure_future(process.wait())
    try:
        await asyncio.wait({task, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ConfigError(
                "demo:", f"the bot ended with code {ended.result()}; --verbose shows why"
            )
        return task.result()
    finally:
        for each in (task, ended):
            each.cancel()


async def stop(process: asyncio.subprocess.Process) -> None:
    """Ask a process to end, and end it if it doesn't within five seconds."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
