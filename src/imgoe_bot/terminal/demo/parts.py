"""``imgoe-bot demo``: a Discord, an image host and the real bot on this machine.

The bot is a process of its own, unmodified: it is only told other addresses.
"""

import asyncio
import base64
import contextlib
import os
import sys
import tempfile
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.panel import Panel

from imgoe_bot.discordsim import DiscordSim, SimOptions
from imgoe_bot.errors import ConfigError
from imgoe_bot.hostserver import HostOptions, HostServer
from imgoe_bot.settings import SECRET_KEY_BYTES
from imgoe_bot.terminal.demo.rehearsal import Rehearsal, StepFailed
from imgoe_bot.terminal.demo.stage import Stage, set_stage

READY_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 5.0

T = TypeVar("T")


async def play(*, port: int, verbose: bool) -> None:
    """Run the demo until it is cancelled.

    Args:
        port: of the chat page; 0 takes a free one.
        verbose: show the bot's log on the terminal.

    Raises:
        ConfigError: the port is taken.
    """
    console = Console()
    async with _running(port=port, verbose=verbose) as (stage, host, bot):
        await while_alive(bot, set_up(stage, host))
        console.print(_welcome(stage.sim.url, key=await host.create_key("set-up")))
        await while_alive(bot, asyncio.Event().wait())


def _welcome(url: str, *, key: str) -> Panel:
    return Panel(
        f"Open [bold]{url}[/bold] and drop a picture into [bold]#photos[/bold].\n"
        "The bot answers with a card and sends you a delete link by direct message.\n"
        "In [bold]Board games[/bold] nothing is set up yet: try [bold]/setup[/bold] as Ada, with "
        f"the key\n{key}\n"
        "[bold]Dana[/bold] has the app on her account: she uses it in a server without the bot.\n"
        "Ctrl-C stops everything; nothing is left behind.",
        title="imgoe_bot demo",
        expand=False,
    )


async def rehearse(*, verbose: bool) -> int:
    """Play the demo once from beginning to end, a line a step.

    Returns:
        The exit code: 0 when every step did what it should, else 1.
    """
    console = Console(highlight=False)
    try:
        async with _running(port=0, verbose=verbose) as (stage, host, bot):
            rehearsal = Rehearsal(console)
            online = stage.sim.bot_ready(timeout_s=READY_TIMEOUT_S, commands=True)
            await rehearsal.step("the bot is online", while_alive(bot, online))
            await rehearsal.step("a moderator set host, key and channel", set_up(stage, host))
            await rehearsal.run(stage.member, stage.photos)
    except StepFailed as failure:
        console.print(f"✗ {failure.step}: {failure.reason}", markup=False, soft_wrap=True)
        return 1
    console.print("Everything works.")
    return 0


@asynccontextmanager
async def _running(
    *, port: int, verbose: bool
) -> AsyncGenerator[tuple[Stage, HostServer, asyncio.subprocess.Process]]:
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="imgoe-demo-")))
        host = await stack.enter_async_context(
            HostServer(HostOptions(data_dir=folder / "host", site_name="Demo image host"))
        )
        sim = await stack.enter_async_context(_open_sim(port))
        stage = await set_stage(sim)
        bot = await stack.enter_async_context(bot_process(sim, host, folder / "bot", verbose))
        yield stage, host, bot


@asynccontextmanager
async def _open_sim(port: int) -> AsyncGenerator[DiscordSim]:
    try:
        async with DiscordSim(SimOptions(port=port, strict=False, fetch_previews=True)) as sim:
            yield sim
    except OSError as error:
        raise ConfigError("--port", f"can't listen on {port}: {error.strerror}") from error


async def set_up(stage: Stage, host: HostServer) -> None:
    """Let the moderator do what a real one does: host and key by modal, then the channel.

    Raises:
        TimeoutError: the bot did not answer.
    """
    await stage.sim.bot_ready(timeout_s=READY_TIMEOUT_S, commands=True)
    key = host.first_key or await host.create_key("demo")
    opened = await stage.moderator.slash(stage.photos, "settings key")
    sent = await stage.moderator.fill_modal(opened, {"host": host.url, "key": key})
    await sent.wait_response()
    added = await stage.moderator.slash(stage.photos, "mirror add", channel=stage.photos)
    await added.wait_response()


def bot_environment(sim: DiscordSim, host: HostServer, data_dir: Path) -> dict[str, str]:
    """Return what ``imgoe-bot run`` needs to find this Discord instead of the real one."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("IMGOE_")}
    return inherited | {
        "IMGOE_DISCORD_TOKEN": sim.bot_token,
        "IMGOE_DISCORD_API_URL": sim.api_url,
        "IMGOE_DISCORD_GATEWAY_URL": sim.gateway_url,
        "IMGOE_DISCORD_CDN_URL": sim.cdn_url,
        "IMGOE_DEFAULT_HOST_URL": host.url,
        "IMGOE_SECRET_KEY": base64.b64encode(os.urandom(SECRET_KEY_BYTES)).decode(),
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
