"""A card in the layout that its post has: what a message of ours is sent or edited with."""

from typing import Any

from imgoe_bot.domain.options import Layout
from imgoe_bot.domain.upload import Card
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
