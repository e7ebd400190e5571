"""What ``/mirror`` answers."""

from collections.abc import Sequence

from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.ui.texts.permission_texts import missing_lines
from imgoe_bot.ui.texts.rule_texts import rule_list
from imgoe_bot.ui.translate import Words


def rule_paused(channel: str, words: Words, *, known: bool) -> str:
    """Return the answer to ``/mirror pause``."""
    if not known:
        return words("mirror.not_mirrored", channel=channel)
    return words("mirror.channel_paused", channel=channel)


def rule_resumed(channel: str, words: Words, *, known: bool, missing: list[str]) -> str:
    """Return the answer to ``/mirror resume``.

    Args:
        channel: the channel's mention.
        words: the reader's language.
        known: False when no rule covers it.
        missing: permissions the bot lacks there, by Discord's names.
    """
    if not known:
        return words("mirror.not_mirrored", channel=channel)
    return "\n".join([words("mirror.resumed", channel=channel), *missing_lines(missing, words)])


def rule_added(
    channel: str, words: Words, *, new: bool, missing: list[str], content_hidden: bool
) -> str:
    """Return the answer to ``/mirror add``.

    Args:
        channel: the channel's mention.
        words: the reader's language.
        new: False when it was mirrored already.
        missing: permissions the bot lacks there, by Discord's names.
        content_hidden: whether Discord hides message content from this bot.
    """
    done = words("mirror.added", channel=channel)
    lines = [
        done if new else words("mirror.already", channel=channel),
        *missing_lines(missing, words),
    ]
    if content_hidden:
        lines.append(words("mirror.content_hidden"))
    return "\n".join(lines)


def rule_removed(channel: str, words: Words, *, removed: bool) -> str:
    """Return the answer to ``/mirror remove``."""
    if not removed:
        return words("mirror.not_mirrored", channel=channel)
    return words("mirror.removed", channel=channel)


def rules_listed(rules: Sequence[MirrorRule], words: Words) -> str:
    """Return the answer to ``/mirror list``."""
    return f"{words('mirror.title')}\n{rule_list(rules, words)}"
