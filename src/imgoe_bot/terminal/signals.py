"""What ends a process that runs until it is told to stop."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any


def on_stop(stop: Callable[[], object]) -> None:
    """Call ``stop`` on Ctrl-C, on SIGTERM, and when the terminal is closed."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    on_signal(signal.SIGHUP, stop)


def on_signal(number: signal.Signals, stop: Callable[[], object]) -> None:
    """Call ``stop`` on a signal; who had it ignored, as nohup does, wants to be left alone."""
    if signal.getsignal(number) is not signal.SIG_IGN:
        asyncio.get_running_loop().add_signal_handler(number, stop)


def run_until_stopped(work: Coroutine[Any, Any, None], *, tethered: bool = False) -> None:
    """Run until done, Ctrl-C, SIGTERM or SIGHUP, which stop it cleanly.

    Args:
        work: what is run.
        tethered: whether the end of the standard input stops it too: whoever holds the other end
            may be killed, and leaves nothing behind.
    """

    async def stoppable() -> None:
        task = asyncio.ensure_future(work)
        on_stop(task.cancel)
        if tethered:
            loop = asyncio.get_running_loop()
            loop.add_reader(sys.stdin, lambda: os.read(sys.stdin.fileno(), 1) or task.cancel())
        await task

    try:
        asyncio.run(stoppable())
    except asyncio.CancelledError:
        return
