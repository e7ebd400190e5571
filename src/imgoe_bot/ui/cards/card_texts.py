"""What a card says in lines: of the files kept, of those not kept, and above them."""

from collections.abc import Sequence

import discord

from imgoe_bot.domain.card import Card, FailedItem
from imgoe_bot.domain.upload import Upload
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.message_parts import CARD_LINE_NAME_MAX
from imgoe_bot.ui.texts.error_texts import error_text
from imgoe_bot.ui.translate import Words, words_for_locale


def upload_lines(uploads: Sequence[Upload], words: Words, *, limit: int, held: bool = False) -> str:
    """Return uploads as lines: each links its page as long as there is room.

    Args:
        uploads: which.
        words: the reader's language.
        limit: characters at most.
        held: whether a moderator decides on them: then nothing is linked.
    """
    return fmt.fit_shortened(
        [_upload_line(upload, words, held=held) for upload in uploads],
        limit=limit,
        rest=lambda count: words("card.more", count=count),
    )


def _upload_line(upload: Upload, words: Words, *, held: bool) -> tuple[str, str]:
    """Return an upload's line in full, and its name alone."""
    name = fmt.safe_name(upload.filename, limit=CARD_LINE_NAME_MAX)
    if upload.deleted_at is not None:
        return f"~~{name}~~ · {words('card.deleted')}", f"~~{name}~~"
    if not upload.stored.approved:
        return f"**{name}** · {waiting(upload, words)}", f"**{name}**"
    url = upload.stored.viewer_url
    link = f"**[{name}](<{url}>)**" if url and not held else f"**{name}**"
    return f"{link} · {facts_line(upload, words)}", f"**{name}**"


def waiting(upload: Upload, words: Words) -> str:
    """Return what is said of an upload that the host shows to nobody yet."""
    return words("card.waiting", host=fmt.host_name(upload.host_url))


def facts_line(upload: Upload, words: Words) -> str:
    """Return size, dimensions, length and expiry of an upload."""
    stored = upload.stored
    facts = [fmt.size(stored.size_bytes, words)]
    if stored.width_px and stored.height_px:
        facts.append(f"{stored.width_px} × {stored.height_px}")
    if stored.duration_s:
        facts.append(fmt.duration(stored.duration_s))
    if stored.expires_at is not None:
        facts.append(words("card.expires", when=discord.utils.format_dt(stored.expires_at, "R")))
    return " · ".join(facts)


def failures_text(card: Card, words: Words) -> str:
    """Return what was not kept and why, a line each."""
    lines = [_failure_line(failed, words) for failed in card.failures]
    return fmt.fit(lines, limit=2000, rest=lambda count: words("card.more", count=count))


def waiting_text(card: Card, words: Words) -> str:
    """Return what is tried again by itself, why and since when, a line each."""
    lines = [_waiting_line(each, words) for each in card.waiting]
    return fmt.fit(lines, limit=1000, rest=lambda count: words("card.more", count=count))


def _waiting_line(waiting: FailedItem, words: Words) -> str:
    line = _failure_line(waiting, words)
    if waiting.waits_since is None:
        return line
    since = discord.utils.format_dt(waiting.waits_since, "R")
    return f"{line} {words('card.waits_since', when=since)}"


def _failure_line(failed: FailedItem, words: Words) -> str:
    name, reason = fmt.safe_name(failed.filename), error_text(failed.error, words)
    if f"**{name}**" in reason:
        return f"• {reason}"
    return words("card.failed", file=name, reason=reason)


def card_note(card: Card, *, elsewhere: bool = False) -> str | None:
    """Return the lines above the embeds, None when there is nothing to add.

    Args:
        card: the card.
        elsewhere: whether it does not stand below the message it is about.
    """
    words = words_for_locale(card.post.locale)
    lines: list[str] = []
    if elsewhere and card.post.message_id is not None:
        lines.append(words("card.about", person=f"<@{card.post.author_id}>", link=_jump(card)))
    if card.is_held:
        lines.append(words("hold.note"))
    elif card.dms_closed and card.deletable:
        lines.append(words("card.dms_closed", button=words("card.delete")))
    return "\n".join(lines) or None


def _jump(card: Card) -> str:
    post = card.post
    return f"https://discord.com/channels/{post.guild_id}/{post.channel_id}/{post.message_id}"
