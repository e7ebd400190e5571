"""Files in a folder, written so that a crash leaves either the whole file or none."""

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.storage.blobs import NameTaken, NewFile, put_each


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class FolderBlobs:
    """Files in a folder of this machine; ``staging`` must lie on the same file system."""

    def __init__(self, root: Path, *, staging: Path) -> None:
        self.root = root
        self._staging = staging

    def path_of(self, name: str) -> Path | None:
        """Return the file of this name, None when there is none or it would lie outside."""
        if "\0" in name:
            return None
        path = (self.root / name).resolve()
        inside = path.is_relative_to(self.root.resolve())
        return path if inside and path.is_file() else None

    def _link(self, staged: Path, target: Path) -> None:
        try:
            os.link(staged, target)
        except FileNotFoundError:
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(staged, target)

    def _publish(self, staged: Path, name: str) -> None:
        """Give a file that is safe on disk its name, unless that is taken."""
        target = self.root / name
        try:
            self._link(staged, target)
        except FileExistsError as error:
            raise NameTaken(name) from error
        staged.unlink()

    def put(self, files: Sequence[NewFile]) -> None:
        """See ``Blobs.put``; the types follow from the names' extensions when served.

        First all bytes are made safe, then all names: the file system's journal is waited for
        twice, not twice a file.
        """
        with ExitStack() as undo:
            try:
                staged = {file.name: self._stage(file, undo) for file in files}
                for path in staged.values():
                    _sync_file(path)
                put_each(self, files, lambda file: self._publish(staged[file.name], file.name))
            except OSError as error:
                raise Fault(Reason.STORAGE_FULL) from error

    def _stage(self, file: NewFile, undo: ExitStack) -> Path:
        if isinstance(file.content, Path):
            return file.content
        staged = self._staging / f"{os.urandom(12).hex()}.part"
        undo.callback(staged.unlink, missing_ok=True)
        staged.write_bytes(file.content)
        return staged

    def sync(self, names: Iterable[str]) -> None:
        """See ``Blobs.sync``."""
        try:
            for folder in {(self.root / name).parent for name in names}:
                _sync_folder(folder)
        except OSError as error:
            raise Fault(Reason.STORAGE_FULL) from error

    def move(self, old: str, new: str) -> None:
        """See ``Blobs.move``."""
        source, target = self.root / old, self.root / new
        try:
            if not target.exists():
                self._publish(source, new)
            elif source.exists() and not source.samefile(target):
                raise NameTaken(new)
            else:
                source.unlink(missing_ok=True)
        except OSError as error:
            raise Fault(Reason.UNAVAILABLE) from error

    def delete(self, names: Iterable[str]) -> None:
        """See ``Blobs.delete``."""
        problem: OSError | None = None
        for name in names:
            try:
                (self.root / name).unlink(missing_ok=True)
            except OSError as error:
                problem = error
        if problem is not None:
            raise Fault(Reason.UNAVAILABLE) from problem
