"""Permissions as Discord's own settings name them."""

from collections.abc import Sequence

from imgoe_bot.ui.formatting import escape
from imgoe_bot.ui.translate import Words


def permission_name(name: str, words: Words) -> str:
    """Return a permission as Discord's own settings name it."""
    return words.find(f"permission.{name}") or escape(name.replace("_", " ").title())


def lacking(needs: str, words: Words) -> tuple[str, dict[str, str]]:
    """Return how a text about a missing permission is called and what fills it in.

    Args:
        needs: as ``NotAllowed.needs`` has it.
        words: the reader's language.

    Returns:
        What comes behind the text's key, and its facts.
    """
    name, _, channel_id = needs.partition(":")
    if not channel_id.isdecimal():
        return "", {"permission": permission_name(needs, words)}
    return "_elsewhere", {"permission": permission_name(name, words), "where": f"<#{channel_id}>"}


def missing_lines(names: list[str], words: Words) -> list[str]:
    """Return the line that says what the bot lacks in a place, if anything."""
    if not names:
        return []
    return [words("mirror.missing", permissions=permission_list(names, words))]


def permission_list(names: Sequence[str], words: Words) -> str:
    """Return permissions, called by Discord's names, as its settings name them, in one line."""
    return ", ".join(f"**{permission_name(name, words)}**" for name in names)
