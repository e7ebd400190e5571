"""Faults that show in what this Discord says."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class ActiveFaults:
    """What this Discord does wrong on purpose now.

    Attributes:
        searches_pending: how many searches are still answered “not indexed yet”.
        empty_starters: whether forum starters are announced without content and files.
        all_previews_fail: whether pictures from elsewhere come back as 0×0.
        failing_previews: how many of the next pictures from elsewhere are not fetched.
        files: status and body of what is answered next in place of files.
        every_file: the same for each that follows; None serves them.
        files_failed: how many requests for files were answered so.
    """

    searches_pending: int = 0
    empty_starters: bool = False
    all_previews_fail: bool = False
    failing_previews: int = 0
    files: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    every_file: tuple[int, bytes] | None = None
    files_failed: int = 0

    def take_file_fault(self) -> tuple[int, bytes] | None:
        """Return what is answered in place of a file, and count it; None where it is served."""
        fault = self.files.pop(0) if self.files else self.every_file
        self.files_failed += fault is not None
        return fault

    def fails_next_preview(self) -> bool:
        """Tell whether the next picture from elsewhere is not fetched, and count it."""
        fails = self.failing_previews > 0
        self.failing_previews -= fails
        return fails
