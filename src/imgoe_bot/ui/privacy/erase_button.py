"""The button that has everything about its presser erased."""

from typing import Any, Self

import discord

from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.message_parts import AnyItem, Match
from imgoe_bot.ui.privacy import overview
from imgoe_bot.ui.reading import convert
from imgoe_bot.ui.translate import Words, words_for_locale
from imgoe_bot.ui.words import failures


class ForgetButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"imgoe:forget-me"):
    """Confirms; whoever presses it means themselves."""

    def __init__(self, *, label: str) -> None:
        super().__init__(
            discord.ui.Button(
                label=label, style=discord.ButtonStyle.danger, custom_id="imgoe:forget-me"
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: AnyInteraction, item: AnyItem, match: Match, /
    ) -> Self:
        """Rebuild the button of a message that an earlier process sent."""
        return cls(label="…")

    async def callback(self, interaction: AnyInteraction) -> None:
        """Order the erasure and say so in the place of the question."""
        await interaction.response.defer()
        async with failures.answered(interaction):
            services = services_of(interaction.client)
            posts = await services.privacy.forget(convert.actor_of(interaction))
            services.runner.wake()
            text = overview.forgetting(posts, words_for_locale(interaction.locale))
            await interaction.edit_original_response(content=text, view=None)


def forget_view(words: Words) -> discord.ui.View:
    """Return the button below the question."""
    view = discord.ui.View(timeout=None)
    view.add_item(ForgetButton(label=words("privacy.forget_button")))
    return view
