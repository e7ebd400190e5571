"""``imgoe-bot run`` as a process of its own, to be ended as a bad day ends it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.flows.kit import Harness

BYTECODE = Path(sys.prefix) / "bytecode"
"""Where processes keep their modules as Python has read them: reading takes three seconds, else."""


class BotProcess:
    """``imgoe-bot run`` as a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    async def kill(self) -> None:
        """End it without a chance to tidy up (SIGKILL)."""
        self._process.kill()
        await self._process.wait()

    async def wait(self) -> int:
        """Wait until it has ended by itself, and return its exit code."""
        return await self._process.wait()

    async def terminate(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end and return its exit code."""
        if self._process.returncode is None:
            self._process.send_signal(by)
        return await self._process.wait()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def read_text(self) -> str:
        """Return everything it has logged."""
        return self._log.read_text()


def environment_of(harness: Harness) -> dict[str, str]:
    """Return the variables that a bot of this harness is run with."""
    given = harness.settings()
    return {
        "IMGOE_DISCORD_TOKEN": harness.sim.bot_token,
        "IMGOE_DISCORD_API_URL": given.discord_api_url,
        "IMGOE_DISCORD_GATEWAY_URL": given.discord_gateway_url,
        "IMGOE_DISCORD_CDN_URL": given.discord_cdn_url,
        "IMGOE_DEFAULT_HOST_URL": given.default_host_url,
        "IMGOE_SECRET_KEY": harness.secret_key,
        "IMGOE_DATA_DIR": str(given.data_dir),
        "IMGOE_LEASE_S": "1",
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(BYTECODE),
    }


@asynccontextmanager
async def bot_process(
    harness: Harness, *, command: str = "run", within: Sequence[str] = (), **changes: str
) -> AsyncGenerator[BotProcess]:
    """Run the bot as people run it; ended at the end of the block if it isn't yet.

    Args:
        harness: what it talks to.
        command: what else to run in its environment.
        within: a command that ends by becoming the one that is added to it, as ``env`` does.
        changes: of that environment.
    """
    environment = environment_of(harness)
    log = harness.folder / ("bot.log" if command == "run" else f"{command}.log")
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *within,
            sys.executable,
            "-m",
            "imgoe_bot",
            command,
            env=os.environ | environment | changes,
            stdout=output,
            stderr=output,
        )
    bot = BotProcess(process, log)
    try:
        yield bot
    finally:
        await bot.terminate()
