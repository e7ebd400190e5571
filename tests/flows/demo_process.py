"""``imgoe-bot demo`` as a process, and a Chromium to look at it with."""

import asyncio
import re
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

START_TIMEOUT_S = 30

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True, slots=True)
class Demo:
    """What a running demo prints.

    Attributes:
        url: of the chat page.
        key: an API key of its image host, for ``/setup``.
        process: the demo itself.
    """

    url: str
    key: str
    process: asyncio.subprocess.Process


@asynccontextmanager
async def running_demo() -> AsyncGenerator[Demo]:
    """Run the demo; it is stopped with SIGTERM and has to leave with 0."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "imgoe_bot", "demo", stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            demo = await _printed(process)
        yield demo
    finally:
        killed = process.returncode is not None
        if not killed:
            process.terminate()
        await process.communicate()
    assert killed or process.returncode == 0


async def _printed(process: asyncio.subprocess.Process) -> Demo:
    assert process.stdout is not None
    printed = ""
    while True:
        url, key = re.search(r"http://\S+", printed), re.search(r"chv_\w+", printed)
        if url and key:
            return Demo(url[0], key[0], process)
        line = await process.stdout.readline()
        assert line, f"the demo ended; it printed: {printed}"
        printed += line.decode()
