"""A card that stands already as the answer to a deferred interaction."""

import discord

from imgoe_bot.domain.card import Card
from imgoe_bot.ui.cards import message_fields
from imgoe_bot.ui.container import AnyInteraction
from imgoe_bot.ui.interactions import expired
from imgoe_bot.ui.message_parts import NO_PINGS


async def show(interaction: AnyInteraction, card: Card) -> None:
    """Answer with a card; where the token is gone its person finds it where it stands."""
    shown = {name: value for name, value in message_fields.fields(card).items() if value}
    try:
        await interaction.followup.send(**shown, allowed_mentions=NO_PINGS)
    except discord.HTTPException as error:
        if not expired.is_expired(error):
            raise
