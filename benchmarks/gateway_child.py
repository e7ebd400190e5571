"""One client on the servers of ``gateway_world``, measured in a process of its own.

    python -m benchmarks.gateway_child bare|ours PORT SERVERS MESSAGES

prints what it cost as JSON. ``bare`` is a discord.Client that asks for the same events and does
nothing.
"""

import asyncio
import gc
import json
import os
import resource
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import aiohttp
import discord

from imgoe_bot.ui import endpoints

BEGAN = time.perf_counter()
QUIET_S = 2.0
PER_S = 100
LOOK_S = 0.05
PAGE_BYTES = resource.getpagesize()

Wait = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a start cost.

    Attributes:
        cpu_s: user and system CPU of the process until the start was over.
        wall_s: the time until then.
        rss_bytes: resident memory two seconds later.
        pause_ms: the longest pause of the loop while messages came, as far as it was ours.
        collected_ms: the collector's longest look in that time.
    """

    cpu_s: float
    wall_s: float
    rss_bytes: int
    pause_ms: float
    collected_ms: float


@dataclass(slots=True)
class Pauses:
    """How long the loop did nothing else, and how long the collector took, since a reset.

    A pause counts as far as the loop's thread computed in it: what others took of a busy machine
    is not its fault.
    """

    longest_ms: float = 0.0
    collected_ms: float = 0.0
    _began: float = field(default=0.0)

    async def run(self) -> None:
        """Look at the clock as often as the loop lets us, until cancelled."""
        gc.callbacks.append(self._collecting)
        while True:
            wall, cpu = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.001)
            late = min(time.perf_counter() - wall - 0.001, time.thread_time() - cpu)
            self.longest_ms = max(self.longest_ms, late * 1000)

    def _collecting(self, phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.thread_time()
            return
        took_ms = (time.thread_time() - self._began) * 1000
        self.collected_ms = max(self.collected_ms, took_ms)

    def reset(self) -> None:
        """Begin anew."""
        self.longest_ms = self.collected_ms = 0.0


def _point_at(port: int) -> None:
    http, gateway = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}/"
    endpoints.use(endpoints.Endpoints(api_url=http, gateway_url=gateway, cdn_url=http))


@asynccontextmanager
async def bare(_servers: int) -> AsyncGenerator[Wait]:
    """Connect a bare client; gives what waits until it is ready."""
    intents = discord.Intents(
        guilds=True, guild_messages=True, guild_reactions=True, message_content=True
    )
    client = discord.Client(
        intents=intents,
        member_cache_flags=discord.MemberCacheFlags.none(),
        chunk_guilds_at_startup=False,
        max_messages=100,
    )
    async with client:
        running = asyncio.create_task(client.start("token"))
        yield lambda: _ready(client, running)
        running.cancel()


async def _ready(client: discord.Client, running: asyncio.Task[None]) -> None:
    while not client.is_ready():
        await asyncio.sleep(LOOK_S)
        if running.done():
            running.result()


@asynccontextmanager
async def ours(servers: int) -> AsyncGenerator[Wait]:
    """Run our bot as ``imgoe-bot run`` does; gives what waits until all is caught up."""
    from benchmarks.gateway_database import mirrored_channels
    from imgoe_bot.app.background import run_background
    from imgoe_bot.app.services import open_services
    from imgoe_bot.app.stopping import Stopping
    from imgoe_bot.settings.fields import Settings
    from imgoe_bot.settings.loading import load_settings
    from imgoe_bot.terminal import log
    from imgoe_bot.ui.client.bot import ImgoeBot

    settings, held = load_settings(Settings), mirrored_channels(servers)
    log.configure(level="ERROR", as_json=False)
    bot = ImgoeBot(message_content=True)
    async with bot, open_services(settings, bot) as services:
        bot.serve(services)
        await bot.login("token")
        work = run_background(bot, services, settings, bot.connect(), stopping=Stopping())
        running = asyncio.create_task(work)

        async def caught_up() -> None:
            await _ready(bot, running)
            while held:
                await asyncio.sleep(LOOK_S)
                while held and not services.marks.is_held(held[-1]):
                    held.pop()
            await services.catch_ups.settled()

        yield caught_up
        running.cancel()
        await asyncio.wait({running})


async def measure(way: str, port: int, servers: int, messages: int) -> Found:
    """Start, wait until all is done, stay quiet for a while, take messages."""
    pauses = Pauses()
    ticking = asyncio.create_task(pauses.run())
    _point_at(port)
    async with (bare if way == "bare" else ours)(servers) as done:
        await done()
        used = resource.getrusage(resource.RUSAGE_SELF)
        wall_s = time.perf_counter() - BEGAN
        await asyncio.sleep(QUIET_S)
        rss_bytes = _resident_bytes()
        await flow(port, messages // 10)  # what is loaded with the first message is no pause
        pauses.reset()
        await flow(port, messages)
        ticking.cancel()
    return Found(
        cpu_s=used.ru_utime + used.ru_stime,
        wall_s=wall_s,
        rss_bytes=rss_bytes,
        pause_ms=pauses.longest_ms,
        collected_ms=pauses.collected_ms,
    )


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


async def flow(port: int, messages: int) -> None:
    """Have so many messages sent, and wait until the last was."""
    if messages:
        asked = {"messages": messages, "per_s": PER_S}
        async with aiohttp.ClientSession() as http:
            await http.post(f"http://127.0.0.1:{port}/flow", json=asked)
        await asyncio.sleep(LOOK_S)


def main() -> None:
    """Run the client asked for."""
    way, *numbers = sys.argv[1:]
    port, servers, messages = map(int, numbers)
    print(json.dumps(asdict(asyncio.run(measure(way, port, servers, messages)))), flush=True)
    os._exit(0)  # tearing ten thousand servers down is nobody's cost


if __name__ == "__main__":
    main()
