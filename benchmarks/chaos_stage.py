"""Where a scenario is played: a Discord, a host, a database of its own, and the bot's process."""

import random
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.chaos_crowd import Crowd, Due, Places
from benchmarks.chaos_databases import Database
from benchmarks.chaos_host_proxy import LOOPBACK, HostProxy
from benchmarks.chaos_verdict import Judge, Verdict
from imgoe_bot.discordsim import Channel, GuildHandle, Permission, Person
from imgoe_bot.hostserver import HostOptions
from tests.flows.bot_process import BotProcess, bot_process
from tests.flows.kit import NO_PAUSES, Harness, open_harness

READY_S = 60.0
BEFORE_THE_RULE = 3
WITHOUT_LIMITS = {
    "IMGOE_HOST_BUDGET": "none",
    "IMGOE_DM_OPENED": "100000",
    "IMGOE_DM_TOTAL": "1000000",
    "IMGOE_ALLOW_PRIVATE_HOSTS": "true",
}
"""So that nothing waits for its turn longer than a scenario lasts."""


@dataclass(slots=True)
class Stage:
    """Everything a scenario needs.

    Attributes:
        proxy: what stands before the host.
        other: a second server; what befalls the first does not befall it.
    """

    harness: Harness
    database: Database
    proxy: HostProxy
    crowd: Crowd
    chance: random.Random
    other: GuildHandle
    _is_set_up: bool = False

    @asynccontextmanager
    async def starting(
        self, *, within: Sequence[str] = (), **changes: str
    ) -> AsyncGenerator[BotProcess]:
        """Run the bot, and wait for nothing."""
        told = WITHOUT_LIMITS | self.database.environment() | changes
        async with bot_process(self.harness, within=within, **told) as process:
            yield process

    @asynccontextmanager
    async def bot(
        self, *, within: Sequence[str] = (), **changes: str
    ) -> AsyncGenerator[BotProcess]:
        """Run the bot, once it is connected; the first one is set up."""
        async with self.starting(within=within, **changes) as process:
            await self.ready()
            if not self._is_set_up:
                await self.set_up()
            yield process

    async def ready(self) -> None:
        """Wait until the bot is connected."""
        await self.harness.sim.bot_ready(commands=True, timeout_s=READY_S)

    async def set_up(self) -> None:
        """Have the moderator set a key and mirror what is to be mirrored."""
        self._is_set_up = True
        harness, crowd = self.harness, self.crowd
        for _ in range(BEFORE_THE_RULE):
            await crowd.say(harness.photos, due=Due.NOT_KEPT)
        await harness.set_key()
        await harness.set_option("dm_digest", "3s")
        await harness.set_option("sources", "attachments, embeds")
        await _ask(crowd.opted_out, harness.photos, "privacy opt-out")
        for channel in (*crowd.places.channels, crowd.places.bin, crowd.places.paused):
            await harness.mirror(channel)
        await harness.set_option("on_delete", "delete", crowd.places.bin)
        await _ask(harness.ada, harness.photos, "mirror pause", channel=crowd.places.paused)
        self.proxy.uploads = 0

    async def judge(self) -> Verdict:
        """Wait for what is still to come, and return what it came to."""
        judge = Judge(self.harness, self.database, self.crowd, knows_keys=self.proxy.knows_keys)
        verdict = await judge.settle()
        return replace(verdict, tries=self.proxy.uploads)


Play = Callable[[Stage], Awaitable[Verdict]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """Trouble of one kind.

    Attributes:
        play: makes it, and returns what it came to while a bot is still running.
        engines: the databases it is about.
        size: what it is so many of, beside its name in the table.
        knows_keys: whether its host knows ``Idempotency-Key``; one that doesn't refuses a file that
            it has already, as a Chevereto does both.
    """

    name: str
    play: Play
    engines: tuple[str, ...]
    size: str = ""
    knows_keys: bool = True


@asynccontextmanager
async def open_stage(
    folder: Path, database: Database, *, seed: int, knows_keys: bool = True
) -> AsyncGenerator[Stage]:
    """Open a Discord and a host in an empty folder; no bot is running yet."""
    port = _free_port()
    async with HostProxy(f"http://{LOOPBACK}:{port}", knows_keys=knows_keys) as proxy:
        options = HostOptions(
            data_dir=folder / "host",
            port=port,
            public_url=proxy.url,
            refuse_duplicates=not knows_keys,
        )
        async with open_harness(folder, NO_PAUSES, host_options=options) as harness:
            (folder / "bot").mkdir(exist_ok=True)
            chance = random.Random(seed)  # noqa: S311 - moments, no secrets
            people = [harness.ben, *(_member(harness, name) for name in ("cleo", "dora"))]
            crowd = Crowd(harness, chance, await _places(harness), people, _member(harness, "emil"))
            other = harness.sim.add_guild("Chess club", owner=harness.ada)
            other.add_channel("games")
            yield Stage(harness, database, proxy, crowd, chance, other)


def _free_port() -> int:
    """Return a port for the host, which is told the proxy's address as its own."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        port: int = listener.getsockname()[1]
        return port


def _member(harness: Harness, name: str) -> Person:
    person = harness.sim.add_person(name)
    harness.guild.join(person, permissions=Permission.SEND_MESSAGES)
    return person


async def _places(harness: Harness) -> Places:
    thread = await harness.ben.open_thread(harness.photos, "evening walk")
    return Places(
        channels=(harness.photos, harness.lounge),
        thread=thread,
        bin=harness.guild.add_channel("sketches"),
        paused=harness.guild.add_channel("studio"),
        elsewhere=harness.guild.add_channel("workshop"),
    )


async def _ask(person: Person, where: Channel, command: str, **options: object) -> None:
    asked = await person.slash(where, command, **options)
    await asked.wait_response(READY_S)
