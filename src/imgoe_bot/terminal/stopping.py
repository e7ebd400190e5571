"""What ends a process that runs until it is told to stop."""

import asyncio
import signal
from collections.abc import Callable


def on_stop(stop: Callable[[], object]) -> None:
    """Call ``stop`` on Ctrl-C, on SIGTERM, and when the terminal is closed.

    Who had the latter ignored, as nohup does, wants to be left alone.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGHUP, stop)
