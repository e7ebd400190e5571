"""Our values become Discord messages: cards, tombstones, private notes."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import discord

from imgoe_bot.domain.guild import GuildSettings
from imgoe_bot.domain.ids import UploadId
from imgoe_bot.domain.mirror import MirrorRule
from imgoe_bot.domain.upload import Card, FailedItem, Upload
from imgoe_bot.ui import wording as w
from imgoe_bot.ui.message_parts import COLOUR, COLOUR_FAILED, COLOUR_GONE, MESSAGE_MAX
from imgoe_bot.ui.texts.error_texts import error_text
from imgoe_bot.ui.translate import Words, words_for_locale

TITLE_MAX = 200
EMBEDS_MAX = 10
EMBEDS_MAX_CHARS = 6000
"""Of all embeds of a message together. Source: DISCORD.md section 1, "Embeds"."""
DESCRIPTION_MAX = 4096
REST_MIN_CHARS = 1000
"""Room for the embed that lists what has none of its own."""
LINE_NAME_MAX = 100


Thumbs = Mapping[UploadId, str]
NO_THUMBS: Thumbs = MappingProxyType({})


def card_embeds(card: Card, *, thumbs: Thumbs = NO_THUMBS) -> list[discord.Embed]:
    """Return the public answer to a post, an embed a file; it never holds a delete link.

    Files beyond what a message has room for share one embed, and so do those not kept.

    Args:
        card: the card.
        thumbs: addresses that stand in for those of the host's thumbs, by upload.
    """
    words = words_for_locale(card.post.locale)
    last = [_failures_embed(card, words)] if card.failures else []
    room, chars = EMBEDS_MAX - len(last), EMBEDS_MAX_CHARS - sum(map(len, last))
    each = [_embed_on(card, upload, words, thumb=thumbs.get(upload.id)) for upload in card.uploads]
    embeds = _first_embeds(each, room=room, chars=chars)
    if len(embeds) == len(card.uploads):
        return [*embeds, *last]
    embeds = _first_embeds(each, room=room - 1, chars=chars - REST_MIN_CHARS)
    rest, chars = card.uploads[len(embeds) :], chars - sum(map(len, embeds))
    return [*embeds, _rest_embed(rest, words, chars=chars, held=card.is_held), *last]


def _embed_on(card: Card, upload: Upload, words: Words, *, thumb: str | None) -> discord.Embed:
    if card.is_held:
        return held_embed(upload, words)
    return upload_embed(upload, words, thumb=thumb)


def _first_embeds(each: Sequence[discord.Embed], *, room: int, chars: int) -> list[discord.Embed]:
    """Return the first embeds, as many as there is room for."""
    embeds = list(each[:room])
    while sum(map(len, embeds)) > chars:
        embeds.pop()
    return embeds


def _rest_embed(
    uploads: Sequence[Upload], words: Words, *, chars: int, held: bool
) -> discord.Embed:
    """Return one embed for several uploads, a line each."""
    title = words("card.kept_as_well")
    limit = min(DESCRIPTION_MAX, chars - len(title))
    lines = upload_lines(uploads, words, limit=limit, held=held)
    return discord.Embed(title=title, description=lines, colour=COLOUR)


def upload_lines(uploads: Sequence[Upload], words: Words, *, limit: int, held: bool = False) -> str:
    """Return uploads as lines: each links its page as long as there is room.

    Args:
        uploads: which.
        words: the reader's language.
        limit: characters at most.
        held: whether a moderator decides on them: then nothing is linked.
    """
    return w.fit_shortened(
        [_upload_line(upload, words, held=held) for upload in uploads],
        limit=limit,
        rest=lambda count: words("card.more", count=count),
    )


def _upload_line(upload: Upload, words: Words, *, held: bool) -> tuple[str, str]:
    """Return an upload's line in full, and its name alone."""
    name = w.safe_name(upload.filename, limit=LINE_NAME_MAX)
    if upload.deleted_at is not None:
        return f"~~{name}~~ · {words('card.deleted')}", f"~~{name}~~"
    if not upload.stored.approved:
        return f"**{name}** · {waiting(upload, words)}", f"**{name}**"
    url = upload.stored.viewer_url
    link = f"**[{name}](<{url}>)**" if url and not held else f"**{name}**"
    return f"{link} · {facts_line(upload, words)}", f"**{name}**"


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


def upload_embed(upload: Upload, words: Words, *, thumb: str | None = None) -> discord.Embed:
    """Return the embed of one upload, or its tombstone.

    Args:
        upload: the upload.
        words: the card's language.
        thumb: where its thumb lies; None: where the host says.
    """
    title = w.safe_name(upload.filename, limit=TITLE_MAX)
    if upload.deleted_at is not None:
        return discord.Embed(title=title, description=words("card.deleted"), colour=COLOUR_GONE)
    if not upload.stored.approved:
        return discord.Embed(title=title, description=waiting(upload, words), colour=COLOUR_GONE)
    embed = discord.Embed(
        title=title,
        url=upload.stored.viewer_url or None,
        description=facts_line(upload, words),
        colour=COLOUR,
    )
    if upload.stored.thumb_url and not upload.spoiler:
        embed.set_thumbnail(url=thumb or upload.stored.thumb_url)
    return embed.set_footer(text=words("card.kept_on", host=w.plain_host(upload.host_url)))


def held_embed(upload: Upload, words: Words) -> discord.Embed:
    """Return the embed of one upload that a moderator decides on: nothing to look at or open."""
    if upload.deleted_at is not None:
        return upload_embed(upload, words)
    title = w.safe_name(upload.filename, limit=TITLE_MAX)
    facts = facts_line(upload, words)
    return discord.Embed(title=title, description=facts, colour=COLOUR_GONE)


