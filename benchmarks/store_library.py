"""The library and its numbers at 1,000 and 1,000,000 uploads: a part of ``make bench-store``.

The databases are of the version before, and are migrated here. Every question is asked of the small
one and of the large one in turn, through the services as a command asks it; what counts is how many
times as long the large one takes. Alone: ``python -m benchmarks.store_library``.
"""

import asyncio
import json
import platform
import resource
import tempfile
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, cast

from benchmarks.store_library_data import (
    BEFORE,
    CHANNELS,
    NOW,
    PERSON,
    SERVER,
    SMALL_SERVER,
    fill_postgres,
    fill_sqlite,
)
from imgoe_bot.adapters.chart import BarChart
from imgoe_bot.adapters.store import Database, SqlLibraryStore, migrate, open_engine
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.guild import MANAGE_GUILD, Actor
from imgoe_bot.domain.ids import ChannelId, GuildId, UserId
from imgoe_bot.domain.library import LAST_PAGE, OwnerFilter, Query
from imgoe_bot.services.ports.posts import PostStore
from imgoe_bot.services.reports.library import CardPoster, LibraryService
from imgoe_bot.services.reports.stats import StatsService
from tests.hostserver.postgres import running_postgres

RESULTS = Path(__file__).parent / "results"
SMALL, LARGE = 1_000, 1_000_000
ROUNDS, UNCOUNTED = 40, 5
RATIO_MAX = 1.3
ACTOR = Actor(UserId(PERSON), GuildId(SERVER), frozenset({MANAGE_GUILD}))
ELSEWHERE = Actor(UserId(PERSON), GuildId(SMALL_SERVER), frozenset({MANAGE_GUILD}))
OURS = OwnerFilter.SERVER


class Ask(Protocol):
    """A question, asked of one database."""

    def __call__(self, library: LibraryService, stats: StatsService, /) -> Awaitable[object]:
        """Ask it."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and whether the issue names it."""

    name: str
    ask: Ask
    is_goal: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """What one question cost on one engine: p95 in milliseconds."""

    engine: str
    name: str
    small_ms: float
    large_ms: float
    ratio: float
    is_goal: bool


