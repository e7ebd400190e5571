"""What ends a process that runs until it is told to stop."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from imgoe_bot.app.stopping import Stopping
from imgoe_bot.terminal.exit_codes import EXIT_STOPPED

ONE_WISH_S = 0.3
"""Within which two signals are one wish: Ctrl-C reaches a program and what started it, which passes
it on; a closed terminal is told of by the system and by the shell."""
CANCELLED_AT_MOST = 2

Got = TypeVar("Got")


def on_signal(number: signal.Signals, stop: Callable[[], object]) -> None:
    """Call ``stop`` on a signal; who had it ignored, as nohup does, wants to be left alone."""
    if signal.getsignal(number) is not signal.SIG_IGN:
        asyncio.get_running_loop().add_signal_handler(number, stop)


class _Stop:
    """Lets a task end what is under way, then cancels it, then ends the process."""

    def __init__(self, task: asyncio.Future[Any], stopping: Stopping) -> None:
        self._task = task
        self._stopping = stopping
        self._asked_at: float | None = None
        self._cancelled = 0

    def listen(self) -> None:
        """Hear of Ctrl-C, of SIGTERM, and of a closed terminal, which makes nothing hurry."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._ask_or_hurry)
        on_signal(signal.SIGHUP, self._ask)

    def cancel(self) -> None:
        """Cut short what is under way, then what tidies up after it, then the process."""
        if self._cancelled == CANCELLED_AT_MOST or self._task.done():
            os._exit(EXIT_STOPPED)
        self._cancelled += 1
        self._task.cancel()

    def _ask_or_hurry(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._asked_at is None:
            self._ask()
        elif now - self._asked_at > ONE_WISH_S:
            self.cancel()

    def _ask(self) -> None:
        if self._asked_at is not None:
            return
        self._asked_at = asyncio.get_running_loop().time()
        if not self._stopping.ask():
            self.cancel()


def _on_end_of_input(stop: Callable[[], object]) -> None:
    loop, descriptor = asyncio.get_running_loop(), sys.stdin.fileno()

    def look() -> None:
        if not os.read(descriptor, 1):
            loop.remove_reader(descriptor)
            stop()

    loop.add_reader(descriptor, look)


def run_until_stopped(
    work: Callable[[Stopping], Coroutine[Any, Any, Got]], *, tethered: bool = False
) -> Got | None:
    """Run until done, Ctrl-C, SIGTERM or SIGHUP, which stop it cleanly.

    The first signal lets what is under way end, where the work attends to that; the next one cuts
    it short. One that comes when nothing is left but to tidy up may end the process.

    Args:
        work: what is run, given what it is asked to stop by.
        tethered: whether the end of the standard input cuts it short too: whoever holds the other
            end may be killed, and leaves nothing behind.

    Returns:
        What the work did, None where it was cut short.
    """

    async def stoppable() -> Got:
        stopping = Stopping()
        task = asyncio.ensure_future(work(stopping))
        stop = _Stop(task, stopping)
        stop.listen()
        if tethered:
            _on_end_of_input(stop.cancel)
        return await task

    try:
        return asyncio.run(stoppable())
    except asyncio.CancelledError:
        return None
