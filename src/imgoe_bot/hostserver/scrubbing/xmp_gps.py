"""Blanks the positions in XMP packets, in time that grows with the file and no faster.

Source: XMP part 3; Exif for XMP (``exif:GPSLatitude`` and its like, as attributes and elements).
"""

import re
from collections.abc import Iterator

PACKET_START, PACKET_END = b"<rdf:RDF", b"</rdf:RDF>"
PACKET_LIMIT_BYTES = 4 * 1024 * 1024
UNENDED_BYTES = 65_536  # of a packet without an end, this much is looked at
_NAME_BYTES = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
# Each begins with a fixed mark and gives nothing back that it took: no byte is read twice.
_ATTRIBUTE = re.compile(rb":GPS\w*+\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+')")
_TAG = re.compile(rb"<(/?)([\w.-]++:GPS\w*+)(?:[\s/][^<>]*+)?>")
Span = tuple[int, int]


def packets(data: bytearray) -> Iterator[Span]:
    """Yield where packets begin and end; none of them overlap."""
    end, at = -1, data.find(PACKET_START)
    while at >= 0:
        if end < at:
            end = data.find(PACKET_END, at)
            end = end if end >= 0 else len(data) + PACKET_LIMIT_BYTES
        is_ended = end - at <= PACKET_LIMIT_BYTES
        stop = end if is_ended else min(at + UNENDED_BYTES, len(data))
        yield at, stop
        at = data.find(PACKET_START, stop)


def _attributes(packet: bytes) -> Iterator[Span]:
    done = 0
    for match in _ATTRIBUTE.finditer(packet):
        prefixed = packet[done : match.start()].rstrip(_NAME_BYTES)
        yield done + len(prefixed), match.end()
        done = match.end()


def _elements(packet: bytes) -> Iterator[Span]:
    """Yield elements, each from its first opening tag to the next closing one."""
    opened: dict[bytes, int] = {}
    for match in _TAG.finditer(packet):
        closes, name = match[1], match[2]
        if match[0].endswith(b"/>"):
            yield match.span()
        elif not closes:
            opened.setdefault(name, match.start())
        elif name in opened:
            yield opened.pop(name), match.end()


def _merged(spans: Iterator[Span]) -> Iterator[Span]:
    """Yield the same bytes as ``spans``, each once."""
    start, end = 0, 0
    for next_start, next_end in sorted(spans):
        if next_start > end:
            yield start, end
            start = next_start
        end = max(end, next_end)
    yield start, end


def _blank(data: bytearray, at: int, spans: Iterator[Span]) -> bool:
    changed = False
    for start, end in _merged(spans):
        data[at + start : at + end] = b" " * (end - start)
        changed = changed or start < end
    return changed


def blank_xmp_gps(data: bytearray) -> bool:
    """Turn what tells a position into spaces; answers whether there was anything."""
    changed = False
    for start, stop in packets(data):
        for find in (_attributes, _elements):
            changed |= _blank(data, start, find(bytes(data[start:stop])))
    return changed
