"""``imgoe-bot demo``: a Discord, an image host and the real bot on this machine."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from rich.console import Console
from rich.panel import Panel

from imgoe_bot.discordsim import DiscordSim, SimOptions
from imgoe_bot.errors import ConfigError
from imgoe_bot.hostserver import HostOptions, HostServer
from imgoe_bot.terminal.demo.bot_process import bot_process, while_alive
from imgoe_bot.terminal.demo.self_check import SelfCheck, StepFailed
from imgoe_bot.terminal.demo.servers import DemoServers, open_servers
from imgoe_bot.terminal.exit_codes import EXIT_FAILED

READY_TIMEOUT_S = 30.0


async def run_demo(*, port: int, verbose: bool) -> None:
    """Run the demo until it is cancelled.

    Args:
        port: of the chat page; 0 takes a free one.
        verbose: show the bot's log on the terminal.

    Raises:
        ConfigError: the port is taken.
    """
    console = Console()
    async with _running(port=port, verbose=verbose) as (servers, host, bot):
        await while_alive(bot, set_up(servers, host))
        console.print(_welcome(servers.sim.url, key=await host.create_key("set-up")))
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


async def check_once(*, verbose: bool) -> int:
    """Run the demo once from beginning to end by itself, a line a step.

    Returns:
        The exit code: 0 when every step did what it should, else 1.
    """
    console = Console(highlight=False)
    try:
        async with _running(port=0, verbose=verbose) as (servers, host, bot):
            check = SelfCheck(console)
            online = servers.sim.bot_ready(timeout_s=READY_TIMEOUT_S, commands=True)
            await check.step("the bot is online", while_alive(bot, online))
            await check.step("a moderator set host, key and channel", set_up(servers, host))
            await check.run(servers.member, servers.photos)
    except StepFailed as failure:
        console.print(f"✗ {failure.step}: {failure.reason}", markup=False, soft_wrap=True)
        return EXIT_FAILED
    console.print("Everything works.")
    return 0


@asynccontextmanager
async def _running(
    *, port: int, verbose: bool
) -> AsyncGenerator[tuple[DemoServers, HostServer, asyncio.subprocess.Process]]:
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="imgoe-demo-")))
        host = await stack.enter_async_context(
            HostServer(HostOptions(data_dir=folder / "host", site_name="Demo image host"))
        )
        sim = await stack.enter_async_context(_open_sim(port))
        servers = await open_servers(sim)
        bot = await stack.enter_async_context(bot_process(sim, host, folder / "bot", verbose))
        yield servers, host, bot


@asynccontextmanager
async def _open_sim(port: int) -> AsyncGenerator[DiscordSim]:
    try:
        async with DiscordSim(SimOptions(port=port, strict=False, fetch_previews=True)) as sim:
            yield sim
    except OSError as error:
        raise ConfigError("--port", f"can't listen on {port}: {error.strerror}") from error


async def set_up(servers: DemoServers, host: HostServer) -> None:
    """Let the moderator do what a real one does: host and key by modal, then the channel.

    Raises:
        TimeoutError: the bot did not answer.
    """
    await servers.sim.bot_ready(timeout_s=READY_TIMEOUT_S, commands=True)
    key = host.first_key or await host.create_key("demo")
    opened = await servers.moderator.slash(servers.photos, "settings key")
    sent = await servers.moderator.fill_modal(opened, {"host": host.url, "key": key})
    await sent.wait_response()
    added = await servers.moderator.slash(servers.photos, "mirror add", channel=servers.photos)
    await added.wait_response()
