"""Foreign text made safe to show, and numbers made readable."""

import re
from collections.abc import Callable, Sequence

import discord

from imgoe_bot.ui.translate import Words

_INVISIBLE = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Control characters and the marks that turn text around or hide in it."""

_MARKDOWN = re.compile(r"[\\*_~|`<>#\[\]]|://")
"""What formats, links, mentions or begins a block anywhere in a message."""

_LINK = re.compile(r"https?://[!-;=?-~]+")

_CUSTOM_EMOJI = re.compile(r"<a?:\w{2,32}:[0-9]{15,21}>")

NAME_MAX = 60
HOST_MAX = 60


def safe_name(filename: str, *, limit: int = NAME_MAX) -> str:
    """Return a file name as it can stand in a message: no markdown, mention or direction mark."""
    room = limit
    while len(escaped := escape(plain_name(filename, limit=room))) > limit:
        room -= (len(escaped) - limit + 2) // 3  # a character becomes three at most
    return escaped


def plain_name(filename: str, *, limit: int = NAME_MAX) -> str:
    """Return a file name for a button's label, where Discord renders no markdown."""
    return shorten(_INVISIBLE.sub("", filename), limit=limit) or "file"


def escape(text: str) -> str:
    """Return text as one line without markdown, links and mentions in it."""
    line = _INVISIBLE.sub(" ", text)
    return discord.utils.escape_mentions(_MARKDOWN.sub(r"\\\g<0>", line))


def emoji(text: str) -> str:
    """Return an emoji that somebody typed; a server's own stays whole, anything else is text."""
    return text if _CUSTOM_EMOJI.fullmatch(text) else escape(text)


def is_link(url: str) -> bool:
    """Tell whether a foreign address can stand in ``<…>`` and nothing after it escapes."""
    return _LINK.fullmatch(url) is not None


def shorten(text: str, *, limit: int) -> str:
    """Cut the middle out of a long text; the end of a file name tells its type."""
    if len(text) <= limit:
        return text
    tail = limit // 3
    return f"{text[: limit - tail - 1]}…{text[-tail:]}"


def size(size_bytes: int, words: Words) -> str:
    """Return a size as people say it: 1 kB is 1,000 bytes."""
    if size_bytes < 1000:
        return words("size.bytes", amount=size_bytes)
    kilo = size_bytes / 1000
    if kilo < 999.95:  # what rounds up to 1,000.0 is the next unit
        return words("size.kilo", amount=decimal(kilo, words))
    if kilo < 999_950:
        return words("size.mega", amount=decimal(kilo / 1000, words))
    return words("size.giga", amount=decimal(kilo / 1_000_000, words))


def number(count: int, words: Words) -> str:
    """Return a whole number with its thousands set apart."""
    return f"{count:,}".replace(",", words("text.thousands"))


def decimal(number: float, words: Words) -> str:
    """Return a number with one decimal place."""
    return f"{number:.1f}".replace(".", words("text.decimal"))


def sentences(words: Words, *parts: str) -> str:
    """Join sentences as the language does: with a space, or without."""
    return words("text.gap").join(part for part in parts if part)


def duration(duration_s: int) -> str:
    """Return minutes and seconds: 1:05."""
    return f"{duration_s // 60}:{duration_s % 60:02}"


def host_name(url: str) -> str:
    """Return the part of an address that a person knows the host by."""
    return escape(plain_host(url))


def plain_host(url: str) -> str:
    """Return the same for where Discord renders no markdown: a footer, a label."""
    return shorten(url.partition("://")[2].partition("/")[0].rpartition("@")[2], limit=HOST_MAX)


def fit(lines: list[str], *, limit: int, rest: Callable[[int], str]) -> str:
    """Join lines, and replace those that don't fit by a last one.

    Args:
        lines: in the order of their worth.
        limit: the most characters.
        rest: words the last line when some are left out, from how many those are.
    """
    whole = "\n".join(lines)
    if len(whole) <= limit:
        return whole
    kept: list[str] = []
    used = len(rest(len(lines))) + 1
    for line in lines:
        used += len(line) + 1
        if used > limit:
            break
        kept.append(line)
    return "\n".join([*kept, rest(len(lines) - len(kept))])


def fit_shortened(
    lines: Sequence[tuple[str, str]], *, limit: int, rest: Callable[[int], str]
) -> str:
    """Join lines, the last ones in their short form where there is no room for all in full.

    Args:
        lines: each in full and short, in the order of their worth.
        limit: the most characters.
        rest: as for ``fit``, where even the short ones don't fit.
    """
    short = [brief for _, brief in lines]
    for count in range(len(lines), 0, -1):
        text = "\n".join([full for full, _ in lines[:count]] + short[count:])
        if len(text) <= limit:
            return text
    return fit(short, limit=limit, rest=rest)
