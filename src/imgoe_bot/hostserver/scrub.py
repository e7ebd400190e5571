"""Removes where a file was taken, without touching a pixel and without moving a byte.

Every change keeps the file's length: GPS values become zeros or spaces and their directory entry
goes, so nothing that points into the file has to be rewritten. Costs a search, not a re-encode.
Source: TIFF 6.0 and Exif 2.32 (directories, tag 0x8825), PNG (chunks), XMP part 3.
"""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from imgoe_bot.hostserver.boxes import Box, location_boxes
from imgoe_bot.hostserver.formats import JPEG, PNG, Format

GPS_TAG = 0x8825
DIRECTORIES_READ = 4
PLACES_IN = (b"moov", b"meta", b"uuid")  # a uuid box at the top may hold XMP
MOOV_LIMIT_BYTES = 64 * 1024 * 1024
START_OF_SCAN = 0xDA
END_OF_IMAGE = b"\xff\xd9"
# Any marker but those of coded pixels: stuffing, restarts, tables and further scans.
_FOREIGN_MARKER = re.compile(rb"\xff[^\x00\xc4\xd0-\xd7\xda-\xdd\xff]")
XMP_LIMIT_BYTES = 4 * 1024 * 1024
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_TIFF_HEADS = (b"Exif\0\0II*\0", b"Exif\0\0MM\0*", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08")
_XMP_ATTRIBUTE = re.compile(rb"[\w.-]+:GPS\w*\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_XMP_ELEMENT = re.compile(rb"<([\w.-]+:GPS\w*)(?:\s[^>]*)?>.*?</\1\s*>", re.DOTALL)
_HIDDEN_PROFILES = (b"Raw profile type exif", b"Raw profile type APP1", b"Raw profile type xmp")
Order = Literal["little", "big"]


class _Tiff:
    """The directories of one TIFF structure inside ``data``, changed in place."""

    def __init__(self, data: bytearray, at: int) -> None:
        self._data, self._at = data, at
        self._order: Order = "little" if data.startswith(b"II", at) else "big"

    def _number(self, at: int, width: int) -> int:
        return int.from_bytes(self._data[at : at + width], self._order)

    def _zero(self, start: int, end: int) -> None:
        end = min(end, len(self._data))
        if start < end:
            self._data[start:end] = bytes(end - start)

    def _entries(self, directory: int) -> list[int]:
        count = self._number(directory, 2)
        if directory + 2 + 12 * count + 4 > len(self._data):
            return []
        return [directory + 2 + 12 * n for n in range(count)]

    def _blank_directory(self, directory: int) -> None:
        entries = self._entries(directory)
        for entry in entries:
            width = _TYPE_BYTES.get(self._number(entry + 2, 2), 1)
            size = width * self._number(entry + 4, 4)
            if size > 4:
                start = self._at + self._number(entry + 8, 4)
                self._zero(start, start + size)
        self._zero(directory, directory + 2 + 12 * len(entries))

    def _drop_entry(self, directory: int, entries: list[int], entry: int) -> None:
        tail, end = entry + 12, entries[-1] + 16  # the pointer to the next directory moves too
        self._data[entry : end - 12] = self._data[tail:end]
        self._zero(end - 12, end)
        self._data[directory : directory + 2] = (len(entries) - 1).to_bytes(2, self._order)

    def remove_gps(self) -> bool:
        """Blank the GPS directory and what names it; answers whether there was one."""
        directory, found = self._at + self._number(self._at + 4, 4), False
        for _ in range(DIRECTORIES_READ):
            entries = self._entries(directory)
            following = self._number(entries[-1] + 12, 4) if entries else 0
            for entry in (one for one in entries if self._number(one, 2) == GPS_TAG):
                self._blank_directory(self._at + self._number(entry + 8, 4))
                self._drop_entry(directory, entries, entry)
                found = True
                break
            if not following:
                break
            directory = self._at + following
        return found


def _find_all(data: bytearray, wanted: bytes) -> Iterator[int]:
    at = data.find(wanted)
    while at >= 0:
        yield at
        at = data.find(wanted, at + 1)


def _scrub_exif(data: bytearray) -> bool:
    starts = {
        at + (6 if head.startswith(b"Exif") else 0)
        for head in _TIFF_HEADS
        for at in _find_all(data, head)
    }
    return any([_Tiff(data, at).remove_gps() for at in sorted(starts)])


def _spaces(match: re.Match[bytes]) -> bytes:
    return b" " * len(match[0])


def _scrub_xmp(data: bytearray) -> bool:
    changed = False
    for start in list(_find_all(data, b"<rdf:RDF")):
        end = data.find(b"</rdf:RDF>", start, start + XMP_LIMIT_BYTES)
        end = end if end >= 0 else start + 65_536
        packet = bytes(data[start:end])
        clean = _XMP_ELEMENT.sub(_spaces, _XMP_ATTRIBUTE.sub(_spaces, packet))
        data[start : start + len(packet)] = clean
        changed = changed or clean != packet
    return changed


def _blank_box(data: bytearray, box: Box) -> None:
    data[box.start + 4 : box.start + 8] = b"free"
    data[box.body : box.end] = bytes(box.end - box.body)


def _scrub_trailing_video(data: bytearray) -> bool:
    """Clean the film that motion photos carry behind the picture."""
    changed = False
    for at in list(_find_all(data, b"moov")):
        size = int.from_bytes(data[at - 4 : at], "big")
        for box in list(location_boxes(bytes(data[at - 4 : at - 4 + size]), 0, size)):
            moved = Box(box.kind, box.start + at - 4, box.body + at - 4, box.end + at - 4)
            _blank_box(data, moved)
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


def _seal_png(data: bytearray) -> bool:
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
    """Remove the place from an image in memory; answers whether there was one."""
    changed = [_scrub_exif(data), _scrub_xmp(data), _scrub_trailing_video(data)]
    if found is PNG:
        changed.append(_seal_png(data))
    return any(changed)


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


def scrub_video(path: Path) -> bool:
    """Remove the place from an MP4 or QuickTime file; answers whether there was one."""
    changed = False
    with path.open("r+b") as file:
        for top in list(_top_boxes(file, path.stat().st_size)):
            if top.kind not in PLACES_IN or top.end - top.start > MOOV_LIMIT_BYTES:
                continue
            data = bytearray(_read_at(file, top.start, top.end - top.start))
            found = list(location_boxes(bytes(data), 0, len(data)))
            for box in found:
                _blank_box(data, box)
            if _scrub_xmp(data) or found:
                file.seek(top.start)
                file.write(data)
                changed = True
    return changed


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
    """Return the part of a file, from its beginning, in which a place can stand."""
    head_bytes = _jpeg_head_bytes(data) if found is JPEG else None
    if head_bytes is not None and _is_plain_jpeg(data, head_bytes):
        return bytearray(data[:head_bytes])
    return bytearray(data)


def scrub_image(path: Path, found: Format) -> bool:
    """Remove the place from an image file; answers whether there was one."""
    with path.open("r+b", buffering=0) as file:
        data = _searched(file.read(), found)
        if not scrub_bytes(data, found):
            return False
        file.seek(0)
        file.write(data)
    return True
