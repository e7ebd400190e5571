"""Environment variables as people set them: values cleaned, and names that mean nothing found."""

import base64
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "IMGOE"
DEFAULT_DATA_DIR = Path("data")
HEALTH_FILE = "health"
"""Its name in the data folder."""
SECRET_KEY_BYTES = 32
_EDGE = r"(?:\s|[\ufeff\u200b\u2060]|\udcef\udcbb\udcbf)+"  # the last: a BOM under LANG=C
_EDGES = re.compile(rf"\A{_EDGE}|{_EDGE}\Z")
_QUOTES = ('""', "''", "“”")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A variable that looks like one of ours and is none.

    Attributes:
        nearest: the one that may be meant, None when no name is near.
    """

    name: str
    nearest: str | None

    def __str__(self) -> str:
        meant = f": do you mean {self.nearest}?" if self.nearest else ""
        return f"{self.name} is no variable of imgoe_bot{meant}"


def reason_file(health_file: Path) -> Path:
    """Return the file beside a health file that says why a bot is not healthy."""
    return health_file.with_name(f"{health_file.name}.reason")


def variable_name(field: str) -> str:
    """Return the environment variable of a settings field."""
    return f"{PREFIX}_{field.upper()}"


def cleaned(value: str) -> str:
    """Return a value without what copying leaves around it.

    That is blanks, line ends (also Windows's), byte order marks, and quotes that a shell would
    have taken off.
    """
    bare = _EDGES.sub("", value)
    is_quoted = len(bare) > 1 and bare[0] + bare[-1] in _QUOTES
    return cleaned(bare[1:-1]) if is_quoted else bare


def find_value(name: str, environment: Mapping[str, str]) -> str:
    """Return a variable's cleaned value, empty where it is not set; names count in any case.

    Source: pydantic-settings, ``case_sensitive``: of two names the last one holds.
    """
    found = [value for given, value in environment.items() if given.upper() == name]
    return cleaned(found[-1]) if found else ""


def make_secret_key() -> str:
    """Return a fresh value for IMGOE_SECRET_KEY."""
    return base64.b64encode(os.urandom(SECRET_KEY_BYTES)).decode()


def find_unknown(names: Iterable[str], *, known: Iterable[str]) -> list[Unknown]:
    """Return the names that begin like ours, in any case, and are not known."""
    ours = sorted(known)
    strange = [name for name in sorted(names) if _looks_ours(name) and name.upper() not in ours]
    return [Unknown(name, _nearest(name, ours)) for name in strange]


def _looks_ours(name: str) -> bool:
    return cleaned(name).upper().startswith(PREFIX)


def _nearest(name: str, known: list[str]) -> str | None:
    meant = cleaned(name).upper()
    own = meant.removeprefix(PREFIX).strip("_-")
    longer = [each for each in known if own and own in each.removeprefix(PREFIX)]
    return next(iter([*longer, *get_close_matches(meant, known, n=1)]), None)


def check_url(value: str, *, schemes: tuple[str, str]) -> str:
    """Return an address without its last slash.

    Raises:
        ValueError: it is none of these schemes, or holds a name or password; never with the value.
    """
    if not _is_address(value, schemes):
        raise ValueError(f"is no {schemes[0]}:// or {schemes[1]}:// address")
    if "@" in urlsplit(value).netloc:
        raise ValueError("must not hold a user name or password: people are shown the address")
    return value.rstrip("/")


def _is_address(value: str, schemes: tuple[str, str]) -> bool:
    try:
        parts = urlsplit(value)
        named = bool((parts.hostname or "").encode("idna")) and parts.port != 0
    except ValueError:  # its text may hold the value
        return False
    return named and parts.scheme in schemes and value.isprintable() and " " not in value
