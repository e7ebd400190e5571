"""Removes the location from an MP4 or QuickTime file, without moving a byte."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from imgoe_bot.hostserver.scrubbing.mp4_boxes import Box, blank_box, location_boxes
from imgoe_bot.hostserver.scrubbing.xmp_gps import blank_xmp_gps

LOCATION_PARENTS = (b"moov", b"meta", b"uuid")  # a uuid box at the top may hold XMP
MOOV_LIMIT_BYTES = 64 * 1024 * 1024


def _read_at(file: BinaryIO, start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)


def _top_boxes(file: BinaryIO, total: int) -> Iterator[Box]:
    at = 0
    while at + 8 <= total:
        head = _read_at(file, at, 16)
        # A box's own size decides where it ends, so only its head has to be in memory.
        size, body = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, body = int.from_bytes(head[8:16], "big"), 16
        size = size or total - at
        if size < body:
            return
        yield Box(head[4:8], at, at + body, min(at + size, total))
        at += size


def scrub_mp4(path: Path) -> bool:
    """Remove the location from an MP4 or QuickTime file; answers whether there was one."""
    changed = False
    with path.open("r+b") as file:
        for top in list(_top_boxes(file, path.stat().st_size)):
            if top.kind not in LOCATION_PARENTS or top.end - top.start > MOOV_LIMIT_BYTES:
                continue
            data = bytearray(_read_at(file, top.start, top.end - top.start))
            found = list(location_boxes(bytes(data), 0, len(data)))
            for box in found:
                blank_box(data, box)
            if blank_xmp_gps(data) or found:
                file.seek(top.start)
                file.write(data)
                changed = True
    return changed
