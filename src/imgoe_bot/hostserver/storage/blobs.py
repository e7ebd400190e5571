"""What a storage of files does, wherever they lie."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from imgoe_bot.hostserver.faults import Fault


class NameTaken(Exception):
    """A file of this name exists already; nothing was written."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """What is to be stored; a path is of a file on this machine, which may be moved away."""

    name: str
    mime: str
    content: bytes | Path


class Blobs(Protocol):
    """Files under names like ``2026/11/24/cat.jpg``; every call blocks, run it in a thread."""

    def put(self, files: Sequence[NewFile]) -> None:
        """Store files under new names, in this order; all or none.

        Raises:
            NameTaken: one of the names is in use.
            Fault: the storage can't take them.
        """
        ...

    def sync(self, names: Iterable[str]) -> None:
        """Let new names that files were moved to outlive a loss of power.

        Raises:
            Fault: the storage can't do it now.
        """
        ...

    def delete(self, names: Iterable[str]) -> None:
        """Remove files; a name that is not there is fine, so a repeat is safe.

        Raises:
            Fault: one of them can't be removed now; of the others, none to all are.
        """
        ...

    def move(self, old: str, new: str) -> None:
        """Give a file a new name; a repeat of a call that was killed completes it.

        Raises:
            NameTaken: the name is in use.
            Fault: the storage can't do it now.
        """
        ...


def put_each(blobs: Blobs, files: Sequence[NewFile], put_one: Callable[[NewFile], None]) -> None:
    """Put file after file; when one can't be put, delete those that were, and raise."""
    written: list[str] = []
    try:
        for file in files:
            put_one(file)
            written.append(file.name)
        blobs.sync(written)
    except (NameTaken, Fault, OSError):
        with suppress(Fault):
            blobs.delete(written)
        raise
