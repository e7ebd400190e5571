"""Foreign text made safe to show, and numbers made readable."""

import re

import discord

_INVISIBLE = re.compile("[\u0000-\u001f\u007f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Control characters and the marks that turn text around or hide in it."""

NAME_MAX = 60


def safe_name(filename: str, *, limit: int = NAME_MAX) -> str:
    """Return a file name as it can stand in a message: no markdown, mention or direction mark."""
    return escape(shorten(_INVISIBLE.sub("", filename), limit=limit))


def plain_name(filename: str, *, limit: int = NAME_MAX) -> str:
    """Return a file name for a button's label, where Discord renders no markdown."""
    return shorten(_INVISIBLE.sub("", filename), limit=limit) or "file"


def escape(text: str) -> str:
    """Return text without markdown and mentions in it."""
    return discord.utils.escape_mentions(discord.utils.escape_markdown(text))


def shorten(text: str, *, limit: int) -> str:
    """Cut the middle out of a long text; the end of a file name tells its type."""
    if len(text) <= limit:
        return text
    tail = limit // 3
    return f"{text[: limit - tail - 1]}…{text[-tail:]}"


def size(size_bytes: int) -> str:
    """Return a size as people say it: 1 kB is 1,000 bytes."""
    amount = float(size_bytes)
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def duration(duration_s: int) -> str:
    """Return minutes and seconds: 1:05."""
    return f"{duration_s // 60}:{duration_s % 60:02}"


def host_name(url: str) -> str:
    """Return the part of an address that a person knows the host by."""
    return escape(url.partition("://")[2].partition("/")[0])


def permission(name: str) -> str:
    """Return a permission as Discord's own settings name it."""
    return {"manage_guild": "Manage Server"}.get(name, name.replace("_", " ").title())


def fit(lines: list[str], *, limit: int, rest: str) -> str:
    """Join lines, and replace those that don't fit by a last one.

    Args:
        lines: in the order of their worth.
        limit: the most characters.
        rest: the last line when some are left out, with ``{count}`` for how many.
    """
    whole = "\n".join(lines)
    if len(whole) <= limit:
        return whole
    kept: list[str] = []
    used = len(rest) + 4
    for line in lines:
        used += len(line) + 1
        if used > limit:
            break
        kept.append(line)
    return "\n".join([*kept, rest.format(count=len(lines) - len(kept))])
