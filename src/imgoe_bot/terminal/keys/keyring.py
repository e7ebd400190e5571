"""The keyring: a private file with a host's address, blanks and its key on each line."""

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

from imgoe_bot.errors import ConfigError, SettingsRejected

OTHERS_BITS = stat.S_IRWXG | stat.S_IRWXO
LARGEST_FILE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A host and its key.

    Attributes:
        host_url: as ``normal_base`` writes it.
    """

    host_url: str
    key: str = field(repr=False)


class Keyring:
    """A file of entries; empty lines and those that begin with # stay as they are.

    Every method raises ConfigError where the file can't be read or written, is open to others or
    holds a line that is no entry. No error repeats what the file holds.

    Attributes:
        path: as people know it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._path = path.resolve()  # who keeps it elsewhere behind a link goes on doing so

    def entries(self) -> list[Entry]:
        """Return the entries in the file's order; none where there is no file."""
        return [entry for _, entry in self._lines() if entry is not None]

    def find(self, host_url: str) -> str | None:
        """Return the first key of a host, given as ``normal_base`` writes it."""
        return next((entry.key for entry in self.entries() if entry.host_url == host_url), None)

    def put(self, entry: Entry) -> bool:
        """Keep a key; tell whether it takes the place of another one of the same host."""
        others, had = self._without(entry.host_url)
        self._write([*others, f"{entry.host_url} {entry.key}"])
        return had

    def remove(self, host_url: str) -> bool:
        """Forget every key of a host; tell whether there was one."""
        others, had = self._without(host_url)
        if had:
            self._write(others)
        return had

    def _without(self, host_url: str) -> tuple[list[str], bool]:
        lines = self._lines()
        others = [line for line, entry in lines if entry is None or entry.host_url != host_url]
        return others, len(others) < len(lines)

    def _lines(self) -> list[tuple[str, Entry | None]]:
        if not self._path.exists():
            return []
        lines = read_private(self._path, str(self._path)).splitlines()
        return [(line, self._entry(number, line)) for number, line in enumerate(lines, 1)]

    def _entry(self, number: int, line: str) -> Entry | None:
        words = line.split()
        if not words or words[0].startswith("#"):
            return None
        if len(words) != 2:
            raise ConfigError(str(self._path), f"line {number} is not an address and a key")
        return Entry(_normal_or_as_is(words[0]), checked_key(words[1], str(self._path)))

    def _write(self, lines: list[str]) -> None:
        """Replace the file at once; whoever reads meanwhile gets the old or the new one."""
        folder = self._path.parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile("w", dir=folder, prefix=".keyring-", delete=False) as file:
                try:
                    file.write("".join(f"{line}\n" for line in lines))
                    file.flush()
                    os.fsync(file.fileno())
                    Path(file.name).replace(self._path)
                except BaseException:
                    with suppress(OSError):
                        Path(file.name).unlink()
                    raise
        except OSError as error:
            raise ConfigError(str(self._path), f"can't be written: {error.strerror}") from error


def own_keyring() -> Keyring:
    """Return the keyring of who runs this process."""
    return Keyring(keyring_path(os.environ, home=Path.home()))


def keyring_path(environment: Mapping[str, str], *, home: Path) -> Path:
    """Return the keyring's place: below XDG_CONFIG_HOME, which is ``~/.config`` unless set.

    Source: XDG Base Directory Specification; a relative path counts as not set.
    """
    folder = Path(environment.get("XDG_CONFIG_HOME", ""))
    return (folder if folder.is_absolute() else home / ".config") / "imgoe-bot" / "keyring"


def read_private(path: Path, setting: str) -> str:
    """Return what a file closed to others holds, without a byte order mark.

    Raises:
        ConfigError: it can't be read, is open to others or is no text.
    """
    try:
        with path.open("rb") as file:
            _check_private(os.fstat(file.fileno()), path, setting)
            return file.read(LARGEST_FILE_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(setting, f"can't be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ConfigError(setting, "is no text file") from None


def checked_key(key: str, setting: str) -> str:
    """Return a key that can stand in a header.

    Raises:
        ConfigError: it can't.
    """
    if not (key.isascii() and key.isprintable()):
        raise ConfigError(setting, "holds characters that no key has")
    return key


def _check_private(status: os.stat_result, path: Path, setting: str) -> None:
    if stat.S_ISREG(status.st_mode) and status.st_mode & OTHERS_BITS:
        raise ConfigError(setting, f"is open to others; close it with: chmod 600 {path}")


def _normal_or_as_is(address: str) -> str:
    from imgoe_bot.hostapi.addresses import normal_base

    try:
        return normal_base(address)
    except SettingsRejected:
        return address  # of no host that can be asked for
