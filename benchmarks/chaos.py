"""Let go wrong what can, while people post, and look for each message: ``make chaos``.

Each scenario has a Discord, an image host and a database of its own on loopback; the bot is the
real process. What is judged, and what must be 0, says ``chaos_table``.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from benchmarks import chaos_databases as databases
from benchmarks.chaos_databases import ENGINES, POSTGRES, Database
from benchmarks.chaos_scenarios import scenarios
from benchmarks.chaos_stage import Scenario, open_stage
from benchmarks.chaos_table import Outcome, heading, page, renewed
from benchmarks.chaos_verdict import Verdict
from tests.hostserver.postgres import PostgresServer

RESULTS = Path(__file__).parent / "results"
KILLS = 200


async def play(scenario: Scenario, folder: Path, database: Database, *, seed: int) -> Verdict:
    """Play one scenario in an empty folder."""
    async with open_stage(folder, database, seed=seed, knows_keys=scenario.knows_keys) as stage:
        return await scenario.play(stage)


async def open_database(folder: Path, server: PostgresServer | None) -> Database:
    """Return an empty database, on a server where there is one."""
    if server is None:
        return databases.SqliteDatabase(folder / "bot")
    return await databases.PostgresDatabase.create(server)


async def _outcome(
    scenario: Scenario, engine: str, server: PostgresServer | None, *, seed: int
) -> Outcome:
    began, verdict, error = time.monotonic(), None, ""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = await open_database(folder, server)
        try:
            verdict = await play(scenario, folder, database, seed=seed)
        except Exception as failure:  # one scenario that breaks must not hide the others
            error = f"{type(failure).__name__}: {failure}"
    took_s = round(time.monotonic() - began, 1)
    return Outcome(scenario.name, engine, scenario.size, verdict, error, took_s)


def _chosen(given: argparse.Namespace) -> Iterator[tuple[Scenario, str]]:
    """Yield what to play: first all on one database, then all on the other."""
    for engine in ENGINES if given.engine == "both" else (given.engine,):
        for scenario in scenarios(given.kills):
            fits = not given.only or any(word in scenario.name for word in given.only)
            if fits and engine in scenario.engines:
                yield scenario, engine


def _play_all(given: argparse.Namespace) -> Iterator[Outcome]:
    with ExitStack() as stack:
        server: PostgresServer | None = None
        for scenario, engine in _chosen(given):
            if engine == POSTGRES and server is None:
                server = stack.enter_context(databases.open_server())
            on = server if engine == POSTGRES else None
            yield asyncio.run(_outcome(scenario, engine, on, seed=given.seed))


def _keep(played: Sequence[Outcome]) -> None:
    facts = RESULTS / "chaos.json"
    kept = [Outcome.load(each) for each in json.loads(facts.read_text())]
    outcomes = renewed(kept, played, names=[each.name for each in scenarios(KILLS)])
    facts.write_text(json.dumps([asdict(each) for each in outcomes], indent=2) + "\n")
    (RESULTS / "chaos.md").write_text(page(outcomes))


def main() -> int:
    """Play, print and keep; 1 when anything was lost, doubled, kept wrongly, or too slow."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=KILLS, help="how many, default %(default)s")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument(
        "--only", action="append", help="a part of a name; may be given several times"
    )
    options.add_argument("--engine", choices=(*ENGINES, "both"), default="both")
    given = options.parse_args()
    print(heading(), flush=True)
    outcomes: list[Outcome] = []
    for outcome in _play_all(given):
        print(outcome.line(), flush=True)
        outcomes.append(outcome)
        _keep([outcome])
    return int(not all(each.is_well for each in outcomes))


if __name__ == "__main__":
    sys.exit(main())
