"""A card as a gallery: Discord's newer components, with alt texts and native spoilers."""

from typing import Any

import discord

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.upload import Upload
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.cards import buttons
from imgoe_bot.ui.cards.card_texts import card_note, failures_text, upload_lines, waiting_text
from imgoe_bot.ui.cards.embeds import NO_THUMBS, Thumbs
from imgoe_bot.ui.message_parts import CARD_TITLE_MAX, COLOUR
from imgoe_bot.ui.translate import Words, words_for_locale

TEXT_MAX = 4000
"""Of all texts of a message together. Source: DISCORD.md section 1, "Components V2"."""


def gallery_view(
    card: Card, *, elsewhere: bool = False, thumbs: Thumbs = NO_THUMBS
) -> discord.ui.LayoutView:
    """Return the whole card: pictures, a line a file, what was not kept, buttons.

    Args:
        card: the card.
        elsewhere: whether it does not stand below the message it is about.
        thumbs: addresses that stand in for those of the host's thumbs, by upload.
    """
    words = words_for_locale(card.post.locale)
    parts: list[discord.ui.Item[Any]] = []
    note = card_note(card, elsewhere=elsewhere)
    failures = "\n".join(_not_kept(card, words))
    limit = TEXT_MAX - len(note or "") - len(failures)
    lines = upload_lines(card.uploads, words, limit=limit, held=card.is_held)
    if note is not None:
        parts.append(discord.ui.TextDisplay(note))
    pictures = [_picture(each, thumb=thumbs.get(each.id)) for each in card.pictured]
    if pictures:
        parts.append(discord.ui.MediaGallery(*pictures))
    if card.uploads:
        parts.append(discord.ui.TextDisplay(lines))
    if failures:
        parts.append(discord.ui.TextDisplay(failures))
    return _laid_out(parts, card)


def _not_kept(card: Card, words: Words) -> list[str]:
    """Return what is said of the files that are not kept, or not yet."""
    texts = [f"**{words('card.not_kept_yet')}**", waiting_text(card, words)] if card.waiting else []
    return [*texts, failures_text(card, words)] if card.failures else texts


def _laid_out(parts: list[discord.ui.Item[Any]], card: Card) -> discord.ui.LayoutView:
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.Container(*parts, accent_colour=COLOUR))
    row_items = buttons.card_buttons(card)
    if row_items:
        row: discord.ui.ActionRow[Any] = discord.ui.ActionRow(*row_items)
        view.add_item(row)
    return view


def _picture(upload: Upload, *, thumb: str | None) -> discord.MediaGalleryItem:
    return discord.MediaGalleryItem(
        thumb or upload.stored.thumb_url or upload.stored.url,
        description=fmt.plain_name(upload.filename, limit=CARD_TITLE_MAX),
        spoiler=upload.spoiler,
    )
