"""What is said of rules and of the places they cover."""

from collections.abc import Sequence

from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.texts.permission_texts import lacking
from imgoe_bot.ui.translate import Words

NAMED_MAX = 10
"""Places that are named in one line."""


def rule_list(rules: Sequence[MirrorRule], words: Words) -> str:
    """Return the mirrored channels, a line each, with why one rests."""
    if not rules:
        return words("mirror.none")
    lines = [_rule_line(rule, words) for rule in rules]
    return fmt.fit(lines, limit=1000, rest=lambda count: words("mirror.more", count=count))


def _rule_line(rule: MirrorRule, words: Words) -> str:
    channel = rule_place(rule, words)
    if rule.lacks is not None:
        kind, facts = lacking(rule.lacks, words)
        return words(f"mirror.line_lacks{kind}", channel=channel, **facts)
    return words("mirror.line_paused", channel=channel) if rule.paused else channel


def rule_place(rule: MirrorRule, words: Words) -> str:
    """Return what a rule covers, as it stands in a text."""
    return words("mirror.server") if rule.is_server_wide else f"<#{rule.channel_id}>"


def place_list(places: Sequence[str], words: Words) -> str:
    """Return the first of these places, as they stand in a text, and how many more there are."""
    shown = places[:NAMED_MAX]
    more = len(places) - len(shown)
    return ", ".join([*shown, words("mirror.more", count=more)] if more else shown)
