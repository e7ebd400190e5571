"""A picture's whole way, from message to card and direct message: ``make bench-bot``.

The bot's own process works against a simulated Discord in this process and image hosts in a third.
Bots over SQLite and over PostgreSQL take turns with the relay of ``bench_mirror``, which downloads
and uploads the same bytes and does nothing else, so a busy machine hurts all of them. Reported are
medians, and ratios to the relay's.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import bench_mirror
from benchmarks.bot_scene import COUNTED_BOT, Bot, Scene, image_hosts, open_scene, picture_of
from benchmarks.bot_table import Result, table
from tests.hostserver.postgres import running_postgres

RESULTS = Path(__file__).parent / "results"
SQLITE, POSTGRES = "SQLite", "PostgreSQL"
ROUNDS = 3
PICTURE_BYTES = 200_000
WARM_UP = 12
ONE_BY_ONE = 20
AT_ONCE = 60
LARGE_BYTES = 8_000_000
LARGE_FILES = 32
IDLE_S = 2.0
LOOKS_S = 13.0
"""A card's previews are looked at 10 seconds after it was posted."""
TAIL_S = 0.3
"""For what is still written down once the direct message is out."""
ASKED_EVERY_S = 0.05
ABOUT = (
    "CPU is of the bot's process a picture of 200 KB, an idle bot's own left out. The relay",
    f"downloads and uploads the same bytes. Medians of {ROUNDS} processes, in turn.",
    f"Meanwhile: {LARGE_FILES} files of 8 MB under way, IMGOE_TRANSFERS=64.",
)


