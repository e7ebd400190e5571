"""A card as a gallery: Discord's newer components, with alt texts and native spoilers."""

from typing import Any

import discord

from imgoe_bot.domain.upload import Card, Upload
from imgoe_bot.ui import render, views
from imgoe_bot.ui import wording as w
from imgoe_bot.ui.translate import words_for_locale

PICTURES_MAX = 10
TEXT_MAX = 4000
"""Of all texts of a message together. Source: DISCORD.md section 1, "Components V2"."""


def gallery_view(card: Card, *, elsewhere: bool = False) -> discord.ui.LayoutView:
    """Return the whole card: pictures, a line a file, what was not kept, buttons.

    Args:
        card: the card.
        elsewhere: whether it does not stand below the message it is about.
    """
    words = words_for_locale(card.post.locale)
    parts: list[discord.ui.Item[Any]] = []
    note = render.card_note(card, elsewhere=elsewhere)
    failures = render.failures_text(card, words)
    if note is not None:
        parts.append(discord.ui.TextDisplay(note))
    shown = [each for each in card.uploads if each.deleted_at is None and each.stored.thumb_url]
    if shown:
        parts.append(discord.ui.MediaGallery(*map(_picture, shown[:PICTURES_MAX])))
    if card.uploads:
        limit = TEXT_MAX - len(note or "") - len(failures)
        parts.append(discord.ui.TextDisplay(render.upload_lines(card.uploads, words, limit=limit)))
    if failures:
        parts.append(discord.ui.TextDisplay(failures))
    return _laid_out(parts, card)


def _laid_out(parts: list[discord.ui.Item[Any]], card: Card) -> discord.ui.LayoutView:
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.Container(*parts, accent_colour=render.COLOUR))
    buttons = views.card_buttons(card)
    if buttons:
        row: discord.ui.ActionRow[Any] = discord.ui.ActionRow(*buttons)
        view.add_item(row)
    return view


def _picture(upload: Upload) -> discord.MediaGalleryItem:
    return discord.MediaGalleryItem(
        upload.stored.thumb_url or upload.stored.url,
        description=w.plain_name(upload.filename, limit=200),
        spoiler=upload.spoiler,
    )
