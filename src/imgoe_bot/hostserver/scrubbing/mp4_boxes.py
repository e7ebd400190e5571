"""Finds the boxes of an MP4 or QuickTime file that tell where it was filmed.

Source: ISO/IEC 14496-12 (boxes), 3GPP TS 26.244 (``loci``), QuickTime File Format (``keys``); what
FFmpeg writes with ``use_metadata_tags`` (the key ``location``) and iTunes (``----`` with a name).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

CONTAINERS = frozenset({b"moov", b"trak", b"udta", b"mdia", b"minf"})
LOCATION_BOXES = frozenset({b"\xa9xyz", b"loci"})
DEEPEST = 8
_LOCATION_NAME = re.compile(rb"location|gps|latitude|longitude", re.IGNORECASE)


def names_location(name: bytes) -> bool:
    """Answer whether metadata of this name, ``com.apple.quicktime.location.name``, tell one."""
    return _LOCATION_NAME.search(name) is not None


@dataclass(frozen=True, slots=True)
class Box:
    """One box; ``start`` is where its size lies, ``body`` where its content begins."""

    kind: bytes
    start: int
    body: int
    end: int


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes that lie side by side; stops at the first that can't be one."""
    while start + 8 <= end:
        size, body = int.from_bytes(data[start : start + 4], "big"), start + 8
        if size == 1 and start + 16 <= end:
            size, body = int.from_bytes(data[body : body + 8], "big"), start + 16
        size = size or end - start
        if size < body - start or start + size > end:
            return
        yield Box(data[start + 4 : start + 8], start, body, start + size)
        start += size


def blank_box(data: bytearray, box: Box) -> None:
    """Make a box free space of the same length."""
    data[box.start + 4 : box.start + 8] = b"free"
    data[box.body : box.end] = bytes(box.end - box.body)


def _key_numbers(data: bytes, keys: Box) -> set[int]:
    """Return the 1-based numbers of the keys that name a location."""
    entries = enumerate(boxes(data, keys.body + 8, keys.end), start=1)
    return {n for n, key in entries if names_location(data[key.body : key.end])}


def _is_named_location(data: bytes, item: Box) -> bool:
    names = (one for one in boxes(data, item.body, item.end) if one.kind == b"name")
    return item.kind == b"----" and any(names_location(data[one.body : one.end]) for one in names)


def _in_meta(data: bytes, meta: Box) -> Iterator[Box]:
    full = data[meta.body + 4 : meta.body + 8] != b"hdlr"  # QuickTime's has no version field
    children = {box.kind: box for box in boxes(data, meta.body + 4 * full, meta.end)}
    if b"ilst" not in children:
        return
    wanted = _key_numbers(data, children[b"keys"]) if b"keys" in children else set[int]()
    for item in boxes(data, children[b"ilst"].body, children[b"ilst"].end):
        is_keyed = int.from_bytes(item.kind, "big") in wanted
        if is_keyed or item.kind in LOCATION_BOXES or _is_named_location(data, item):
            yield item


def location_boxes(data: bytes, start: int, end: int, *, depth: int = 0) -> Iterator[Box]:
    """Yield every box between ``start`` and ``end`` that tells a location."""
    if depth > DEEPEST:
        return
    for box in boxes(data, start, end):
        if box.kind in LOCATION_BOXES:
            yield box
        elif box.kind == b"meta":
            yield from _in_meta(data, box)
        elif box.kind in CONTAINERS:
            yield from location_boxes(data, box.body, box.end, depth=depth + 1)
