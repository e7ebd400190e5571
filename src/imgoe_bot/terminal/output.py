"""The standard streams: what a terminal can't show is written another way and never fails."""

import codecs
import io
import sys

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


def _write_plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    unfit = error.object[error.start : error.end]
    return "".join(_PLAIN.get(each) or _escaped(each) for each in unfit), error.end


def _escaped(character: str) -> str:
    return character.encode("ascii", "backslashreplace").decode()
