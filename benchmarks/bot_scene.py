"""Where ``bench_bot`` lets the bot work: a Discord of several servers, image hosts, a database."""

import asyncio
import base64
import json
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from imgoe_bot.discordsim import Channel, DiscordSim, Person, SimOptions, Upload
from imgoe_bot.discordsim.state.events import Event
from imgoe_bot.discordsim.untyped_json import mapping, text
from imgoe_bot.settings.environment import SECRET_KEY_BYTES

HERE = Path(__file__).parent
SERVERS = 4
PEOPLE = 8
SECOND_HOST_FROM = SERVERS // 2
"""The servers from this one on use a second host: one gets half of a worker's hands at most."""
NO_LIMITS = SimOptions(
    fetch_previews=True,
    message_limit=1000,
    message_window_s=1,
    rate_limit=1000,
    global_limit=1000,
)
"""A Discord that never says 429: what is measured is the bot."""
BOT = ("-m", "imgoe_bot", "run")
COUNTED_BOT = (str(HERE / "bot_counted.py"), "run")
PATIENCE_S = 120.0
GONE_S = 0.5
"""How long after its process has ended the simulated Discord takes a bot for connected."""
_DELETE_LINK = re.compile(r"/delete/[0-9a-f]{48}")
_UNREACHABLE_URL = "http://127.0.0.1:9"


def picture_of(size_bytes: int, seed: int = 1) -> Upload:
    """Return a picture of about one pixel and noise behind its end, of this size."""
    noise = random.Random(seed).randbytes(size_bytes)  # noqa: S311 - bytes that don't compress
    head = bytes.fromhex("89504e470d0a1a0a0000000d49484452000001020000010208020000")
    return Upload("noise.png", (head + noise)[:size_bytes], "image/png")


@dataclass(slots=True)
class Seen:
    """What the bot has done so far: its cards, and delete links it handed over."""

    bot_id: int
    cards: int = 0
    links: int = 0
    _change: asyncio.Event = field(default_factory=asyncio.Event)

    def notice(self, event: Event) -> None:
        """Count an event of the simulated Discord."""
        if event.name != "MESSAGE_CREATE":
            return
        if text(mapping(event.data.get("author")), "id") != str(self.bot_id):
            return
        self.cards += event.data.get("message_reference") is not None
        self.links += len(_DELETE_LINK.findall(text(event.data, "content")))
        self._change.set()

    async def until(self, *, cards: int, links: int) -> None:
        """Wait for so many of each; a TimeoutError after two minutes."""
        async with asyncio.timeout(PATIENCE_S):
            while self.cards < cards or self.links < links:
                self._change.clear()
                await self._change.wait()


