"""Takes Exif apart as far as it can be read: what is odd or cut off is left out, the rest counts.

Looks at each entry once and at no more than a kilobyte of its value. Source: TIFF 6.0, Exif 2.32.
"""

import math
import struct
from collections.abc import Iterator

EXIF_DIRECTORY = 0x8769
ENTRIES_READ = 1_000
VALUE_BYTES = 1024
ENTRY_BYTES = 12
_HEAD = b"Exif\0\0"
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_ASCII, _BYTES = 2, frozenset({1, 6, 7})
_NUMBERS = {3: "H", 4: "I", 5: "II", 8: "h", 9: "i", 10: "ii", 11: "f", 12: "d"}
Value = str | bytes | int | float


def _raw(data: bytes, entry: int, order: str, size: int) -> bytes:
    """Return a value's bytes: four stand in the entry itself, more elsewhere."""
    at = entry + 8 if size <= 4 else int(struct.unpack_from(order + "I", data, entry + 8)[0])
    return data[at : at + min(size, VALUE_BYTES)]


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _number(raw: bytes, form: str) -> Value | None:
    if struct.calcsize(form) != len(raw):
        return None  # several, or cut off
    parts = struct.unpack(form, raw)
    if len(parts) == 2:
        return f"{parts[0]}/{parts[1]}" if parts[1] else None
    return parts[0] if math.isfinite(parts[0]) else None


def _value(data: bytes, entry: int, order: str) -> Value | None:
    kind, count = struct.unpack_from(order + "HI", data, entry + 2)
    if kind == _ASCII:
        return _text(_raw(data, entry, order, count))
    if kind in _BYTES:
        return _raw(data, entry, order, count)
    if kind not in _NUMBERS:
        return None
    form = order + _NUMBERS[kind]
    return _number(_raw(data, entry, order, count * struct.calcsize(form)), form)


def _directory(data: bytes, at: int, order: str) -> Iterator[tuple[int, Value]]:
    if not 0 <= at <= len(data) - 2:
        return
    claimed = struct.unpack_from(order + "H", data, at)[0]
    count = min(claimed, (len(data) - at - 2) // ENTRY_BYTES, ENTRIES_READ)
    for entry in range(at + 2, at + 2 + ENTRY_BYTES * count, ENTRY_BYTES):
        value = _value(data, entry, order)
        if value is not None:
            yield struct.unpack_from(order + "H", data, entry)[0], value


def read_values(exif: bytes) -> dict[int, Value]:
    """Return the values of the first and the Exif directory by tag; rationals as ``1/50``."""
    data = exif.removeprefix(_HEAD)
    order = _ORDERS.get(data[:4])
    if order is None or len(data) < 8:
        return {}
    values = dict(_directory(data, struct.unpack_from(order + "I", data, 4)[0], order))
    more = values.get(EXIF_DIRECTORY)
    return values | dict(_directory(data, more, order)) if isinstance(more, int) else values
