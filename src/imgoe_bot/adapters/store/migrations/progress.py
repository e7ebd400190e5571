"""What the log says while a migration goes on for long."""

import time
from collections.abc import Callable

import structlog

log = structlog.stdlib.get_logger(__name__)

EVERY_S = 3.0

Report = Callable[[int], None]


def progress_of(work: str, *, total: int) -> Report:
    """Return what is called with how many rows are done; it logs a line every few seconds."""
    said_at = time.monotonic()

    def report(done: int) -> None:
        nonlocal said_at
        now = time.monotonic()
        if now - said_at >= EVERY_S:
            said_at = now
            log.info("migrating", work=work, done=done, total=total)

    return report
