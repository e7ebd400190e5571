"""A PostgreSQL of one's own for a test run: a new folder, a free port, gone afterwards."""

import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.needs import missing

PROGRAMS = ("initdb", "postgres", "pg_isready")
UNPRIVILEGED = ("postgres", "nobody")
START_S = 20


def find_programs() -> dict[str, str]:
    """Return the programs' paths; empty when PostgreSQL is not installed."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, homes)])
    found = {name: shutil.which(name, path=path) for name in PROGRAMS}
    return {name: place for name, place in found.items() if place is not None}


def _user() -> str:
    """PostgreSQL refuses to run as root, so root lends it somebody's rights."""
    if os.geteuid() != 0:
        return getpass.getuser()
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in names)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class PostgresServer:
    """A server that may be killed and started again.

    Attributes:
        url: its SQLAlchemy URL; it stays the same.
    """

    def __init__(self, folder: Path, *, user: str, port: int) -> None:
        self.url = f"postgresql+asyncpg://host@127.0.0.1:{port}/postgres"
        self._programs = find_programs()
        self._folder, self._user, self._port = folder, user, port
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run it, and wait until it answers."""
        settings = (
            "fsync=off",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self._folder}",
        )
        options = [part for setting in settings for part in ("-c", setting)]
        data = str(self._folder / "pg")
        self._server = subprocess.Popen(  # noqa: S603 - our own arguments
            [self._programs["postgres"], "-D", data, "-p", str(self._port), *options],
            user=self._user if os.geteuid() == 0 else None, cwd=self._folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _wait(self._programs["pg_isready"], self._port)

    def stop(self) -> None:
        """End it as it wants to be ended."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does; every connection breaks."""
        self._end(signal.SIGQUIT)

    def pause(self) -> None:
        """Stop it and its backends as they are: connections stand, nobody answers."""
        self._signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after ``pause``."""
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number: int) -> None:
        if self._server is not None:
            pid = self._server.pid
            backends = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            for each in (pid, *map(int, backends)):
                os.kill(each, number)

    def _end(self, number: int) -> None:
        if self._server is not None:
            self._server.send_signal(number)
            self._server.wait(timeout=START_S)


@contextmanager
def postgres_server(folder: Path) -> Generator[PostgresServer]:
    """Run a server in ``folder``; skips by name without programs."""
    programs = find_programs()
    if len(programs) < len(PROGRAMS):
        missing("postgres", package="postgresql")
    user = _user()
    shutil.chown(folder, user)
    subprocess.run(  # noqa: S603 - our own arguments
        [programs["initdb"], "-D", str(folder / "pg"), "-U", "host", "--auth=trust", "--no-sync"],
        user=user if os.geteuid() == 0 else None, check=True, capture_output=True, cwd=folder,
    )  # fmt: skip
    server = PostgresServer(folder, user=user, port=_free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def running_postgres(folder: Path) -> Generator[str]:
    """Run a server in ``folder`` and give its SQLAlchemy URL; skips by name without programs."""
    with postgres_server(folder) as server:
        yield server.url


def _wait(program: str, port: int) -> None:
    for _ in range(START_S * 10):
        asked = subprocess.run(  # noqa: S603 - our own arguments
            [program, "-h", "127.0.0.1", "-p", str(port), "-t", "1"],
            check=False, capture_output=True,
        )  # fmt: skip
        if asked.returncode == 0:
            return
    raise TimeoutError("PostgreSQL did not start")