@dataclass(slots=True)
class Bot:
    """The bot's process."""

    process: asyncio.subprocess.Process

    def cpu_s(self) -> float:
        """Return the CPU seconds that all its threads have taken, ended ones included."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    async def counted(self) -> dict[str, int]:
        """Ask a counted bot how much it did so far."""
        self.process.send_signal(signal.SIGUSR1)
        if self.process.stdout is None:
            raise RuntimeError("the bot has no output")
        async with asyncio.timeout(PATIENCE_S):
            counts: dict[str, int] = json.loads(await self.process.stdout.readline())
            return counts


@dataclass(slots=True)
class Scene:
    """Servers with a mirrored channel each, and people who post in all of them."""

    sim: DiscordSim
    seen: Seen
    owner: Person
    people: Sequence[Person]
    channels: Sequence[Channel]
    host_urls: Sequence[str]
    database_url: str
    folder: Path
    posted: int = 0
    secret_key: str = field(
        default_factory=lambda: base64.b64encode(os.urandom(SECRET_KEY_BYTES)).decode()
    )

    @asynccontextmanager
    async def bot(self, *program: str, **changes: str) -> AsyncGenerator[Bot]:
        """Run the bot as people run it, but for the limits of what it sends."""
        environment = {
            "IMGOE_DISCORD_TOKEN": self.sim.bot_token,
            "IMGOE_DISCORD_API_URL": self.sim.api_url,
            "IMGOE_DISCORD_GATEWAY_URL": self.sim.gateway_url,
            "IMGOE_DISCORD_CDN_URL": self.sim.cdn_url,
            "IMGOE_DEFAULT_HOST_URL": self.host_urls[0],
            "IMGOE_ALLOW_PRIVATE_HOSTS": "true",
            "IMGOE_SECRET_KEY": self.secret_key,
            "IMGOE_DATA_DIR": str(self.folder / "bot"),
            "IMGOE_DATABASE_URL": self.database_url,
            "IMGOE_HOST_BUDGET": "500000/1m,500000/1h,500000/1d,500000/7d,500000/30d",
            "IMGOE_DM_OPENED": "100000",
            "IMGOE_DM_TOTAL": "100000",
        }
        with (self.folder / "bot.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *(program or BOT),
                env=os.environ | environment | changes,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        try:
            await self.sim.bot_ready(commands=True, timeout_s=PATIENCE_S)
            yield Bot(process)
        finally:
            process.terminate()
            await process.wait()
            await asyncio.sleep(GONE_S)

    async def set_up(self) -> None:
        """Give each server its host, key and rule, and let each link be sent at once."""
        for number, channel in enumerate(self.channels):
            host_url = self.host_urls[number >= SECOND_HOST_FROM]
            await self._set_key(channel, host_url)
            added = await self.owner.slash(channel, "mirror add", channel=channel)
            await added.wait_response()
            options = {"name": "dm_digest", "value": "0s"}
            await (await self.owner.slash(channel, "settings set", **options)).wait_response()

    async def _set_key(self, channel: Channel, host_url: str) -> None:
        """Store a key untried, by the way around a host that is away."""
        opened = await self.owner.slash(channel, "settings key")
        given = {"host": _UNREACHABLE_URL, "key": "chv_benchmark_key"}
        refused = await (await self.owner.fill_modal(opened, given)).wait_response()
        opened = await self.owner.click(refused, "Save without trying…")
        sent = await self.owner.fill_modal(opened, given | {"host": host_url})
        await sent.wait_response()

    async def post(self, file: Upload) -> None:
        """Let the next person post a file in the next server."""
        number, self.posted = self.posted, self.posted + 1
        channel = self.channels[number % len(self.channels)]
        person = self.people[number // len(self.channels) % len(self.people)]
        await person.say(channel, files=[file])

    async def all_done(self) -> None:
        """Wait until everything posted is answered, and its delete link handed over."""
        await self.seen.until(cards=self.posted, links=self.posted)


@asynccontextmanager
async def open_scene(
    folder: Path, *, database_url: str, host_urls: Sequence[str]
) -> AsyncGenerator[Scene]:
    """Open a scene in an empty folder; ``database_url`` empty means SQLite."""
    async with DiscordSim(NO_LIMITS) as sim:
        owner = sim.add_person("ada")
        people = [sim.add_person(f"person {number}") for number in range(PEOPLE)]
        channels: list[Channel] = []
        for number in range(SERVERS):
            guild = sim.add_guild(f"server {number}", owner=owner)
            guild.join(owner)
            for person in people:
                guild.join(person)
            channels.append(guild.add_channel("photos"))
        seen = Seen(sim.bot_user.id)
        scene = Scene(sim, seen, owner, people, channels, host_urls, database_url, folder)
        async with scene.bot():
            await scene.set_up()
        seen.cards = seen.links = 0
        sim.world.listeners.append(seen.notice)
        yield scene


@contextmanager
def image_hosts(count: int = 2) -> Generator[Sequence[str]]:
    """Run image hosts; give their addresses."""
    command = [sys.executable, str(HERE / "bot_host.py"), str(count)]
    with subprocess.Popen(  # noqa: S603  # our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdout is None:
            raise RuntimeError("the hosts have no output")
        ports = process.stdout.readline().split()
        try:
            yield [f"http://127.0.0.1:{port}" for port in ports]
        finally:
            process.terminate()
