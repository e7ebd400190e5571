"""A PostgreSQL of one's own for a test run: a new folder, a free port, gone afterwards."""

import getpass
import os
import pwd
import shutil
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


@contextmanager
def running_postgres(folder: Path) -> Generator[str]:
    """Run a server in ``folder`` and give its SQLAlchemy URL; skips by name without programs."""
    programs = find_programs()
    if len(programs) < len(PROGRAMS):
        missing("postgres", package="postgresql")
    user, port = _user(), _free_port()
    shutil.chown(folder, user)
    run_as = user if os.geteuid() == 0 else None
    data = str(folder / "pg")
    subprocess.run(  # noqa: S603 - our own arguments
        [programs["initdb"], "-D", data, "-U", "host", "--auth=trust", "--no-sync"],
        user=run_as, check=True, capture_output=True, cwd=folder,
    )  # fmt: skip
    settings = ("fsync=off", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}")
    options = [part for setting in settings for part in ("-c", setting)]
    server = subprocess.Popen(  # noqa: S603 - our own arguments
        [programs["postgres"], "-D", data, "-p", str(port), *options],
        user=run_as, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(programs["pg_isready"], port)
        yield f"postgresql+asyncpg://host@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(timeout=START_S)


def _wait(program: str, port: int) -> None:
    for _ in range(START_S * 10):
        asked = subprocess.run(  # noqa: S603 - our own arguments
            [program, "-h", "127.0.0.1", "-p", str(port), "-t", "1"],
            check=False, capture_output=True,
        )  # fmt: skip
        if asked.returncode == 0:
            return
    raise TimeoutError("PostgreSQL did not start")