def waiting(upload: Upload, words: Words) -> str:
    """Return what is said of an upload that the host shows to nobody yet."""
    return words("card.waiting", host=w.host_name(upload.host_url))


def facts_line(upload: Upload, words: Words) -> str:
    """Return size, dimensions, length and expiry of an upload."""
    stored = upload.stored
    facts = [w.size(stored.size_bytes, words)]
    if stored.width_px and stored.height_px:
        facts.append(f"{stored.width_px} × {stored.height_px}")
    if stored.duration_s:
        facts.append(w.duration(stored.duration_s))
    if stored.expires_at is not None:
        facts.append(words("card.expires", when=discord.utils.format_dt(stored.expires_at, "R")))
    return " · ".join(facts)


def _failures_embed(card: Card, words: Words) -> discord.Embed:
    return discord.Embed(
        title=words("card.not_kept"), description=failures_text(card, words), colour=COLOUR_FAILED
    )


def failures_text(card: Card, words: Words) -> str:
    """Return what was not kept and why, a line each."""
    lines = [_failure_line(failed, words) for failed in card.failures]
    return w.fit(lines, limit=2000, rest=lambda count: words("card.more", count=count))


def _failure_line(failed: FailedItem, words: Words) -> str:
    name, reason = w.safe_name(failed.filename), error_text(failed.error, words)
    if f"**{name}**" in reason:
        return f"• {reason}"
    return words("card.failed", file=name, reason=reason)


def private_text(card: Card, words: Words, *, with_links: bool) -> str:
    """Return the private list of a post's copies.

    Args:
        card: the post.
        words: the reader's language.
        with_links: whether the reader is the uploader and so sees the delete links.
    """
    lines = [words("private.title", channel=f"<#{card.post.channel_id}>")]
    lines += [private_line(upload, words, with_links=with_links) for upload in card.uploads]
    if with_links and any(upload.stored.delete_link for upload in card.uploads):
        lines.append(words("private.keep_to_yourself"))
    return w.fit(lines, limit=MESSAGE_MAX, rest=lambda count: words("private.more", count=count))


def private_line(upload: Upload, words: Words, *, with_links: bool) -> str:
    """Return the line of one copy in a private list."""
    name = w.safe_name(upload.filename, limit=40)
    if upload.deleted_at is not None:
        return words("private.file_deleted", file=name)
    link = upload.stored.delete_link
    if not with_links or link is None:
        return words("private.file", file=name)
    return words("private.file_with_link", file=name, link=link.value)


def withdrawn(card: Card, words: Words) -> str:
    """Return what an author is told whose message, or file, went before it was announced."""
    if not card.uploads:
        return words("private.withdrawn_before")
    return words("private.withdrawn_after")


def key_saved(settings: GuildSettings, words: Words) -> str:
    """Return the answer to a stored key; only its fingerprint is shown."""
    host = w.host_name(settings.host_url)
    saved = words("settings.saved", host=host, fingerprint=settings.key_fingerprint)
    return f"{saved}\n{words('settings.next')}"


def settings(
    settings: GuildSettings, words: Words, *, rules: tuple[MirrorRule, ...]
) -> discord.Embed:
    """Return a guild's settings at a glance."""
    embed = discord.Embed(title=words("settings.title"), colour=COLOUR)
    embed.add_field(name=words("settings.host"), value=f"<{settings.host_url}>", inline=False)
    embed.add_field(name=words("settings.key"), value=_key(settings, words), inline=False)
    channels = words("settings.channels")
    return embed.add_field(name=channels, value=rule_list(rules, words), inline=False)


def _key(settings: GuildSettings, words: Words) -> str:
    if settings.key_fingerprint is None:
        return words("settings.key_none")
    return words("settings.key_set", fingerprint=settings.key_fingerprint)


def rule_list(rules: Sequence[MirrorRule], words: Words) -> str:
    """Return the mirrored channels, a line each, with why one rests."""
    if not rules:
        return words("mirror.none")
    lines = [_rule_line(rule, words) for rule in rules]
    return w.fit(lines, limit=1000, rest=lambda count: words("mirror.more", count=count))


def _rule_line(rule: MirrorRule, words: Words) -> str:
    channel = place(rule, words)
    if rule.lacks is not None:
        kind, facts = w.lacks(rule.lacks, words)
        return words(f"mirror.line_lacks{kind}", channel=channel, **facts)
    return words("mirror.line_paused", channel=channel) if rule.paused else channel


def place(rule: MirrorRule, words: Words) -> str:
    """Return what a rule covers, as it stands in a text."""
    return words("mirror.server") if rule.is_server_wide else f"<#{rule.channel_id}>"


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


def missing_lines(names: list[str], words: Words) -> list[str]:
    """Return the line that says what the bot lacks in a place, if anything."""
    if not names:
        return []
    shown = ", ".join(f"**{w.permission(name, words)}**" for name in names)
    return [words("mirror.missing", permissions=shown)]


def mirror_paused(rules: Sequence[MirrorRule], words: Words) -> str:
    """Return what a moderator is told whose rules can't work any more."""
    lines = [_paused_line(rule, words) for rule in rules]
    return w.fit(lines, limit=MESSAGE_MAX, rest=lambda count: words("mirror.more", count=count))


def _paused_line(rule: MirrorRule, words: Words) -> str:
    kind, facts = w.lacks(rule.lacks or "", words)
    return words(f"mirror.lacks_permission{kind}", channel=place(rule, words), **facts)


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


def rules(rules: Sequence[MirrorRule], words: Words) -> str:
    """Return the answer to ``/mirror list``."""
    return f"{words('mirror.title')}\n{rule_list(rules, words)}"
