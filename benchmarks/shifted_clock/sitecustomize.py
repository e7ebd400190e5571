"""A machine's clock that is wrong: on PYTHONPATH, it shifts what a process takes for the time.

The file CHAOS_CLOCK_FILE says by how many seconds, as a native double that may change at any
moment. Only the wall clock is shifted; timers are not.
"""

import datetime
import mmap
import os
import struct
import time
from pathlib import Path

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


def _shift_by(path: str) -> None:
    with Path(path).open("rb") as file:
        shift = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def shift_s() -> float:
        found: float = struct.unpack("d", shift)[0]
        return found

    time.time = lambda: _REAL_TIME() + shift_s()
    time.time_ns = lambda: _REAL_TIME_NS() + int(shift_s() * 1e9)
    datetime.datetime = _Shifted  # type: ignore[misc]


if "CHAOS_CLOCK_FILE" in os.environ:
    _shift_by(os.environ["CHAOS_CLOCK_FILE"])
