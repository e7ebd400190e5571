"""The garbage collector of our own process: it looks at no server that a session has brought.

Servers live as long as their session and refer to themselves. A million of their objects cost the
collector a quarter of a second each time it looks at all of them.
"""

import gc

STREAMING = (100_000, 50, 1_000)
"""Thresholds while servers come in: all of that stays."""

STEADY = (5_000, 10, 10)
"""Thresholds afterwards: a look at the young takes about a millisecond."""


def make_way(*, again: bool) -> None:
    """Begin a session.

    Args:
        again: whether there was one before; what it left behind goes now, before the new servers
            come, and so does whatever else has become unreachable since.
    """
    if again:
        gc.unfreeze()
        gc.collect()
    gc.set_threshold(*STREAMING)


def settle() -> None:
    """Take all there is out of the collector's sight until the next session.

    The look is at nothing. It is from its size on that CPython counts how much more there has to
    be before it looks at all again: else that were a quarter of what was just frozen.
    Source: CPython 3.11, Modules/gcmodule.c, ``long_lived_total``.
    """
    gc.freeze()
    gc.collect()
    gc.set_threshold(*STEADY)
