"""What a person is told by direct message besides their delete links."""

from collections.abc import Sequence

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.errors import ImgoeError
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.message_parts import MESSAGE_MAX
from imgoe_bot.ui.texts.error_texts import error_text
from imgoe_bot.ui.texts.permission_texts import lacking
from imgoe_bot.ui.texts.rule_texts import rule_place
from imgoe_bot.ui.translate import Words


def withdrawn_text(card: Card, words: Words) -> str:
    """Return what an author is told whose message, or file, went before it was announced."""
    if not card.uploads:
        return words("private.withdrawn_before")
    return words("private.withdrawn_after")


def backfilled_text(post: Post, files: int, *, server: str, words: Words) -> str:
    """Return what an author is told of whose files a backfill has kept."""
    return words(
        "private.backfilled",
        count=files,
        server=fmt.escape(server) or words("mirror.server"),
        number=post.backfill_id,
    )


def files_wait_text(error: ImgoeError, words: Words, *, server: str) -> str:
    """Return what a moderator is told whose server's files wait for the host, or for a key."""
    return words(
        "private.files_wait",
        server=fmt.escape(server) or words("mirror.server"),
        reason=error_text(error, words),
    )


def rules_paused_text(rules: Sequence[MirrorRule], words: Words) -> str:
    """Return what a moderator is told whose rules can't work any more."""
    lines = [_paused_line(rule, words) for rule in rules]
    return fmt.fit(lines, limit=MESSAGE_MAX, rest=lambda count: words("mirror.more", count=count))


def _paused_line(rule: MirrorRule, words: Words) -> str:
    kind, facts = lacking(rule.lacks or "", words)
    return words(f"mirror.lacks_permission{kind}", channel=rule_place(rule, words), **facts)
