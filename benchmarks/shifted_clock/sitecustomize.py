"""A machine's clock that is wrong: on PYTHONPATH, it shifts what a process takes for the time.

CHAOS_CLOCK_SHIFT_S says by how many seconds. Only the wall clock is shifted; timers are not.
"""

import datetime
import os
import time

SHIFT_S = float(os.environ.get("CHAOS_CLOCK_SHIFT_S", "0"))
_REAL = datetime.datetime
_REAL_TIME, _REAL_TIME_NS = time.time, time.time_ns


class _IsDatetime(type):
    """Takes every real datetime, also one that C code made, for an instance."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, _REAL)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, _REAL)


class _Shifted(_REAL, metaclass=_IsDatetime):
    """The type of moments, whose present is shifted."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> _REAL:  # type: ignore[override]
        """Return the shifted present, as a real datetime."""
        return _REAL.fromtimestamp(time.time(), tz)

    @classmethod
    def utcnow(cls) -> _REAL:  # type: ignore[override]
        """Return the shifted present, as a real datetime without a zone."""
        return _REAL.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)


if SHIFT_S:
    time.time = lambda: _REAL_TIME() + SHIFT_S
    time.time_ns = lambda: _REAL_TIME_NS() + int(SHIFT_S * 1e9)
    datetime.datetime = _Shifted  # type: ignore[misc]
