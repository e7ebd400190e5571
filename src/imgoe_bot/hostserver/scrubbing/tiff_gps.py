"""Blanks the GPS directory of TIFF structures, such as Exif, without moving what points elsewhere.

Source: TIFF 6.0 and Exif 2.32 (directories, tag 0x8825).
"""

from collections.abc import Iterator
from typing import Literal

from imgoe_bot.hostserver.faults import Fault, Reason

GPS_TAG = 0x8825
DIRECTORIES_READ = 4
ENTRY_BYTES = 12
HEAD_COST_BYTES = 64
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_HEADS = (b"Exif\0\0II*\0", b"Exif\0\0MM\0*", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08")
Order = Literal["little", "big"]


class WorkBudget:
    """How many bytes may be looked at, all in all.

    Structures that lie over each other make a small file a long work; no camera writes them.
    """

    def __init__(self, file_bytes: int) -> None:
        self._left_bytes = 4 * file_bytes + 4096

    def spend(self, size_bytes: int) -> None:
        """Note that so many bytes are looked at.

        Raises:
            Fault: too many of them.
        """
        self._left_bytes -= size_bytes
        if self._left_bytes < 0:
            raise Fault(Reason.BROKEN_IMAGE)


def find_all(data: bytearray, wanted: bytes) -> Iterator[int]:
    """Yield where ``wanted`` stands, again and again, in data that may change meanwhile."""
    at = data.find(wanted)
    while at >= 0:
        yield at
        at = data.find(wanted, at + 1)


class _Tiff:
    """The directories of one TIFF structure inside ``data``, changed in place."""

    def __init__(self, data: bytearray, at: int, budget: WorkBudget) -> None:
        self._data, self._at, self._budget = data, at, budget
        self._order: Order = "little" if data.startswith(b"II", at) else "big"

    def _number(self, at: int, width: int) -> int:
        return int.from_bytes(self._data[at : at + width], self._order)

    def _zero(self, start: int, end: int) -> None:
        end = min(end, len(self._data))
        if start < end:
            self._budget.spend(end - start)
            self._data[start:end] = bytes(end - start)

    def _entries(self, directory: int) -> range:
        count = self._number(directory, 2)
        first, end = directory + 2, directory + 2 + ENTRY_BYTES * count
        if end + 4 > len(self._data):
            return range(0)
        self._budget.spend(end - first)
        return range(first, end, ENTRY_BYTES)

    def _find_gps(self, entries: range) -> int | None:
        tag = GPS_TAG.to_bytes(2, self._order)
        at = self._data.find(tag, entries.start, entries.stop)
        while at >= 0 and at not in entries:
            at = self._data.find(tag, at + 1, entries.stop)
        return at if at >= 0 else None

    def _blank_directory(self, directory: int) -> None:
        entries = self._entries(directory)
        for entry in entries:
            width = _TYPE_BYTES.get(self._number(entry + 2, 2), 1)
            size = width * self._number(entry + 4, 4)
            if size > 4:
                start = self._at + self._number(entry + 8, 4)
                self._zero(start, start + size)
        self._zero(directory, directory + 2 + ENTRY_BYTES * len(entries))

    def _drop_entry(self, directory: int, entries: range, entry: int) -> None:
        tail, end = entry + ENTRY_BYTES, entries.stop + 4  # the pointer behind them moves too
        self._data[entry : end - ENTRY_BYTES] = self._data[tail:end]
        self._zero(end - ENTRY_BYTES, end)
        self._data[directory : directory + 2] = (len(entries) - 1).to_bytes(2, self._order)

    def remove_gps(self) -> bool:
        """Blank the GPS directory and what names it; answers whether there was one.

        Raises:
            Fault: it would be too much work.
        """
        self._budget.spend(HEAD_COST_BYTES)
        directory, found = self._at + self._number(self._at + 4, 4), False
        for _ in range(DIRECTORIES_READ):
            entries = self._entries(directory)
            following = self._number(entries.stop, 4) if entries else 0
            entry = self._find_gps(entries)
            if entry is not None:
                self._blank_directory(self._at + self._number(entry + 8, 4))
                self._drop_entry(directory, entries, entry)
                found = True
            if not following:
                break
            directory = self._at + following
        return found


def blank_tiff_gps(data: bytearray, budget: WorkBudget) -> bool:
    """Remove the location from every TIFF structure; answers whether there was one.

    Raises:
        Fault: it would be too much work.
    """
    found = False
    for head in _HEADS:
        for at in find_all(data, head):
            start = at + (6 if head.startswith(b"Exif") else 0)
            found |= _Tiff(data, start, budget).remove_gps()
    return found