@dataclass(frozen=True, slots=True)
class Round:
    """What one process did.

    Attributes:
        cpu_ms: of a picture's whole way, one picture at a time.
        look_ms: CPU of the look at a card's previews, 10 seconds later.
        busy_cpu_ms: as ``cpu_ms``, with all posted at once.
        cards_s: cards a second, with all posted at once.
    """

    cpu_ms: float
    look_ms: float
    busy_cpu_ms: float
    cards_s: float


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is done for one picture, as its way is counted in a run of its own."""

    statements: float
    transactions: float
    handovers: float
    requests: float


@dataclass(frozen=True, slots=True)
class SlashTimes:
    """How long a command waits while large files are under way: 99th percentiles in ms."""

    acknowledged_ms: float
    answered_ms: float
    asked: int


async def run(scene: Scene) -> Round:
    """Start a bot, and let it do pictures one by one, then many at once."""
    file = picture_of(PICTURE_BYTES)
    async with scene.bot() as bot:
        await _warmed_up(scene)
        idle = await _idle_rate(bot)
        spent = _Meter(bot, idle)
        await _one_by_one(scene, ONE_BY_ONE)
        cpu_ms = spent.ms(ONE_BY_ONE)
        await asyncio.sleep(LOOKS_S)
        look_ms = spent.ms(ONE_BY_ONE)
        begun_at = time.perf_counter()
        for _ in range(AT_ONCE):
            await scene.post(file)
        await scene.seen.until(cards=scene.posted, links=0)
        cards_s = AT_ONCE / (time.perf_counter() - begun_at)
        await scene.all_done()
        await asyncio.sleep(TAIL_S)
        return Round(cpu_ms, look_ms, spent.ms(AT_ONCE), cards_s)


class _Meter:
    """CPU since the last look, without what a bot takes that has nothing to do."""

    def __init__(self, bot: Bot, idle_rate: float) -> None:
        self._bot, self._idle_rate = bot, idle_rate
        self._cpu_s, self._at = bot.cpu_s(), time.perf_counter()

    def ms(self, pictures: int) -> float:
        cpu_s, at = self._bot.cpu_s(), time.perf_counter()
        spent_s = cpu_s - self._cpu_s - self._idle_rate * (at - self._at)
        self._cpu_s, self._at = cpu_s, at
        return spent_s * 1000 / pictures


async def _warmed_up(scene: Scene) -> None:
    """Let a bot load and connect what it needs, and look at those first cards too."""
    for _ in range(WARM_UP):
        await scene.post(picture_of(PICTURE_BYTES))
    await scene.all_done()
    await asyncio.sleep(LOOKS_S)


async def _idle_rate(bot: Bot) -> float:
    """Return the CPU seconds a second of a bot with nothing to do."""
    before_s = bot.cpu_s()
    await asyncio.sleep(IDLE_S)
    return (bot.cpu_s() - before_s) / IDLE_S


async def _one_by_one(scene: Scene, pictures: int) -> None:
    file = picture_of(PICTURE_BYTES)
    for _ in range(pictures):
        await scene.post(file)
        await scene.all_done()
    await asyncio.sleep(TAIL_S)


async def count(scene: Scene) -> Counts:
    """Count what one picture's way takes, an idle bot's own left out."""
    async with scene.bot(*COUNTED_BOT) as bot:
        await _warmed_up(scene)
        first = await bot.counted()
        begun_at = time.perf_counter()
        await asyncio.sleep(IDLE_S)
        idle = await bot.counted()
        idle_s = time.perf_counter() - begun_at
        calls, begun_at = len(scene.sim.calls), time.perf_counter()
        await _one_by_one(scene, ONE_BY_ONE)
        last = await bot.counted()
        lasted_s = time.perf_counter() - begun_at
        requests = (len(scene.sim.calls) - calls) / ONE_BY_ONE

    def each(name: str) -> float:
        idle_rate = (idle[name] - first[name]) / idle_s
        return (last[name] - idle[name] - idle_rate * lasted_s) / ONE_BY_ONE

    return Counts(each("statements"), each("transactions"), each("handovers"), requests)


async def ask_meanwhile(scene: Scene) -> SlashTimes:
    """Ask for the library again and again while large files are under way, 32 at once."""
    file = picture_of(LARGE_BYTES)
    async with scene.bot(IMGOE_TRANSFERS="64") as _:
        await _warmed_up(scene)
        for _ in range(LARGE_FILES):
            await scene.post(file)
        done = asyncio.create_task(scene.all_done())
        acknowledged: list[float] = []
        answered: list[float] = []
        while not done.done():
            begun_at = time.perf_counter()
            asked = await scene.owner.slash(scene.channels[0], "library")
            await asked.wait_acknowledged()
            acknowledged.append(time.perf_counter() - begun_at)
            await asked.wait_response()
            answered.append(time.perf_counter() - begun_at)
            await asyncio.sleep(ASKED_EVERY_S)
        await done
    return SlashTimes(_p99_ms(acknowledged), _p99_ms(answered), len(answered))


def _p99_ms(times_s: Sequence[float]) -> float:
    return sorted(times_s)[int(len(times_s) * 0.99)] * 1000


def relay_ms(ports: tuple[str, str]) -> float:
    """Return the CPU in milliseconds that a file takes whose bytes are passed on and no more."""
    case = bench_mirror.Case("picture", PICTURE_BYTES, files=200, at_once=8)
    return bench_mirror.run("ours", case, ports)["cpu_s"] * 1000 / case.files


async def measure(scenes: dict[str, Scene]) -> list[Result]:
    """Let all take turns."""
    rounds: dict[str, list[Round]] = {name: [] for name in scenes}
    relays: list[float] = []
    with bench_mirror.ends() as ports:
        for _ in range(ROUNDS):
            relays.append(await asyncio.to_thread(relay_ms, ports))
            for name, scene in scenes.items():
                rounds[name].append(await run(scene))
                print(name, rounds[name][-1], file=sys.stderr, flush=True)
    relay = statistics.median(relays)
    return [
        _result(name, relay, rounds[name], await count(scene), await ask_meanwhile(scene))
        for name, scene in scenes.items()
    ]


def _result(
    name: str, relay: float, rounds: Sequence[Round], counts: Counts, slash: SlashTimes
) -> Result:
    def median(field: str) -> float:
        values: list[float] = [getattr(each, field) for each in rounds]
        return statistics.median(values)

    return Result(
        database=name,
        relay_ms=round(relay, 2),
        cpu_ms=round(median("cpu_ms"), 1),
        ratio=round(median("cpu_ms") / relay, 1),
        look_ms=round(median("look_ms"), 1),
        busy_cpu_ms=round(median("busy_cpu_ms"), 1),
        cards_s=round(median("cards_s"), 1),
        statements=round(counts.statements, 1),
        transactions=round(counts.transactions, 1),
        handovers=round(counts.handovers, 1),
        requests=round(counts.requests, 1),
        slash_acknowledged_ms=round(slash.acknowledged_ms, 1),
        slash_answered_ms=round(slash.answered_ms, 1),
    )


@asynccontextmanager
async def _scenes(folder: Path) -> AsyncGenerator[dict[str, Scene]]:
    async with AsyncExitStack() as stack:
        hosts = stack.enter_context(image_hosts())
        scenes: dict[str, Scene] = {}
        urls = {SQLITE: "", POSTGRES: stack.enter_context(running_postgres(_empty(folder / "pg")))}
        for name, url in urls.items():
            place = _empty(folder / name)
            scene = open_scene(place, database_url=url, host_urls=hosts)
            scenes[name] = await stack.enter_async_context(scene)
        yield scenes


def _empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def _measured(folder: Path) -> list[Result]:
    async with _scenes(folder) as scenes:
        return await measure(scenes)


def main() -> None:
    """Measure, print the table and keep it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as somebody else
        results = asyncio.run(_measured(folder))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "bot.json").write_text(json.dumps([asdict(r) for r in results], indent=2) + "\n")
    page = table(results, about=ABOUT)
    (RESULTS / "bot.md").write_text(page)
    print(page)


if __name__ == "__main__":
    main()
