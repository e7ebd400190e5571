"""A card as the answer to an interaction, however long the work took."""

import discord

from imgoe_bot.domain.options import Layout
from imgoe_bot.domain.upload import Card
from imgoe_bot.domain.wish import Remark
from imgoe_bot.ui import pictures, render, views
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.gallery import gallery_view
from imgoe_bot.ui.translate import words_for_locale

TOKEN_GONE = frozenset({10015, 10062, 50027})
"""Codes of an interaction that can no longer be answered: its token lives 15 minutes.

Source: DISCORD.md section 1, "Interactions"; Discord's developer documentation, JSON error codes.
"""

NO_PINGS = discord.AllowedMentions.none()


async def show(
    interaction: AnyInteraction,
    card: Card,
    *,
    private: bool = False,
    remarks: tuple[Remark, ...] = (),
) -> None:
    """Answer a deferred interaction with a card, and note where it stands.

    Args:
        interaction: deferred, and so public or private already.
        card: what to show.
        private: whether it was deferred for its person alone.
        remarks: what that person has to know besides.
    """
    services = services_of(interaction.client)
    message = await _answer(interaction, card, private=private)
    if card.post.is_personal:
        await _hand_links_over(interaction, card)
    elif not private and card.post.card is None:
        await services.uploads.answered(card.post, pictures.posted(message))
    services.runner.wake()
    if remarks:
        await _remark(interaction, remarks)


async def _hand_links_over(interaction: AnyInteraction, card: Card) -> None:
    """Tell the person their delete links where the bot may not write to them by itself."""
    words = words_for_locale(interaction.locale)
    await interaction.followup.send(
        render.private_text(card, words, with_links=True),
        view=views.private_view(card, words),
        ephemeral=True,
        suppress_embeds=True,
    )


async def _remark(interaction: AnyInteraction, remarks: tuple[Remark, ...]) -> None:
    """Tell the person privately; once the token is gone there is no way to."""
    words = words_for_locale(interaction.locale)
    text = "\n".join(words(f"remark.{remark}") for remark in remarks)
    try:
        await interaction.followup.send(text, ephemeral=True)
    except discord.HTTPException as error:
        if error.code not in TOKEN_GONE:
            raise


async def _answer(interaction: AnyInteraction, card: Card, *, private: bool) -> discord.Message:
    """Answer through the token; once that is gone, write into the channel, or to the person."""
    try:
        return await _follow_up(interaction, card)
    except discord.HTTPException as error:
        if error.code not in TOKEN_GONE:
            raise
    if private:
        return await _send(interaction.user, card)
    client: discord.Client = interaction.client
    return await _send(client.get_partial_messageable(card.post.channel_id), card)


async def _follow_up(interaction: AnyInteraction, card: Card) -> discord.Message:
    if card.post.layout is Layout.GALLERY:
        return await interaction.followup.send(
            view=gallery_view(card), allowed_mentions=NO_PINGS, wait=True
        )
    return await interaction.followup.send(
        embeds=render.card_embeds(card),
        view=views.card_view(card),
        allowed_mentions=NO_PINGS,
        wait=True,
    )


async def _send(place: discord.abc.Messageable, card: Card) -> discord.Message:
    if card.post.layout is Layout.GALLERY:
        return await place.send(view=gallery_view(card), allowed_mentions=NO_PINGS)
    return await place.send(
        embeds=render.card_embeds(card), view=views.card_view(card), allowed_mentions=NO_PINGS
    )
