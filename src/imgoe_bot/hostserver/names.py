"""Names that are safe in a file system, in a URL and in an HTTP header."""

import re
import secrets
import string
import unicodedata
from urllib.parse import unquote

BASE62 = string.digits + string.ascii_letters
NAME_LIMIT = 200
TITLE_LIMIT = 100
SLUG_LIMIT = 80
ID_LENGTH = 8
# What is transliterated: to put marks into their order takes the square of their number.
TRANSLITERATED_LIMIT = 1_000

_STORED = re.compile(r"\d{4}/\d{2}/\d{2}/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,249}", re.ASCII)
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")
_RENDITION_ENDING = re.compile(r"\.(th|md|fr)$", re.IGNORECASE)
_PERCENT_ENCODED = re.compile(r"(?=.*%[0-9A-Fa-f]{2})(?:[\w.~!*'()-]|%[0-9A-Fa-f]{2})+", re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def random_name(length: int) -> str:
    """Return ``length`` unguessable characters of base 62."""
    number, characters = secrets.randbelow(62**length), ""
    for _ in range(length):
        number, digit = divmod(number, 62)
        characters += BASE62[digit]
    return characters


def new_id() -> str:
    """Return an upload's or album's public id: random, so ids can't be walked."""
    return random_name(ID_LENGTH)


def _ascii(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text[:TRANSLITERATED_LIMIT].replace("ß", "ss"))
    return decomposed.encode("ascii", "ignore").decode("ascii")


def _without_extension(filename: str) -> str:
    basename = re.split(r"[/\\]", filename)[-1]
    stem, dot, _ = basename.rpartition(".")
    return stem if dot else basename


def file_stem(filename: str) -> str:
    """Return the name under which a client's file is stored, without extension.

    Transliterated, whitespace made ``-``, at most 200 characters of ``A-Za-z0-9_.-``. What leaves
    nothing usable becomes a random name. Never ends like a rendition (``.th``), never hidden.
    """
    ascii_name = re.sub(r"\s+", "-", _ascii(_without_extension(filename)).strip())
    safe = re.sub(r"\.{2,}", ".", _UNSAFE.sub("", ascii_name))[:NAME_LIMIT].strip(".-")
    safe = _RENDITION_ENDING.sub(r"-\1", safe)
    return safe or random_name(12)


def with_suffix(stem: str) -> str:
    """Return ``stem`` with a random ending, for when its plain form is taken."""
    return f"{stem[: NAME_LIMIT - 7]}-{random_name(6)}"


def is_stored_name(text: str) -> bool:
    """Answer whether ``text`` is a name under which the public finds a file, and nothing else.

    Every storage normalises paths in its own way, so what isn't written the one way that
    ``file_stem`` and the date folders write it never gets that far.
    """
    return _STORED.fullmatch(text) is not None


def split_stored_name(stored_name: str) -> tuple[str, str]:
    """Return the folder of a stored file and its upload's name, without mark and extension."""
    folder, _, filename = stored_name.rpartition("/")
    return folder, _RENDITION_ENDING.sub("", filename.rpartition(".")[0])


def sent_filename(filename: str) -> str:
    """Return a client's file name as it was meant.

    Browsers and curl escape only quotes and line ends; some clients percent-encode it all, which
    shows in that nothing else than unreserved characters is left.
    """
    if _PERCENT_ENCODED.fullmatch(filename):
        return unquote(filename, errors="replace")
    as_sent = filename.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return as_sent.replace("%22", '"').replace("%0D", "").replace("%0A", "")


def storable(text: str) -> str:
    """Return ``text`` without what no database takes: lone surrogates and NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def is_id(text: str) -> bool:
    """Answer whether ``text`` could be an upload's or album's public id."""
    return 0 < len(text) <= 16 and text.isascii() and text.isalnum()


def clean_text(text: str) -> str:
    """Return ``text`` without control characters and marks that turn the writing direction."""
    return _CONTROLS.sub("", storable(text)).strip()


def title_from(filename: str) -> str:
    """Return the title a file name suggests: words instead of ``-`` and ``_``.

    Source: the seed's sample reply (``Badgers _ animated music video _ MrWeebl.mp4``).
    """
    words = re.sub(r"[\s_-]+", " ", _without_extension(clean_text(filename)))
    return words.strip()[:TITLE_LIMIT]


def slug(title: str) -> str:
    """Return the words of a title for an address; empty when none can be written in ASCII."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", _ascii(title))
    return words.strip("-")[:SLUG_LIMIT].strip("-")
