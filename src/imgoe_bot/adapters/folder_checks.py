"""Folders that the operator names, tried before anything depends on them."""

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile

from imgoe_bot.errors import ConfigError, ImgoeError, StoreFull

_TRIED_BYTES = 4096
_FULL = (errno.ENOSPC, errno.EDQUOT)


def check_folder(folder: Path, *, variable: str) -> None:
    """Make a folder where it is absent, and write in it.

    Args:
        folder: it is named in the error, like the variable.
        variable: what the operator set to have it there.

    Raises:
        ConfigError: it can't be made or written.
        StoreFull: it has no room, which passes.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refusal(error, folder, variable, what="made") from error
    try:
        with TemporaryFile(dir=folder, prefix=".tried-") as file:
            file.write(bytes(_TRIED_BYTES))
    except OSError as error:
        raise _refusal(error, folder, variable, what="written") from error


def _refusal(error: OSError, folder: Path, variable: str, *, what: str) -> ImgoeError:
    problem = f"{folder} can't be {what}: {error.strerror}"
    if error.errno in _FULL:
        return StoreFull(where=str(folder))
    return ConfigError(variable, problem)


def check_files(files: Iterable[Path], *, variable: str) -> None:
    """Check that those of the files that exist can be written, without opening them.

    Closing a file would take off the locks that SQLite holds on it.

    Raises:
        ConfigError: naming the first that can't.
    """
    for file in files:
        if file.exists() and not (file.is_file() and os.access(file, os.W_OK)):
            raise ConfigError(variable, f"{file} can't be written by this user")
