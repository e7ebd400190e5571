"""Where ``imgoe-bot upload`` takes its API key from; the command line itself is no such place."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from imgoe_bot.errors import ConfigError

KEY_VARIABLE = "IMGOE_KEY"
OTHERS_BITS = stat.S_IRWXG | stat.S_IRWXO
LARGEST_FILE_BYTES = 64 * 1024


def find_key(
    host_url: str, *, key_file: Path | None, environment: Mapping[str, str], home: Path
) -> str | None:
    """Return the key for a host: of the file named, the variable, or the keyring, in this order.

    Args:
        host_url: without a final slash, as the keyring lists it.
        key_file: holds the key and nothing else.
        environment: the process's variables.
        home: the person's home folder.

    Returns:
        None when there is no key in any of these places.

    Raises:
        ConfigError: a file can't be read, or others can; it never holds what the file does.
    """
    if key_file is not None:
        return _only_word(_read_private(key_file, "--key-file"), "--key-file")
    if KEY_VARIABLE in environment:
        return _only_word(environment[KEY_VARIABLE], KEY_VARIABLE)
    keyring = keyring_path(environment, home=home)
    if not keyring.exists():
        return None
    return _key_of(host_url, _read_private(keyring, str(keyring)), where=str(keyring))


def keyring_path(environment: Mapping[str, str], *, home: Path) -> Path:
    """Return the keyring's place: below XDG_CONFIG_HOME, which is ``~/.config`` unless set.

    Source: XDG Base Directory Specification; a relative path counts as not set.
    """
    folder = Path(environment.get("XDG_CONFIG_HOME", ""))
    return (folder if folder.is_absolute() else home / ".config") / "imgoe-bot" / "keyring"


def _read_private(path: Path, setting: str) -> str:
    try:
        with path.open("rb") as file:
            _check_private(os.fstat(file.fileno()), path, setting)
            return file.read(LARGEST_FILE_BYTES).decode()
    except OSError as error:
        raise ConfigError(setting, f"can't be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ConfigError(setting, "is no text file") from None


def _check_private(status: os.stat_result, path: Path, setting: str) -> None:
    if stat.S_ISREG(status.st_mode) and status.st_mode & OTHERS_BITS:
        raise ConfigError(setting, f"is open to others; close it with: chmod 600 {path}")


def _only_word(text: str, setting: str) -> str:
    words = text.split()
    if len(words) != 1:
        raise ConfigError(setting, "holds no key" if not words else "holds more than one key")
    return _checked(words[0], setting)


def _checked(key: str, setting: str) -> str:
    if not (key.isascii() and key.isprintable()):
        raise ConfigError(setting, "holds characters that no key has")
    return key


def _key_of(host_url: str, keyring: str, *, where: str) -> str | None:
    """Find a host's line: its address, blanks, its key. Lines may be empty or begin with #."""
    for number, line in enumerate(keyring.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 2:
            raise ConfigError(where, f"line {number} is not an address and a key")
        if words[0].rstrip("/") == host_url:
            return _checked(words[1], where)
    return None
