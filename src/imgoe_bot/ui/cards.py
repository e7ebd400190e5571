"""A card in the layout that its post has: what a message of ours is sent or edited with."""

from typing import Any

import discord

from imgoe_bot.domain.options import Layout
from imgoe_bot.domain.upload import Card, Place, Post
from imgoe_bot.ui import render, views
from imgoe_bot.ui.gallery import gallery_view


def fields(
    card: Card, *, elsewhere: bool = False, thumbs: render.Thumbs = render.NO_THUMBS
) -> dict[str, Any]:
    """Return the arguments that discord.py's ``send`` and ``edit`` take alike.

    Args:
        card: the card.
        elsewhere: whether it does not stand below the message it is about.
        thumbs: addresses that stand in for those of the host's thumbs, by upload.
    """
    if card.post.layout is Layout.GALLERY:
        return {"view": gallery_view(card, elsewhere=elsewhere, thumbs=thumbs)}
    return {
        "content": render.card_note(card, elsewhere=elsewhere),
        "embeds": render.card_embeds(card, thumbs=thumbs),
        "view": views.card_view(card),
    }


def is_elsewhere(post: Post, place: Place, standing: discord.Message | None) -> bool:
    """Tell whether a card neither answers its message nor a command, so that it names it."""
    if standing is None:
        return place.channel_id != post.channel_id
    return standing.reference is None and standing.interaction_metadata is None


def reference(post: Post) -> discord.MessageReference:
    """Return what an answer to a post's message names."""
    return discord.MessageReference(
        message_id=post.message_id or 0, channel_id=post.channel_id, guild_id=post.guild_id
    )
