"""Disks that are small, full or read-only: file systems of their own, in this machine's memory."""

import contextlib
import errno
import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

MEGABYTE = 1_000_000


class Disk:
    """A mounted file system that fits on the palm of a hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._hog = folder / "hog"

    def fill(self) -> None:
        """Leave no room on it."""
        with self._hog.open("ab", buffering=0) as hog, contextlib.suppress(OSError):
            while hog.write(bytes(4096)):
                pass

    def is_full(self) -> bool:
        """Tell whether nothing more goes on it."""
        try:
            (self.folder / "crumb").write_bytes(bytes(4096))
        except OSError as error:
            return error.errno == errno.ENOSPC
        finally:
            (self.folder / "crumb").unlink(missing_ok=True)
        return False

    def free(self) -> None:
        """Make room again."""
        self._hog.unlink()

    def make_read_only(self) -> None:
        """Let it take no writes; nothing may have a file of it open for writing."""
        _run("mount", "--options", "remount,ro", str(self.folder))


@contextmanager
def small_disk(folder: Path, *, size_bytes: int = 8 * MEGABYTE) -> Generator[Disk]:
    """Mount a small disk over a folder; skipped where this user may not mount."""
    options = f"size={size_bytes}"
    try:
        _run("mount", "--types", "tmpfs", "--options", options, "tmpfs", str(folder))
    except (OSError, subprocess.CalledProcessError):
        if "mount" in os.environ.get("TEST_REQUIRE", "").split(","):
            raise
        pytest.skip("a disk of its own takes the right to mount (CAP_SYS_ADMIN)")
    try:
        yield Disk(folder)
    finally:
        _run("umount", "--lazy", str(folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - these words alone
