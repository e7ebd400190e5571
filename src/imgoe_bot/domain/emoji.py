"""Emoji as people type them and as Discord writes them."""

import re

_CUSTOM = re.compile(r"<?(?:a?:)?\w{1,32}:(?P<id>[0-9]{15,21})>?")
_VARIANTS = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
"""How to draw the character before, and its skin."""


def is_same_emoji(one: str, other: str) -> bool:
    """Tell whether two texts mean one emoji.

    Its skin, and a mark that says how to draw it, don't matter; nor does how a server's own emoji
    is called by now.
    Source: DISCORD.md section 1, "Seen since"; Unicode Technical Standard 51.
    """
    return _key(one) == _key(other)


def _key(text: str) -> str:
    found = _CUSTOM.fullmatch(text.strip())
    return found["id"] if found else _VARIANTS.sub("", text.strip()) or text.strip()
