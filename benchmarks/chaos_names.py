"""A host's name that can't be found for a while."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

SHIM = Path(__file__).parent / "failing_names"
HOST = "host.invalid"


def environment(folder: Path) -> dict[str, str]:
    """Return what a bot has to be told of it."""
    path = os.pathsep.join(filter(None, (str(SHIM), os.environ.get("PYTHONPATH"))))
    return {"PYTHONPATH": path, "CHAOS_NAMES_UNKNOWN": str(_mark(folder))}


@asynccontextmanager
async def unknown(folder: Path) -> AsyncGenerator[None]:
    """Let the name not be found while the block runs."""
    mark = _mark(folder)
    mark.touch()
    try:
        yield
    finally:
        mark.unlink()


def _mark(folder: Path) -> Path:
    return folder / "names_unknown"
