"""Removes the location from a WebM file, without moving a byte.

A tag that names a location becomes a void element of the same length. Source: RFC 8794 (EBML
elements, void, CRC-32), RFC 9559 (Matroska: segments, clusters, tags).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from imgoe_bot.hostserver.scrubbing.mp4_boxes import names_location

SEGMENT, CLUSTER, TAGS = 0x18538067, 0x1F43B675, 0x1254C367
TAG, SIMPLE_TAG, TAG_NAME = 0x7373, 0x67C8, 0x45A3
CRC32, VOID = 0xBF, b"\xec"
HEAD_BYTES = 12  # an id has at most four bytes, a size eight
TAGS_LIMIT_BYTES = 16 * 1024 * 1024
DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Element:
    """One element; ``end`` is None where a live stream did not know it."""

    kind: int
    start: int
    body: int
    end: int | None


def _width(first: int) -> int:
    """Return how many bytes a number has that begins with this one; 9 for none that may be."""
    return 9 - first.bit_length()


def _read_element(head: bytes, at: int) -> Element | None:
    """Return the element whose first bytes these are, and which lies at ``at``."""
    kind_width = _width(head[0]) if head else 9
    if kind_width > 4 or len(head) <= kind_width:
        return None
    size_width = _width(head[kind_width])
    body = kind_width + size_width
    if size_width > 8 or len(head) < body:
        return None
    unknown = (1 << 7 * size_width) - 1
    size = int.from_bytes(head[kind_width:body], "big") & unknown
    kind = int.from_bytes(head[:kind_width], "big")
    return Element(kind, at, at + body, None if size == unknown else at + body + size)


def _find_tags(file: BinaryIO, total: int) -> Iterator[Element]:
    """Yield the tags of a file; segments, and clusters without an end, are walked through."""
    at = 0
    while at < total:
        file.seek(at)
        element = _read_element(file.read(HEAD_BYTES), at)
        if element is None:
            return
        if element.kind == SEGMENT or (element.kind == CLUSTER and element.end is None):
            at = element.body
            continue
        if element.end is None:
            return
        if element.kind == TAGS and element.end <= total:
            yield element
        at = element.end


def _children(data: bytes, start: int, end: int) -> Iterator[Element]:
    at = start
    while at < end:
        element = _read_element(data[at : at + HEAD_BYTES], at)
        if element is None or element.end is None or element.end > end:
            return
        yield element
        at = element.end


def _tells_location(data: bytes, tag: Element) -> bool:
    names = (one for one in _children(data, tag.body, tag.end or 0) if one.kind == TAG_NAME)
    return any(names_location(data[name.body : name.end]) for name in names)


def _walk(data: bytes, start: int, end: int, *, depth: int = 0) -> Iterator[Element]:
    """Yield every tag that tells a location, and every checksum on the way."""
    for element in _children(data, start, end):
        is_tag = element.kind == SIMPLE_TAG and _tells_location(data, element)
        if is_tag or element.kind == CRC32:
            yield element
        elif element.kind in (TAG, SIMPLE_TAG) and depth < DEEPEST:
            yield from _walk(data, element.body, element.end or 0, depth=depth + 1)


def _void(data: bytearray, element: Element) -> None:
    start, end = element.start, element.end or 0
    size = end - start - 2
    head = bytes([0x80 | size]) if size < 127 else b"\x01" + (size - 7).to_bytes(7, "big")
    data[start:end] = (VOID + head).ljust(end - start, b"\0")


def scrub_tags(data: bytearray) -> bool:
    """Remove the locations from a file's tags in memory; answers whether there was one."""
    tags = next(_children(bytes(data), 0, len(data)), None)
    if tags is None or tags.end is None:
        return False
    found = list(_walk(bytes(data), tags.body, tags.end))
    if all(element.kind == CRC32 for element in found):
        return False
    for element in found:  # a checksum over what is gone would be wrong; it may be left out
        _void(data, element)
    return True


def scrub_webm(path: Path) -> bool:
    """Remove the location from a WebM file; answers whether there was one."""
    changed = False
    with path.open("r+b") as file:
        for tags in list(_find_tags(file, path.stat().st_size)):
            size = (tags.end or 0) - tags.start
            if size > TAGS_LIMIT_BYTES:
                continue
            file.seek(tags.start)
            data = bytearray(file.read(size))
            if scrub_tags(data):
                file.seek(tags.start)
                file.write(data)
                changed = True
    return changed
