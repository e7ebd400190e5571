"""``imgoe-bot`` with its statements, transactions and thread hand-overs counted.

Run in place of the bot by ``bench_bot``, which sends SIGUSR1 for the counts so far: a line of JSON.
The bot itself is as it is; only its libraries are watched.
"""

import json
import signal
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import aiosqlite
from sqlalchemy import Engine, event

from imgoe_bot.terminal.cli import main

COUNTS: Counter[str] = Counter()
_NO_WORK = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")


def _watch() -> None:
    event.listen(Engine, "before_cursor_execute", _count_statement)
    for owner, name, what in (
        (aiosqlite.Connection, "_execute", "handovers"),
        (ThreadPoolExecutor, "submit", "handovers"),
        (import_module("asyncpg.transaction").Transaction, "start", "transactions"),
    ):
        _count_calls(owner, name, what)


def _count_statement(_connection: object, _cursor: object, statement: str, *_: object) -> None:
    word = statement.split(maxsplit=1)[0].upper().rstrip(";")
    if word == "BEGIN":
        COUNTS["transactions"] += 1
    elif word not in _NO_WORK:
        COUNTS["statements"] += 1


def _count_calls(owner: Any, name: str, what: str) -> None:  # classes of three libraries
    called = getattr(owner, name)

    def counted(*args: Any, **kwargs: Any) -> Any:
        COUNTS[what] += 1
        return called(*args, **kwargs)

    setattr(owner, name, counted)


def _tell(_signal: int, _frame: object) -> None:
    print(json.dumps(COUNTS), flush=True)


if __name__ == "__main__":
    _watch()
    signal.signal(signal.SIGUSR1, _tell)
    sys.argv[0] = "imgoe-bot"
    main()
