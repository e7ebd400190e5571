"""Removes the location from an image file, without touching a pixel and without moving a byte.

Every change keeps the file's length: GPS values become zeros or spaces and their directory entry
goes, so nothing that points into the file has to be rewritten. Costs a search, not a re-encode.
Source: JPEG (markers), PNG (chunks); see ``mp4_boxes``, ``tiff_gps`` and ``xmp_gps``.
"""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from imgoe_bot.hostserver.formats import JPEG, PNG, Format
from imgoe_bot.hostserver.scrubbing.mp4_boxes import Box, blank_box, location_boxes
from imgoe_bot.hostserver.scrubbing.tiff_gps import WorkBudget, blank_tiff_gps, find_all
from imgoe_bot.hostserver.scrubbing.xmp_gps import blank_xmp_gps

START_OF_SCAN = 0xDA
END_OF_IMAGE = b"\xff\xd9"
# Any marker but those of coded pixels: stuffing, restarts, tables and further scans.
_FOREIGN_MARKER = re.compile(rb"\xff[^\x00\xc4\xd0-\xd7\xda-\xdd\xff]")
_HIDDEN_PROFILES = (b"Raw profile type exif", b"Raw profile type APP1", b"Raw profile type xmp")


def _scrub_trailing_video(data: bytearray, budget: WorkBudget) -> bool:
    """Remove the location from the video that motion photos carry behind the picture."""
    changed = False
    for at in find_all(data, b"moov"):
        start, size = at - 4, int.from_bytes(data[at - 4 : at], "big")
        budget.spend(min(size, len(data)))
        for box in list(location_boxes(bytes(data[start : start + size]), 0, size)):
            blank_box(data, Box(box.kind, box.start + start, box.body + start, box.end + start))
            changed = True
    return changed


def _png_chunks(data: bytearray) -> Iterator[tuple[int, bytes, int]]:
    """Yield where each chunk starts, its type and where its content ends."""
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if at + 12 + length > len(data):
            return
        yield at, bytes(data[at + 4 : at + 8]), at + 8 + length
        at += 12 + length


def _hides_metadata(data: bytearray, start: int, kind: bytes) -> bool:
    head = bytes(data[start + 8 : start + 40])
    if kind in (b"tEXt", b"zTXt", b"iTXt") and head.startswith(_HIDDEN_PROFILES):
        return True
    compressed_xmp = head.startswith(b"XML:com.adobe.xmp\0\x01")
    return kind == b"iTXt" and compressed_xmp


def _scrub_png_chunks(data: bytearray) -> bool:
    """Blank packed metadata and make the checksums of text chunks true again."""
    changed = False
    for start, kind, end in list(_png_chunks(data)):
        if _hides_metadata(data, start, kind):
            data[start + 4 : end] = b"zeRo" + bytes(end - start - 8)
            changed = True
        if kind in (b"eXIf", b"tEXt", b"zTXt", b"iTXt"):
            data[end : end + 4] = zlib.crc32(data[start + 4 : end]).to_bytes(4, "big")
    return changed


def scrub_bytes(data: bytearray, found: Format) -> bool:
    """Remove the location from an image in memory; answers whether there was one.

    Raises:
        Fault: its structures lie over each other, and would take for ever.
    """
    budget = WorkBudget(len(data))
    changed = [blank_tiff_gps(data, budget), blank_xmp_gps(data)]
    changed.append(_scrub_trailing_video(data, budget))
    if found is PNG:
        changed.append(_scrub_png_chunks(data))
    return any(changed)


def _jpeg_head_bytes(head: bytes) -> int | None:
    """Return where a JPEG's picture begins, None when ``head`` ends before that."""
    at = 2
    while at + 4 <= len(head) and head[at] == 0xFF:
        if head[at + 1] == START_OF_SCAN:
            return at
        at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    return None


def _is_plain_jpeg(data: bytes, head_bytes: int) -> bool:
    """Answer whether nothing but coded pixels follows the head.

    Motion photos and multi-picture files carry more behind the picture; metadata may even stand
    between the scans of one.
    """
    ends_at = len(data) - len(END_OF_IMAGE)
    ends_here = data.endswith(END_OF_IMAGE)
    return ends_here and _FOREIGN_MARKER.search(data, head_bytes, ends_at) is None


def _searched(data: bytes, found: Format) -> bytearray:
    """Return the part of a file, from its beginning, in which a location can stand."""
    head_bytes = _jpeg_head_bytes(data) if found is JPEG else None
    if head_bytes is not None and _is_plain_jpeg(data, head_bytes):
        return bytearray(data[:head_bytes])
    return bytearray(data)


def scrub_image(path: Path, found: Format) -> bool:
    """Remove the location from an image file; answers whether there was one."""
    with path.open("r+b", buffering=0) as file:
        data = _searched(file.read(), found)
        if not scrub_bytes(data, found):
            return False
        file.seek(0)
        file.write(data)
    return True
