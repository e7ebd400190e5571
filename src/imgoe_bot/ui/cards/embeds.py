"""A card as embeds, one a file, within what Discord takes."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import discord

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.ids import UploadId
from imgoe_bot.domain.upload import Upload
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.cards.card_texts import (
    facts_line,
    failures_text,
    upload_lines,
    waiting,
    waiting_text,
)
from imgoe_bot.ui.message_parts import CARD_TITLE_MAX, COLOUR, COLOUR_FAILED, COLOUR_GONE
from imgoe_bot.ui.translate import Words, words_for_locale

EMBEDS_MAX = 10
EMBEDS_MAX_CHARS = 6000
"""Of all embeds of a message together. Source: DISCORD.md section 1, "Embeds"."""
DESCRIPTION_MAX = 4096
REST_MIN_CHARS = 1000
"""Room for the embed that lists what has none of its own."""


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
    last = _last_embeds(card, words)
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


def upload_embed(upload: Upload, words: Words, *, thumb: str | None = None) -> discord.Embed:
    """Return the embed of one upload, or its tombstone.

    Args:
        upload: the upload.
        words: the card's language.
        thumb: where its thumb lies; None: where the host says.
    """
    title = fmt.safe_name(upload.filename, limit=CARD_TITLE_MAX)
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
    return embed.set_footer(text=words("card.kept_on", host=fmt.plain_host(upload.host_url)))


def held_embed(upload: Upload, words: Words) -> discord.Embed:
    """Return the embed of one upload that a moderator decides on: nothing to look at or open."""
    if upload.deleted_at is not None:
        return upload_embed(upload, words)
    title = fmt.safe_name(upload.filename, limit=CARD_TITLE_MAX)
    facts = facts_line(upload, words)
    return discord.Embed(title=title, description=facts, colour=COLOUR_GONE)


def _last_embeds(card: Card, words: Words) -> list[discord.Embed]:
    """Return what is said of the files that are not kept, or not yet."""
    embeds: list[discord.Embed] = []
    if card.waiting:
        title, text = words("card.not_kept_yet"), waiting_text(card, words)
        embeds.append(discord.Embed(title=title, description=text, colour=COLOUR_GONE))
    if card.failures:
        title, text = words("card.not_kept"), failures_text(card, words)
        embeds.append(discord.Embed(title=title, description=text, colour=COLOUR_FAILED))
    return embeds
