"""Signals that come while no event loop takes them: before it has begun, or after its end.

Loaded before everything else, so it imports next to nothing.
"""

import atexit
import os
import signal
import sys

from imgoe_bot.terminal.exit_codes import EXIT_STOPPED

SERVING = ("run", "host", "demo")
"""Commands that run until they are stopped: that is no failure of theirs."""
_STOPPING = (signal.SIGTERM, signal.SIGHUP)


def end_at_once_while_loading() -> None:
    """Let SIGTERM and SIGHUP end a program that has begun nothing yet; nohup is heeded.

    Not by an exception: one that is raised while a module is imported may be swallowed there.
    """
    _on(*_STOPPING)
    atexit.register(_ignore)  # called last of all that are registered: nothing holds it up any more


def end_at_once_from_now_on() -> None:
    """Let every signal end a program that has tidied up, instead of killing it."""
    _on(signal.SIGINT, *_STOPPING)


def _on(*numbers: signal.Signals) -> None:
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def _end(_number: int, _frame: object) -> None:
    is_serving = sys.argv[1:2] and sys.argv[1] in SERVING
    os._exit(0 if is_serving else EXIT_STOPPED)


def _ignore() -> None:
    """Python gives every handler of ours back while it ends, and leaves an ignored signal alone.

    Source: CPython 3.11, ``_PySignal_Fini``.
    """
    for number in (signal.SIGINT, *_STOPPING):
        signal.signal(number, signal.SIG_IGN)
