"""A card as the answer to an interaction, however long the work took."""

import discord

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.ids import UserId
from imgoe_bot.domain.options import Layout
from imgoe_bot.domain.quota import QuotaUse
from imgoe_bot.domain.upload_options import Remark
from imgoe_bot.ui.cards import buttons, pictures
from imgoe_bot.ui.cards.delete_links import private_text
from imgoe_bot.ui.cards.embeds import card_embeds
from imgoe_bot.ui.cards.gallery import gallery_view
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.interactions import expired
from imgoe_bot.ui.message_parts import NO_PINGS
from imgoe_bot.ui.texts import quota_texts
from imgoe_bot.ui.translate import words_for_locale


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
        await _send_delete_links(interaction, card)
    elif not private and card.post.card is None:
        await services.uploads.answered(card.post, pictures.posted(message))
    near = await services.quotas.near(card.post.guild_id, UserId(interaction.user.id))
    await _remark(interaction, remarks, near)


async def _send_delete_links(interaction: AnyInteraction, card: Card) -> None:
    """Tell the person their delete links where the bot may not write to them by itself."""
    words = words_for_locale(interaction.locale)
    await expired.tell(
        interaction,
        private_text(card, words, with_links=True),
        view=buttons.private_view(card, words),
        suppress_embeds=True,
    )


async def _remark(
    interaction: AnyInteraction, remarks: tuple[Remark, ...], near: tuple[QuotaUse, ...]
) -> None:
    """Tell the person what to know besides, if there is anything."""
    words = words_for_locale(interaction.locale)
    lines = [words(f"remark.{remark}") for remark in remarks]
    lines += quota_texts.small_lines(near, words)
    if lines:
        await expired.tell(interaction, "\n".join(lines))


async def _answer(interaction: AnyInteraction, card: Card, *, private: bool) -> discord.Message:
    """Answer through the token; once that is gone, write into the channel, or to the person."""
    try:
        return await _follow_up(interaction, card)
    except discord.HTTPException as error:
        if not expired.is_expired(error):
            raise
    if private or card.post.is_personal:  # the bot may be no member of where it was asked
        return await _send(interaction.user, card)
    client: discord.Client = interaction.client
    return await _send(client.get_partial_messageable(card.post.channel_id), card)


async def _follow_up(interaction: AnyInteraction, card: Card) -> discord.Message:
    if card.post.layout is Layout.GALLERY:
        return await interaction.followup.send(
            view=gallery_view(card), allowed_mentions=NO_PINGS, wait=True
        )
    return await interaction.followup.send(
        embeds=card_embeds(card),
        view=buttons.card_view(card),
        allowed_mentions=NO_PINGS,
        wait=True,
    )


async def _send(place: discord.abc.Messageable, card: Card) -> discord.Message:
    if card.post.layout is Layout.GALLERY:
        return await place.send(view=gallery_view(card), allowed_mentions=NO_PINGS)
    return await place.send(
        embeds=card_embeds(card), view=buttons.card_view(card), allowed_mentions=NO_PINGS
    )