@dataclass(frozen=True, slots=True)
class Migration:
    """What migration 0013 took."""

    engine: str
    uploads: int
    seconds: float
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was measured."""

    results: list[Result]
    migrations: list[Migration]


class _Today:
    def now(self) -> datetime:
        """Return the day after the newest upload."""
        return NOW


def _page(name: str, query: Query, *, number: int = 0, actor: Actor = ACTOR) -> Question:
    def ask(library: LibraryService, _: StatsService, /) -> Awaitable[object]:
        return library.page(actor, query, number=number)

    return Question(name, ask)


def _stats(name: str, whose: OwnerFilter, days: int) -> Question:
    def ask(_: LibraryService, stats: StatsService, /) -> Awaitable[object]:
        return stats.stats(ACTOR, days=days, whose=whose)

    return Question(name, ask)


def _search(text: str, *, actor: Actor = ACTOR, whose: OwnerFilter = OURS) -> Question:
    return _page(f"search “{text}”", Query(whose=whose, search=text), actor=actor)


QUESTIONS = (
    _page("mine", Query()),
    _page("mine, in direct messages", Query(), actor=Actor(UserId(PERSON), None)),
    _page("server", Query(whose=OURS)),
    _page("server, last page", Query(whose=OURS), number=LAST_PAGE),
    _page("server, page 150", Query(whose=OURS), number=149),
    _search("needle"),
    _search("png"),
    _search("cat"),
    _search("screenshot"),
    _search("20250713"),
    _search("写真"),
    _search("q"),
    _search("no such name"),
    _page("search “png”, mine", Query(search="png")),
    _page("tag of most", Query(whose=OURS, tag="summer")),
    _page("tag of 1 in 100", Query(whose=OURS, tag="sea")),
    _page("channel", Query(whose=OURS, channel_id=ChannelId(SERVER + 10**6 + CHANNELS // 2))),
    _page("small server", Query(whose=OURS), actor=ELSEWHERE),
    _page("small server, search “png”", Query(whose=OURS, search="png"), actor=ELSEWHERE),
    _stats("stats, server, 30 days", OURS, 30),
    _stats("stats, server, 365 days", OURS, 365),
    _stats("stats, mine, 30 days", OwnerFilter.MINE, 30),
)


class Library:
    """The use cases over one database."""

    def __init__(self, url: str) -> None:
        self.database = Database(open_engine(url))
        store = SqlLibraryStore(self.database, vault=Vault(bytes(32)))
        nobody = cast("PostStore", None), cast("CardPoster", None)  # nothing is posted again
        self.library = LibraryService(store, posts=nobody[0], card_poster=nobody[1], clock=_Today())
        self.stats = StatsService(store, painter=BarChart(), clock=_Today())

    async def ask_ms(self, question: Question, clock: Callable[[], float]) -> float:
        """Ask a question; return what it took."""
        began = clock()
        await question.ask(self.library, self.stats)
        return (clock() - began) * 1000


async def compare(engine: str, small_url: str, large_url: str) -> list[Result]:
    """Ask both databases of an engine everything, in turn.

    SQLite works in this process: its CPU counts, since others use the machine. PostgreSQL does not:
    there it is the time that passes.
    """
    clock = time.process_time if engine == "sqlite" else time.perf_counter
    small, large = Library(small_url), Library(large_url)
    results: list[Result] = []
    for question in QUESTIONS:
        took: dict[Library, list[float]] = {small: [], large: []}
        for number in range(ROUNDS + UNCOUNTED):
            for library in (small, large):
                found_ms = await library.ask_ms(question, clock)
                if number >= UNCOUNTED:
                    took[library].append(found_ms)
        small_ms, large_ms = _p95(took[small]), _p95(took[large])
        ratio = round(large_ms / small_ms, 2)
        results.append(
            Result(
                *(engine, question.name, round(small_ms, 2), round(large_ms, 2), ratio),
                is_goal=question.is_goal,
            )
        )
    for library in (small, large):
        await library.database.close()
    return results


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


async def migrated(engine: str, url: str, uploads: int) -> Migration:
    """Migrate a database of the version before; say what that took."""
    opened = open_engine(url)
    began, cpu = time.monotonic(), time.process_time()
    await migrate(opened)
    took_s, cpu_s = time.monotonic() - began, time.process_time() - cpu
    await opened.dispose()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return Migration(engine, uploads, round(took_s, 1), round(cpu_s, 1), round(peak_mb))


async def measure() -> Found:
    """Make, migrate and ask databases of both engines."""
    found = Found([], [])
    with tempfile.TemporaryDirectory() as folder:
        urls = [await fill_sqlite(Path(folder), uploads) for uploads in (SMALL, LARGE)]
        await _measure_engine("sqlite", urls, found)
    with _own_postgres() as server:
        urls = [await fill_postgres(server, uploads) for uploads in (SMALL, LARGE)]
        await _measure_engine("postgresql", urls, found)
    return found


@contextmanager
def _own_postgres() -> Generator[str]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # the server runs as somebody else
        with running_postgres(Path(folder)) as server:
            yield server


async def _measure_engine(engine: str, urls: list[str], found: Found) -> None:
    for url, uploads in zip(urls, (SMALL, LARGE), strict=True):
        found.migrations.append(await migrated(engine, url, uploads))
    found.results.extend(await compare(engine, *urls))


def table(found: Found) -> str:
    """Return the page that is kept."""
    lines = [
        "# The library and its numbers, at a thousand and at a million uploads",
        "",
        f"2 cores, Python {platform.python_version()}. `python -m benchmarks.store_library` renews",
        f"this page. p95 of {ROUNDS} calls by turns; SQLite: CPU of the process, PostgreSQL: time.",
        "",
        "| engine | what | ms at 1,000 | ms at 1,000,000 | ratio | ≤ 1.3 |",
        "|---|---|---|---|---|---|",
        *map(_row, found.results),
        "",
        f"Migration from {BEFORE}, with the copy of a SQLite file:",
        "",
        "| engine | uploads | seconds | CPU s | peak MB |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {m.engine} | {m.uploads:,} | {m.seconds} | {m.cpu_s} | {m.peak_mb} |"
        for m in found.migrations
    ]
    return "\n".join(lines) + "\n"


def _row(one: Result) -> str:
    verdict = "met" if one.ratio <= RATIO_MAX else "not met"
    cells = (one.engine, one.name, one.small_ms, one.large_ms, one.ratio, verdict)
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    """Measure, print the table and keep it."""
    keep(asyncio.run(measure()))


def keep(found: Found) -> None:
    """Write down what was found."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "store_library.json").write_text(json.dumps(asdict(found), indent=2) + "\n")
    (RESULTS / "store_library.md").write_text(table(found))
    print(table(found))


if __name__ == "__main__":
    main()
