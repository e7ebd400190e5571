"""The standard streams: what a terminal can't show is written another way and never fails."""

import codecs
import io
import sys
from typing import TextIO

_ERRORS = "imgoe_bot.plain"
_PLAIN = {"✓": "+", "✗": "x", "×": "x", "–": "-", "—": "-", "…": "...", "’": "'"}


def make_lenient() -> None:
    """Let the standard streams take every character, whatever the locale says they can hold."""
    codecs.register_error(_ERRORS, _write_plainly)
    for stream, errors in (
        (sys.stdin, "surrogateescape"),
        (sys.stdout, _ERRORS),
        (sys.stderr, _ERRORS),
    ):
        if isinstance(stream, io.TextIOWrapper):  # a closed one is None
            stream.reconfigure(errors=errors)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal; one that the program was started without is None."""
    return stream is not None and stream.isatty()


def is_closed(stream: TextIO | None) -> bool:
    """Whether the program was started without a stream, which Python's types leave out."""
    return stream is None


def plain(text: str) -> str:
    """Return a text that can't steer a terminal."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _write_plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    unfit = error.object[error.start : error.end]
    return "".join(_PLAIN.get(each) or _escaped(each) for each in unfit), error.end


def _escaped(character: str) -> str:
    return character.encode("ascii", "backslashreplace").decode()
