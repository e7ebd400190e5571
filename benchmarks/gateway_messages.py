"""What a message costs the bot, against a bare ``discord.Client``: rows of ``bench_gateway``.

Client and bot are processes of their own that listen to a third one, over websockets compressed as
Discord compresses them. They take turns, so a busy machine hurts both; what each uses while nothing
comes is measured first and taken off. What is reported is the median of the rounds.
"""

import contextlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gateway_rows import Row

ROUNDS = 5
PACED, FLOOD = 100, 0
"""Messages a second; 0: as fast as they are taken."""
CALM_S = 2.0
CALM_LOOKS, LOOK_S, CALM_SHARE = 3, 0.1, 0.05
"""A client is calm that used less than this share of a core at so many looks, so far apart."""
BARE, OURS, STORING = "bare", "ours", "storing"
MIRRORED, BESIDE_IT = 0, 1


@dataclass(frozen=True, slots=True)
class Case:
    """Messages of one kind.

    Attributes:
        places: ``ruled`` for the server with a mirrored channel, ``unruled`` for all the others.
        channel: the number of the channel.
        way: who is compared with the bare client.
        most: the issue's goal for the ratio.
    """

    name: str
    places: str
    channel: int
    messages: int
    per_s: int
    most: float | None
    picture: bool = False
    way: str = OURS

    @property
    def words(self) -> tuple[object, ...]:
        """What the server is told."""
        return self.places, self.channel, int(self.picture), self.messages, self.per_s


CASES = (
    Case("a text in a server without rules, 100/s", "unruled", BESIDE_IT, 300, PACED, 1.0),
    Case("a text in a server without rules, in a flood", "unruled", BESIDE_IT, 3000, FLOOD, 0.8),
    Case("a text beside a mirrored channel, 100/s", "ruled", BESIDE_IT, 300, PACED, 1.0),
    Case(
        "a picture beside a mirrored channel, 100/s",
        *("ruled", BESIDE_IT, 300, PACED, 1.0),
        picture=True,
    ),
    Case("a text in a mirrored channel, 100/s", "ruled", MIRRORED, 300, PACED, 1.5),
    Case(
        "a picture in a mirrored channel up to the stored job, 100/s",
        *("ruled", MIRRORED, 300, PACED, 3.0),
        picture=True,
        way=STORING,
    ),
)


@dataclass(frozen=True, slots=True)
class Spent:
    """The CPU a client used in so much time."""

    cpu_s: float
    within_s: float


class Client:
    """A client that runs; its CPU is read from outside."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._calm: list[float] = []

    def cpu_s(self) -> float:
        """Return the user and system CPU of all its threads so far.

        Source: Linux, ``clock_getcpuclockid``: the clock of a process by its id.
        """
        return time.clock_gettime((~self._process.pid << 3) | 2)

    @contextmanager
    def spending(self) -> Generator[list[Spent]]:
        """Give what was spent in the block, and until it is calm again."""
        spent: list[Spent] = []
        self.settle()
        begun, before = time.monotonic(), self.cpu_s()
        yield spent
        self.settle()
        spent.append(Spent(self.cpu_s() - before, time.monotonic() - begun))

    def settle(self) -> None:
        """Wait until it uses next to nothing."""
        calm = 0
        while calm < CALM_LOOKS:
            before = self.cpu_s()
            time.sleep(LOOK_S)
            calm = calm + 1 if self.cpu_s() - before < LOOK_S * CALM_SHARE else 0

    def note_calm(self) -> None:
        """Note what it uses while nothing comes."""
        self.settle()
        before = self.cpu_s()
        time.sleep(CALM_S)
        self._calm.append((self.cpu_s() - before) / CALM_S)

    def cost_s(self, spent: Spent) -> float:
        """Return what was spent, without what it uses while nothing comes."""
        return spent.cpu_s - statistics.median(self._calm) * spent.within_s


class Server:
    """The process that says things."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.port = int(self._read())

    def _read(self) -> str:
        if self._process.stdout is None:
            raise RuntimeError("the server has no output")
        return self._process.stdout.readline()

    def tell(self, *words: object) -> None:
        """Have it do one thing, and wait until that is done."""
        if self._process.stdin is None:
            raise RuntimeError("the server has no input")
        self._process.stdin.write(f"{' '.join(map(str, words))}\n")
        self._process.stdin.flush()
        if self._read() != "done\n":
            raise RuntimeError(f"the server ended at: {words}")


@contextmanager
def open_server() -> Generator[Server]:
    """Run the process that says things."""
    command = [sys.executable, "-m", "benchmarks.gateway_server"]
    with subprocess.Popen(  # noqa: S603  # our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Server(process)
        finally:
            process.terminate()


@contextmanager
def open_client(way: str, server: Server, folder: Path) -> Generator[Client]:
    """Run one client; its session stands."""
    command = [sys.executable, "-m", "benchmarks.gateway_clients", way, str(server.port)]
    with subprocess.Popen([*command, str(folder / way)]) as process:  # noqa: S603  # our own program
        try:
            server.tell("wait", way)
            yield Client(process)
        finally:
            process.terminate()


def rows() -> list[Row]:
    """Measure every case."""
    spent: dict[tuple[str, str], list[Spent]] = {}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for way in (OURS, STORING):
            (folder / way).mkdir()
        server = stack.enter_context(open_server())
        clients = {
            way: stack.enter_context(open_client(way, server, folder))
            for way in (BARE, OURS, STORING)
        }
        _take(server, clients)  # what is set up once, and written as bytecode
        for _ in range(ROUNDS):
            for client in clients.values():
                client.note_calm()
            for key, found in _take(server, clients).items():
                spent.setdefault(key, []).append(found)
        _check_stored(folder / STORING)
    costs_s = {
        key: statistics.median(clients[key[1]].cost_s(each) for each in found)
        for key, found in spent.items()
    }
    return [_row(case, costs_s) for case in CASES]


def _take(server: Server, clients: dict[str, Client]) -> dict[tuple[str, str], Spent]:
    """Have every case taken once by both who are compared."""
    found: dict[tuple[str, str], Spent] = {}
    for case in CASES:
        for way in (BARE, case.way):
            with clients[way].spending() as spent:
                server.tell("send", way, *case.words)
            found[case.name, way] = spent[0]
    return found


def _row(case: Case, costs_s: dict[tuple[str, str], float]) -> Row:
    ours, bare = (
        round(costs_s[case.name, way] * 1000 / case.messages, 3) for way in (case.way, BARE)
    )
    return Row(case.name, "CPU ms a message", ours, bare, case.most)


def _check_stored(folder: Path) -> None:
    """Make sure that a job was stored for every mirrored picture."""
    sent = sum((ROUNDS + 1) * case.messages for case in CASES if case.way == STORING)
    with contextlib.closing(sqlite3.connect(folder / "imgoe_bot.sqlite3")) as file:
        stored = file.execute("SELECT count(*) FROM job WHERE step = 'upload'").fetchone()[0]
    if stored != sent:
        raise RuntimeError(f"{sent} pictures were sent, {stored} uploads stored")
