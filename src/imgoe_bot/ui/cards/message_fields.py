"""A card in the layout that its post has: what a message of ours is sent or edited with."""

from dataclasses import replace
from pathlib import PurePath
from typing import Any

import discord

from imgoe_bot.domain.card import Card, FailedItem
from imgoe_bot.domain.media import kind_of
from imgoe_bot.domain.options import Layout
from imgoe_bot.domain.post import MessageLocation, Post
from imgoe_bot.domain.upload import Upload
from imgoe_bot.ui.cards import buttons
from imgoe_bot.ui.cards.card_texts import card_note
from imgoe_bot.ui.cards.embeds import NO_THUMBS, Thumbs, card_embeds
from imgoe_bot.ui.cards.gallery import gallery_view


def fields(card: Card, *, elsewhere: bool = False, thumbs: Thumbs = NO_THUMBS) -> dict[str, Any]:
    """Return the arguments that discord.py's ``send`` and ``edit`` take alike.

    Args:
        card: the card.
        elsewhere: whether it does not stand below the message it is about.
        thumbs: addresses that stand in for those of the host's thumbs, by upload.
    """
    if card.post.layout is Layout.GALLERY:
        return {"view": gallery_view(card, elsewhere=elsewhere, thumbs=thumbs)}
    return {
        "content": card_note(card, elsewhere=elsewhere),
        "embeds": card_embeds(card, thumbs=thumbs),
        "view": buttons.card_view(card),
    }


def is_elsewhere(post: Post, location: MessageLocation, standing: discord.Message | None) -> bool:
    """Tell whether a card neither answers its message nor a command, so that it names it."""
    if standing is None:
        return location.channel_id != post.channel_id
    return standing.reference is None and standing.interaction_metadata is None


def plain(card: Card) -> Card:
    """Return a card without any word of a person's or a host's: its files are numbered.

    It leads to no page either, as a host's addresses hold names; its buttons lead to the links.
    """
    return replace(
        card,
        uploads=tuple(map(_plain_upload, card.uploads)),
        failures=tuple(map(_plain_failure, card.failures)),
        waiting=tuple(map(_plain_failure, card.waiting)),
    )


def _plain_upload(upload: Upload) -> Upload:
    name = _number(upload.position, upload.filename)
    return replace(
        upload, filename=name, stored=replace(upload.stored, viewer_url="", thumb_url=None)
    )


def _number(position: int, filename: str) -> str:
    """Return a name that says no more than which file it is and, of media, of what kind."""
    name = f"{position + 1}{PurePath(filename).suffix.lower()}"
    return name if kind_of(filename=name, content_type=None) else f"{position + 1}"


def _plain_failure(failed: FailedItem) -> FailedItem:
    name = _number(failed.position, failed.filename)
    error = failed.error.with_facts(filename=None, host_message=None)
    return replace(failed, filename=name, error=error)
